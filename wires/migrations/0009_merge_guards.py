"""What the database refuses of merges and notices, when Python is gone round."""

from django.db import migrations

MERGES = """
CREATE FUNCTION wires_merge() RETURNS trigger AS $$
DECLARE
    target wires_wire%ROWTYPE;
    confirmed_into bigint;
BEGIN
    SELECT * INTO target FROM wires_wire WHERE id = NEW.merged_into_id;
    IF target.state IN ('withdrawn', 'discarded') OR target.merged_into_id IS NOT NULL THEN
        PERFORM wires_refuse('wire_is_merged_into_one_that_stands', target.public_id);
    END IF;
    IF NEW.state = 'withdrawn' THEN
        IF target.state NOT IN ('published', 'disputed') THEN
            PERFORM wires_refuse('wire_is_merged_in_public_only_into_a_public_one', target.public_id);
        END IF;
        SELECT into_id INTO confirmed_into FROM wires_moverequest
            WHERE wire_id = NEW.id AND confirmed ORDER BY decided_at DESC LIMIT 1;
        IF confirmed_into IS DISTINCT FROM NEW.merged_into_id THEN
            PERFORM wires_refuse('wire_merge_is_the_confirmed_one', target.public_id);
        END IF;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER wire_merges BEFORE UPDATE OF merged_into_id ON wires_wire
    FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL AND OLD.merged_into_id IS NULL)
    EXECUTE FUNCTION wires_merge();
"""

NOTICES = """
CREATE FUNCTION wires_notice_fits() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM wires_wire WHERE id IN (NEW.wire_id, NEW.related_id)
        AND state NOT IN ('published', 'disputed', 'withdrawn')) THEN
        PERFORM wires_refuse('notice_names_public_wires', NEW.wire_id::text);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER notice_names_public_wires BEFORE INSERT ON wires_notice
    FOR EACH ROW EXECUTE FUNCTION wires_notice_fits();
"""

# Also from SEV-2 to SEV-1, which two people decide on as well.
GRADES = """
DROP TRIGGER wire_becomes_grave_only_confirmed ON wires_wire;
CREATE FUNCTION wires_worst(reported text, verified text) RETURNS text AS $$
    SELECT min(level) FROM unnest(ARRAY[reported, verified]) AS level WHERE level <> ''
$$ LANGUAGE sql IMMUTABLE;
CREATE TRIGGER wire_becomes_grave_only_confirmed
    BEFORE UPDATE OF severity_reported, severity_verified ON wires_wire
    FOR EACH ROW WHEN (OLD.state IN ('published', 'disputed')
        AND wires_worst(NEW.severity_reported, NEW.severity_verified) IN ('SEV-1', 'SEV-2')
        AND wires_worst(NEW.severity_reported, NEW.severity_verified)
            < COALESCE(wires_worst(OLD.severity_reported, OLD.severity_verified), 'SEV-9'))
    EXECUTE FUNCTION wires_grade();
"""

UNDO = """
DROP TRIGGER wire_merges ON wires_wire;
DROP FUNCTION wires_merge;
DROP TRIGGER notice_names_public_wires ON wires_notice;
DROP FUNCTION wires_notice_fits;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0008_undoing")]
    operations = [
        migrations.RunSQL(
            sql=[(part, None) for part in (MERGES, NOTICES, GRADES)], reverse_sql=UNDO
        )
    ]
