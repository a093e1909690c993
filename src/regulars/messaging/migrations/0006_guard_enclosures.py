"""A trigger: a file that went out is never exchanged or removed. Two doors stand open: erasure may blank it, and what came with the demo
may go with it."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION messaging_enclosure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.message_id, NEW.number) IS NOT DISTINCT FROM (OLD.id, OLD.message_id, OLD.number)
           AND NEW.name = '' AND NEW.size_bytes = 0 AND length(NEW.content) = 0 THEN RETURN NEW; END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM messaging_message m WHERE m.id = OLD.message_id AND m.origin <> 'demo') THEN RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a file that went out is never changed or removed';
END $$;
CREATE TRIGGER messaging_enclosure_guard BEFORE UPDATE OR DELETE ON messaging_enclosure
FOR EACH ROW EXECUTE FUNCTION messaging_enclosure_guard();
"""
POSTGRESQL_BACK = "DROP TRIGGER messaging_enclosure_guard ON messaging_enclosure; DROP FUNCTION messaging_enclosure_guard();"
SQLITE = [
    """
    CREATE TRIGGER messaging_enclosure_no_change BEFORE UPDATE ON messaging_enclosure
    WHEN NOT (NEW.id IS OLD.id AND NEW.message_id IS OLD.message_id AND NEW.number IS OLD.number
              AND NEW.name = '' AND NEW.size_bytes = 0 AND length(NEW.content) = 0)
    BEGIN SELECT RAISE(ABORT, 'a file that went out is never changed'); END
    """,
    """
    CREATE TRIGGER messaging_enclosure_no_removal BEFORE DELETE ON messaging_enclosure
    WHEN EXISTS (SELECT 1 FROM messaging_message m WHERE m.id = OLD.message_id AND m.origin <> 'demo')
    BEGIN SELECT RAISE(ABORT, 'a file that went out is never removed'); END
    """,
]


def guard(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        for name in ("no_change", "no_removal"):
            schema_editor.execute(f"DROP TRIGGER messaging_enclosure_{name}")


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_enclosures")]
    operations = [migrations.RunPython(guard, unguard)]
