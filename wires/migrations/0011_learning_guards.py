"""What activated which classifier is never rewritten, and what an editor had put unseen stays."""

from django.db import migrations

FROZEN = """
CREATE TRIGGER activation_never_changes BEFORE UPDATE OR DELETE ON wires_activation
    FOR EACH ROW EXECUTE FUNCTION wires_frozen('activation_never_changes');
CREATE TRIGGER proposal_stays_blind BEFORE UPDATE OF is_blind, unseen ON wires_proposal
    FOR EACH ROW WHEN (OLD.is_blind <> NEW.is_blind
        OR OLD.unseen IS NOT NULL AND OLD.unseen IS DISTINCT FROM NEW.unseen)
    EXECUTE FUNCTION wires_frozen('proposal_stays_blind');
"""

UNDO = """
DROP TRIGGER activation_never_changes ON wires_activation;
DROP TRIGGER proposal_stays_blind ON wires_proposal;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0010_learning"), ("classifier", "0003_guards")]
    operations = [migrations.RunSQL(sql=[(FROZEN, None)], reverse_sql=UNDO)]
