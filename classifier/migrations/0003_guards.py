"""A version is what was said of it when it was made; only whether it is active may change."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION classifier_version_frozen() RETURNS trigger AS $$
DECLARE
    changing text[] := ARRAY['active', 'activated_by', 'activated_at'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - changing = to_jsonb(NEW) - changing THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'classifier_version_never_changes: % is refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'classifier_version_never_changes';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER classifier_version_never_changes
    BEFORE UPDATE OR DELETE ON classifier_classifierversion
    FOR EACH ROW EXECUTE FUNCTION classifier_version_frozen();
"""

UNDO = "DROP FUNCTION classifier_version_frozen CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("classifier", "0002_learning")]
    operations = [migrations.RunSQL(sql=[(FROZEN, None)], reverse_sql=UNDO)]
