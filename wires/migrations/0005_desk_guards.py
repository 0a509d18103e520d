"""What one row cannot say of merging, regrading, looks, responses and batches."""

from django.db import migrations

# As before, and: a public wire is merged away only when another person confirmed the merge,
# and it becomes grave only when another person confirmed that.
MOVES = """
CREATE OR REPLACE FUNCTION wires_move() RETURNS trigger AS $$
DECLARE
    allowed boolean;
    needed text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM wires_refuse('wire_begins_as_draft', NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = NEW.state THEN
        RETURN NEW;
    END IF;
    allowed := (OLD.state, NEW.state) IN (
        ('draft', 'in_review'), ('in_review', 'draft'),
        ('in_review', 'published'), ('in_review', 'scheduled'),
        ('scheduled', 'in_review'), ('scheduled', 'published'),
        ('published', 'disputed'), ('disputed', 'published'),
        ('published', 'withdrawn'), ('disputed', 'withdrawn'),
        ('draft', 'discarded'), ('in_review', 'discarded'), ('scheduled', 'discarded'));
    IF NOT allowed THEN
        PERFORM wires_refuse('wire_moves_only_as_designed', OLD.state || ' to ' || NEW.state);
    END IF;
    needed := CASE
        WHEN NEW.state = 'disputed' THEN 'dispute'
        WHEN NEW.state = 'withdrawn' AND NEW.merged_into_id IS NOT NULL THEN 'merge'
        WHEN NEW.state = 'withdrawn' THEN 'withdraw'
        WHEN OLD.state = 'disputed' AND NEW.state = 'published' THEN 'resolve'
        WHEN NEW.state IN ('published', 'scheduled')
            AND (NEW.severity_reported IN ('SEV-1', 'SEV-2') OR NEW.severity_verified IN ('SEV-1', 'SEV-2'))
            THEN 'publish'
    END;
    IF needed IS NOT NULL THEN
        PERFORM wires_need_confirmed(NEW.id, needed);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""

CONFIRMED = """
CREATE FUNCTION wires_need_confirmed(wire bigint, needed text) RETURNS void AS $$
DECLARE
    latest text;
BEGIN
    SELECT move INTO latest FROM wires_moverequest
        WHERE wire_id = wire AND confirmed ORDER BY decided_at DESC LIMIT 1;
    IF latest IS DISTINCT FROM needed THEN
        PERFORM wires_refuse('wire_move_is_confirmed_by_another_person', needed);
    END IF;
END $$ LANGUAGE plpgsql;
"""

GRADES = """
CREATE FUNCTION wires_grade() RETURNS trigger AS $$
BEGIN
    PERFORM wires_need_confirmed(NEW.id, 'regrade');
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER wire_becomes_grave_only_confirmed
    BEFORE UPDATE OF severity_reported, severity_verified ON wires_wire
    FOR EACH ROW WHEN (OLD.state IN ('published', 'disputed')
        AND NOT (OLD.severity_reported IN ('SEV-1', 'SEV-2') OR OLD.severity_verified IN ('SEV-1', 'SEV-2'))
        AND (NEW.severity_reported IN ('SEV-1', 'SEV-2') OR NEW.severity_verified IN ('SEV-1', 'SEV-2')))
    EXECUTE FUNCTION wires_grade();
"""

FROZEN = """
CREATE TRIGGER wire_stays_merged BEFORE UPDATE OF merged_into_id ON wires_wire
    FOR EACH ROW WHEN (OLD.merged_into_id IS NOT NULL
        AND OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)
    EXECUTE FUNCTION wires_frozen('wire_stays_merged');
CREATE TRIGGER response_never_changes BEFORE UPDATE OR DELETE ON wires_response
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('response_never_changes');
CREATE TRIGGER look_never_changes BEFORE UPDATE OR DELETE ON wires_look
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('look_never_changes');
CREATE TRIGGER batch_is_never_deleted BEFORE DELETE ON wires_batch
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('batch_is_never_deleted');
CREATE TRIGGER batch_item_is_never_deleted BEFORE DELETE ON wires_batchitem
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('batch_item_is_never_deleted');
"""

UNDO = """
DROP TRIGGER wire_stays_merged ON wires_wire;
DROP TRIGGER response_never_changes ON wires_response;
DROP TRIGGER look_never_changes ON wires_look;
DROP TRIGGER batch_is_never_deleted ON wires_batch;
DROP TRIGGER batch_item_is_never_deleted ON wires_batchitem;
DROP TRIGGER wire_becomes_grave_only_confirmed ON wires_wire;
DROP FUNCTION wires_grade;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0004_desk")]
    operations = [
        migrations.RunSQL(
            sql=[(part, None) for part in (CONFIRMED, MOVES, GRADES, FROZEN)], reverse_sql=UNDO
        )
    ]
