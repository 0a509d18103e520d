"""A confirmed regrade serves once: in the act that confirms it."""

from django.db import migrations

# The confirmation is of the same transaction: who wrote its row has not ended yet.
GRADES = """
CREATE OR REPLACE FUNCTION wires_grade() RETURNS trigger AS $$
BEGIN
    PERFORM wires_need_confirmed(NEW.id, 'regrade');
    IF NOT EXISTS (SELECT 1 FROM wires_moverequest r
        WHERE r.wire_id = NEW.id AND r.move = 'regrade' AND r.confirmed
        AND pg_xact_status((((pg_current_xact_id()::text::bigint >> 32) << 32)
            | r.xmin::text::bigint)::text::xid8) = 'in progress') THEN
        PERFORM wires_refuse('wire_regrade_is_confirmed_in_the_same_act', NEW.public_id);
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""

UNDO = """
CREATE OR REPLACE FUNCTION wires_grade() RETURNS trigger AS $$
BEGIN
    PERFORM wires_need_confirmed(NEW.id, 'regrade');
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""


class Migration(migrations.Migration):
    dependencies = [("wires", "0015_reverse_coverage_guards")]
    operations = [migrations.RunSQL(sql=[(GRADES, None)], reverse_sql=UNDO)]
