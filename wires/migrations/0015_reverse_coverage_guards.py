"""What the database refuses of a reverse coverage: nobody's, and one that is no list of terms."""

from django.db import migrations, models

# A term, and the keys of two sources or more that dwell on it.
OMISSIONS = """
ALTER TABLE wires_reversecoverage
    ADD CONSTRAINT reverse_coverage_omissions_are_a_list
        CHECK (jsonb_typeof(omissions) = 'array'),
    ADD CONSTRAINT reverse_coverage_omission_is_a_term_of_two_sources
        CHECK (CASE WHEN jsonb_typeof(omissions) = 'array' THEN
            jsonb_array_length(omissions) = jsonb_array_length(jsonb_path_query_array(omissions,
                'strict $[*] ? (@.term.type() == "string" && @.term != ""
                    && @.sources.size() >= 2
                    && !exists(@.sources[*] ? (@.type() != "string" || @ == "")))'))
            ELSE true END);
"""

UNDO = """
ALTER TABLE wires_reversecoverage
    DROP CONSTRAINT reverse_coverage_omissions_are_a_list,
    DROP CONSTRAINT reverse_coverage_omission_is_a_term_of_two_sources;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0014_drafts_of_a_rationale")]
    operations = [
        migrations.AddConstraint(
            model_name="reversecoverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("checker", ""), _negated=True),
                name="reverse_coverage_names_its_checker",
            ),
        ),
        migrations.RunSQL(sql=[(OMISSIONS, None)], reverse_sql=UNDO),
    ]
