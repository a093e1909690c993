"""Triggers: entries, uses of lots, versions and closed days are never changed or removed; only a program that came with the demo may go."""

from django.db import migrations

PROGRAM_OF = {
    "entry": "(SELECT a.program_id FROM loyalty_account a WHERE a.id = OLD.account_id)",
    "lotuse": "(SELECT a.program_id FROM loyalty_lot l JOIN loyalty_account a ON a.id = l.account_id WHERE l.id = OLD.lot_id)",
    "programversion": "OLD.program_id",
    "closedday": "OLD.program_id",
}
# ruff: noqa: S608 — put together from the constants above


def postgresql(table):
    return f"""
CREATE FUNCTION loyalty_{table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM loyalty_program p WHERE p.id = {PROGRAM_OF[table]} AND p.origin <> 'demo') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the books of loyalty are never changed: book a reversal';
END $$;
CREATE TRIGGER loyalty_{table}_guard BEFORE UPDATE OR DELETE ON loyalty_{table} FOR EACH ROW EXECUTE FUNCTION loyalty_{table}_guard();
"""


def no_change(table):
    return f"""
    CREATE TRIGGER loyalty_{table}_no_change BEFORE UPDATE ON loyalty_{table}
    BEGIN SELECT RAISE(ABORT, 'the books of loyalty are never changed: book a reversal'); END
    """


def no_removal(table):
    return f"""
    CREATE TRIGGER loyalty_{table}_no_removal BEFORE DELETE ON loyalty_{table}
    WHEN EXISTS (SELECT 1 FROM loyalty_program p WHERE p.id = {PROGRAM_OF[table]} AND p.origin <> 'demo')
    BEGIN SELECT RAISE(ABORT, 'the books of loyalty are never changed: book a reversal'); END
    """


def guard(apps, schema_editor):
    for table in PROGRAM_OF:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(postgresql(table))
        else:
            schema_editor.execute(no_change(table))
            schema_editor.execute(no_removal(table))


def unguard(apps, schema_editor):
    for table in PROGRAM_OF:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER loyalty_{table}_guard ON loyalty_{table}; DROP FUNCTION loyalty_{table}_guard();")
        else:
            schema_editor.execute(f"DROP TRIGGER loyalty_{table}_no_change")
            schema_editor.execute(f"DROP TRIGGER loyalty_{table}_no_removal")


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_ledger")]
    operations = [migrations.RunPython(guard, unguard)]
