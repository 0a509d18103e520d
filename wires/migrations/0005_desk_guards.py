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
    IF needed = 'publish' THEN
        PERFORM wires_need_the_same(NEW, COALESCE(NEW.scheduled_for, OLD.scheduled_for));
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

# What was confirmed is one text at one severity for one time: for another one it does not count.
SAME = """
CREATE FUNCTION wires_need_the_same(wire wires_wire, at timestamptz) RETURNS void AS $$
DECLARE
    asked wires_moverequest%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM wires_moverequest
        WHERE wire_id = wire.id AND confirmed ORDER BY decided_at DESC LIMIT 1;
    IF asked.scheduled_for IS DISTINCT FROM at
        OR asked.detail->>'reported' IS DISTINCT FROM wire.severity_reported
        OR asked.detail->>'verified' IS DISTINCT FROM wire.severity_verified
        OR asked.detail->>'version' IS DISTINCT FROM
            (SELECT number::text FROM wires_version WHERE id = wire.current_id) THEN
        PERFORM wires_refuse('wire_is_published_as_it_was_confirmed', wire.public_id);
    END IF;
END $$ LANGUAGE plpgsql;
"""

# Who asks is an editor, and who confirms another one: to publish; for all else a senior editor.
PEOPLE = """
CREATE FUNCTION wires_acts_as(person bigint, roles text[]) RETURNS boolean AS $$
    SELECT EXISTS (SELECT 1 FROM wires_user u
        JOIN wires_user_groups m ON m.user_id = u.id JOIN auth_group g ON g.id = m.group_id
        WHERE u.id = person AND u.is_active AND g.name = ANY (roles))
$$ LANGUAGE sql STABLE;
CREATE FUNCTION wires_request_fits() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NOT wires_acts_as(NEW.asked_by_id, '{editor,senior editor}') THEN
        PERFORM wires_refuse('request_is_asked_by_an_editor', NEW.asked_by_id::text);
    END IF;
    IF NEW.confirmed AND NOT wires_acts_as(NEW.decided_by_id, CASE NEW.move
            WHEN 'publish' THEN '{editor,senior editor}'::text[]
            ELSE '{senior editor}'::text[] END) THEN
        PERFORM wires_refuse('request_is_confirmed_by_who_may', NEW.decided_by_id::text);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER request_is_made_and_confirmed_by_who_may
    BEFORE INSERT OR UPDATE OF confirmed, decided_by_id ON wires_moverequest
    FOR EACH ROW EXECUTE FUNCTION wires_request_fits();
CREATE TRIGGER request_changes_by_its_decision_alone BEFORE UPDATE ON wires_moverequest
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL OR
        (OLD.wire_id, OLD.move, OLD.reason, OLD.asked_by_id, OLD.asked_at, OLD.scheduled_for,
            OLD.into_id, OLD.detail) IS DISTINCT FROM
        (NEW.wire_id, NEW.move, NEW.reason, NEW.asked_by_id, NEW.asked_at, NEW.scheduled_for,
            NEW.into_id, NEW.detail))
    EXECUTE FUNCTION wires_frozen('request_changes_by_its_decision_alone');
CREATE TRIGGER request_is_never_deleted BEFORE DELETE ON wires_moverequest
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('request_is_never_deleted');
"""

# A notice of the same transaction is one whose writer has not ended yet.
AMENDMENTS = """
CREATE FUNCTION wires_amendment() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM wires_notice n WHERE n.wire_id = NEW.id AND n.kind = 'correction'
        AND pg_xact_status((((pg_current_xact_id()::text::bigint >> 32) << 32)
            | n.xmin::text::bigint)::text::xid8) = 'in progress') THEN
        PERFORM wires_refuse('wire_is_amended_with_a_notice', NEW.public_id);
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;
CREATE CONSTRAINT TRIGGER wire_is_amended_with_a_notice
    AFTER UPDATE OF current_id ON wires_wire DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state IN ('published', 'disputed')
        AND OLD.current_id IS DISTINCT FROM NEW.current_id)
    EXECUTE FUNCTION wires_amendment();
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
DROP TRIGGER request_is_made_and_confirmed_by_who_may ON wires_moverequest;
DROP TRIGGER request_changes_by_its_decision_alone ON wires_moverequest;
DROP TRIGGER request_is_never_deleted ON wires_moverequest;
DROP FUNCTION wires_request_fits;
DROP FUNCTION wires_acts_as;
DROP TRIGGER wire_is_amended_with_a_notice ON wires_wire;
DROP FUNCTION wires_amendment;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0004_desk")]
    operations = [
        migrations.RunSQL(
            sql=[(part, None) for part in (CONFIRMED, SAME, MOVES, GRADES, PEOPLE, AMENDMENTS, FROZEN)], reverse_sql=UNDO
        )
    ]
