"""Triggers: a case's stream and the ledgers of gestures are never changed or removed. Two doors stand open: erasure may blank the free text
of a happening, and what came with the demo may go with it."""

from django.db import migrations

BLANK = '{"what": "", "why": "", "action": ""}'
# ruff: noqa: S608 — put together from the constant above
POSTGRESQL = f"""
CREATE FUNCTION service_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.case_id, NEW.seq, NEW.at, NEW.what, NEW.actor, NEW.key) IS NOT DISTINCT FROM
           (OLD.id, OLD.case_id, OLD.seq, OLD.at, OLD.what, OLD.actor, OLD.key)
           AND NEW.body = OLD.body || '{BLANK}'::jsonb THEN RETURN NEW; END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM service_case c WHERE c.id = OLD.case_id AND c.source <> 'demo') THEN RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the stream of a case is never changed or removed';
END $$;
CREATE TRIGGER service_event_guard BEFORE UPDATE OR DELETE ON service_event FOR EACH ROW EXECUTE FUNCTION service_event_guard();
CREATE FUNCTION service_ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM service_gesture g WHERE g.id = OLD.gesture_id AND g.origin <> 'demo') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a ledger is never changed: book a reversal';
END $$;
CREATE TRIGGER service_ledger_guard BEFORE UPDATE OR DELETE ON service_ledgerline FOR EACH ROW EXECUTE FUNCTION service_ledger_guard();
"""
POSTGRESQL_BACK = """
DROP TRIGGER service_event_guard ON service_event; DROP FUNCTION service_event_guard();
DROP TRIGGER service_ledger_guard ON service_ledgerline; DROP FUNCTION service_ledger_guard();
"""
SQLITE = [
    f"""
    CREATE TRIGGER service_event_no_change BEFORE UPDATE ON service_event
    WHEN NOT (NEW.id IS OLD.id AND NEW.case_id IS OLD.case_id AND NEW.seq IS OLD.seq AND NEW.at IS OLD.at AND NEW.what IS OLD.what
              AND NEW.actor IS OLD.actor AND NEW.key IS OLD.key AND json(NEW.body) = json_patch(OLD.body, '{BLANK}'))
    BEGIN SELECT RAISE(ABORT, 'the stream of a case is never changed'); END
    """,
    """
    CREATE TRIGGER service_event_no_removal BEFORE DELETE ON service_event
    WHEN EXISTS (SELECT 1 FROM service_case c WHERE c.id = OLD.case_id AND c.source <> 'demo')
    BEGIN SELECT RAISE(ABORT, 'the stream of a case is never removed'); END
    """,
    """
    CREATE TRIGGER service_ledger_no_change BEFORE UPDATE ON service_ledgerline
    BEGIN SELECT RAISE(ABORT, 'a ledger is never changed: book a reversal'); END
    """,
    """
    CREATE TRIGGER service_ledger_no_removal BEFORE DELETE ON service_ledgerline
    WHEN EXISTS (SELECT 1 FROM service_gesture g WHERE g.id = OLD.gesture_id AND g.origin <> 'demo')
    BEGIN SELECT RAISE(ABORT, 'a ledger is never changed: book a reversal'); END
    """,
]


def guard(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        for name in ("event_no_change", "event_no_removal", "ledger_no_change", "ledger_no_removal"):
            schema_editor.execute(f"DROP TRIGGER service_{name}")


class Migration(migrations.Migration):
    dependencies = [("service", "0001_cases")]
    operations = [migrations.RunPython(guard, unguard)]
