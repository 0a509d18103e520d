"""How many reports a public record lists: what the standard of that name asks for."""

from django.db import migrations, models

# Records of the AI Incident Database that were filed before say it in a line of their text.
READ = """
UPDATE wires_source SET reports = (regexp_match(text, '^Reports listed: ([0-9]{1,6})$', 'n'))[1]::int
WHERE kind = 'record' AND text ~ '(?n)^Reports listed: [0-9]{1,6}$'
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0016_regrade_once")]
    operations = [
        migrations.AddField(
            model_name="source",
            name="reports",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="For a record: how many reports it lists.",
                null=True,
            ),
        ),
        migrations.RunSQL(READ, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "record"), ("reports__isnull", True), _connector="OR"),
                name="source_lists_reports_only_if_record",
            ),
        ),
    ]
