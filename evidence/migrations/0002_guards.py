"""A finished run is evidence: its row is never changed or deleted."""

from django.db import migrations

GUARD = """
CREATE FUNCTION evidence_frozen() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'finished_run_never_changes: run %', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'finished_run_never_changes';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER finished_run_never_changes BEFORE UPDATE OR DELETE ON evidence_run
    FOR EACH ROW WHEN (OLD.status = 'finished') EXECUTE FUNCTION evidence_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]
    operations = [
        migrations.RunSQL(sql=[(GUARD, None)], reverse_sql="DROP FUNCTION evidence_frozen CASCADE")
    ]
