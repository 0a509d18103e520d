"""What a constraint on one row cannot say: moves, immutability, belonging, numbering."""

from django.db import migrations

REFUSAL = """
CREATE FUNCTION wires_refuse(rule text, detail text) RETURNS void AS $$
BEGIN
    RAISE EXCEPTION '%: %', rule, detail USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$ LANGUAGE plpgsql;
"""

# Rows that are written once. Which table refuses is said by the trigger's argument.
FROZEN = """
CREATE FUNCTION wires_frozen() RETURNS trigger AS $$
BEGIN
    PERFORM wires_refuse(TG_ARGV[0], TG_OP || ' is refused');
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER version_never_changes BEFORE UPDATE OR DELETE ON wires_version
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('version_never_changes');
CREATE TRIGGER change_never_changes BEFORE UPDATE OR DELETE ON wires_change
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('change_never_changes');
CREATE TRIGGER event_never_changes BEFORE UPDATE OR DELETE ON wires_event
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('event_never_changes');
CREATE TRIGGER notice_never_changes BEFORE UPDATE OR DELETE ON wires_notice
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('notice_never_changes');
CREATE TRIGGER taxonomy_never_changes BEFORE UPDATE OR DELETE ON wires_taxonomyversion
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('taxonomy_never_changes');
CREATE TRIGGER code_never_changes BEFORE UPDATE OR DELETE ON wires_code
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('code_never_changes');
CREATE TRIGGER citation_never_changes BEFORE UPDATE OR DELETE ON wires_citation
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('citation_never_changes');
CREATE TRIGGER source_is_never_deleted BEFORE DELETE ON wires_source
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('source_is_never_deleted');
CREATE TRIGGER source_text_never_changes BEFORE UPDATE OF text, sha256, kind ON wires_source
    FOR EACH ROW WHEN (OLD.text <> NEW.text OR OLD.sha256 <> NEW.sha256 OR OLD.kind <> NEW.kind)
    EXECUTE FUNCTION wires_frozen('source_text_never_changes');
CREATE TRIGGER wire_is_never_deleted BEFORE DELETE ON wires_wire
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('wire_is_never_deleted');
CREATE TRIGGER wire_keeps_its_public_id BEFORE UPDATE OF public_id, fingerprint ON wires_wire
    FOR EACH ROW WHEN (OLD.public_id <> NEW.public_id OR OLD.fingerprint <> NEW.fingerprint)
    EXECUTE FUNCTION wires_frozen('wire_keeps_its_public_id');
CREATE TRIGGER wire_keeps_its_publication_date BEFORE UPDATE OF first_published_at ON wires_wire
    FOR EACH ROW WHEN (OLD.first_published_at IS NOT NULL
        AND OLD.first_published_at IS DISTINCT FROM NEW.first_published_at)
    EXECUTE FUNCTION wires_frozen('wire_keeps_its_publication_date');
CREATE TRIGGER claim_text_never_changes BEFORE UPDATE OF text, n, start, "end", version_id ON wires_claim
    FOR EACH ROW WHEN (OLD.text <> NEW.text OR OLD.n <> NEW.n OR OLD.start <> NEW.start
        OR OLD."end" <> NEW."end" OR OLD.version_id <> NEW.version_id)
    EXECUTE FUNCTION wires_frozen('claim_text_never_changes');
CREATE TRIGGER claim_is_never_deleted BEFORE DELETE ON wires_claim
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('claim_is_never_deleted');
"""

# The table of moves, as the design gives it. A grave publication and every move of a public
# wire need a request that another person confirmed; it must be the latest one confirmed.
MOVES = """
CREATE FUNCTION wires_move() RETURNS trigger AS $$
DECLARE
    allowed boolean;
    needed text;
    latest text;
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
        WHEN NEW.state IN ('disputed') THEN 'dispute'
        WHEN NEW.state = 'withdrawn' THEN 'withdraw'
        WHEN OLD.state = 'disputed' AND NEW.state = 'published' THEN 'resolve'
        WHEN NEW.state IN ('published', 'scheduled')
            AND (NEW.severity_reported IN ('SEV-1', 'SEV-2') OR NEW.severity_verified IN ('SEV-1', 'SEV-2'))
            THEN 'publish'
    END;
    IF needed IS NOT NULL THEN
        SELECT move INTO latest FROM wires_moverequest
            WHERE wire_id = NEW.id AND confirmed ORDER BY decided_at DESC LIMIT 1;
        IF latest IS DISTINCT FROM needed THEN
            PERFORM wires_refuse('wire_move_is_confirmed_by_another_person', needed);
        END IF;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER wire_moves BEFORE INSERT OR UPDATE OF state ON wires_wire
    FOR EACH ROW EXECUTE FUNCTION wires_move();
"""

BELONGING = """
CREATE FUNCTION wires_belongs() RETURNS trigger AS $$
BEGIN
    IF NEW.current_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM wires_version WHERE id = NEW.current_id AND wire_id = NEW.id) THEN
        PERFORM wires_refuse('wire_current_text_is_its_own', NEW.public_id);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER wire_current_text_is_its_own BEFORE INSERT OR UPDATE OF current_id ON wires_wire
    FOR EACH ROW EXECUTE FUNCTION wires_belongs();

CREATE FUNCTION wires_coding_fits() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM wires_code WHERE id = NEW.code_id AND kind = NEW.kind) THEN
        PERFORM wires_refuse('coding_has_the_kind_of_its_code', NEW.kind);
    END IF;
    IF NEW.claim_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM wires_claim c JOIN wires_version v ON v.id = c.version_id
        WHERE c.id = NEW.claim_id AND v.wire_id = NEW.wire_id) THEN
        PERFORM wires_refuse('coding_rests_on_a_claim_of_its_wire', NEW.wire_id::text);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER coding_fits BEFORE INSERT OR UPDATE ON wires_coding
    FOR EACH ROW EXECUTE FUNCTION wires_coding_fits();

CREATE FUNCTION wires_exhibit_fits() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM evidence_run WHERE id = NEW.run_id AND status = 'finished') THEN
        PERFORM wires_refuse('exhibit_shows_a_finished_run', NEW.run_id::text);
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM wires_claim c JOIN wires_version v ON v.id = c.version_id
        WHERE c.id = NEW.claim_id AND v.wire_id = NEW.wire_id) THEN
        PERFORM wires_refuse('exhibit_bears_on_a_claim_of_its_wire', NEW.wire_id::text);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER exhibit_fits BEFORE INSERT OR UPDATE ON wires_exhibit
    FOR EACH ROW EXECUTE FUNCTION wires_exhibit_fits();

CREATE FUNCTION wires_claim_fits() RETURNS trigger AS $$
BEGIN
    IF NEW.citation_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM wires_citation c JOIN wires_source s ON s.id = c.source_id
        WHERE c.id = NEW.citation_id AND c.version_id = NEW.version_id
        AND substr(s.text, NEW.passage_start + 1, NEW.passage_end - NEW.passage_start) = NEW.passage) THEN
        PERFORM wires_refuse('claim_passage_stands_in_its_source', NEW.passage);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER claim_passage_stands_in_its_source BEFORE INSERT OR UPDATE OF citation_id, passage,
    passage_start, passage_end ON wires_claim FOR EACH ROW EXECUTE FUNCTION wires_claim_fits();

ALTER TABLE wires_source ADD CONSTRAINT source_hash_is_of_its_text
    CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
"""

# A sequence is not rolled back with the transaction that took a number, so no id returns.
NUMBERS = "CREATE SEQUENCE wires_wire_number OWNED BY wires_wire.public_id"
COUNTER = "INSERT INTO wires_changecounter (id, seq) VALUES (1, 0)"

UNDO = """
DROP SEQUENCE IF EXISTS wires_wire_number;
ALTER TABLE wires_source DROP CONSTRAINT IF EXISTS source_hash_is_of_its_text;
DROP FUNCTION IF EXISTS wires_frozen, wires_move, wires_belongs, wires_coding_fits,
    wires_exhibit_fits, wires_claim_fits, wires_refuse CASCADE;
DELETE FROM wires_changecounter;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0001_initial"), ("evidence", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql=[(part, None) for part in (REFUSAL, FROZEN, MOVES, BELONGING, NUMBERS, COUNTER)],
            reverse_sql=UNDO,
        )
    ]
