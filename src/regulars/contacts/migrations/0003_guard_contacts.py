"""Triggers: a logged contact is never changed or removed. Two doors stand open, and only these: erasure may blank the free text and the
links, and rows of a source (or batch) whose withdrawal is on record may go."""

from django.db import migrations

# ruff: noqa: S608 — put together from the names below
KEPT = (
    "id", "public_id", "business_id", "customer_id", "at", "channel", "direction", "began_by", "nature", "topic", "outcome", "mood_stated",
    "mood_inferred", "staff_id", "branch_id", "minutes", "effort", "corrects_id", "void", "actor", "source", "source_key", "batch_id", "recorded_at",
)  # fmt: skip
POSTGRESQL = f"""
CREATE FUNCTION contacts_contact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.note = '' AND NEW.links::text = '{{}}' AND ({", ".join(f"NEW.{name}" for name in KEPT)})
           IS NOT DISTINCT FROM ({", ".join(f"OLD.{name}" for name in KEPT)}) THEN RETURN NEW; END IF;
    ELSIF EXISTS (SELECT 1 FROM contacts_withdrawal w WHERE w.business_id = OLD.business_id AND w.source = OLD.source
                  AND (w.batch_id IS NULL OR w.batch_id = OLD.batch_id)) THEN RETURN OLD;
    END IF;
    RAISE EXCEPTION 'contacts are never changed or removed: write a correction';
END $$;
CREATE TRIGGER contacts_contact_guard BEFORE UPDATE OR DELETE ON contacts_contact
    FOR EACH ROW EXECUTE FUNCTION contacts_contact_guard();
"""
POSTGRESQL_BACK = """
DROP TRIGGER contacts_contact_guard ON contacts_contact;
DROP FUNCTION contacts_contact_guard();
"""
SQLITE = [
    f"""
    CREATE TRIGGER contacts_contact_no_change BEFORE UPDATE ON contacts_contact
    WHEN NOT (NEW.note = '' AND NEW.links = '{{}}' AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)})
    BEGIN SELECT RAISE(ABORT, 'contacts are never changed: write a correction'); END
    """,
    """
    CREATE TRIGGER contacts_contact_no_removal BEFORE DELETE ON contacts_contact
    WHEN NOT EXISTS (SELECT 1 FROM contacts_withdrawal w WHERE w.business_id = OLD.business_id AND w.source = OLD.source
                     AND (w.batch_id IS NULL OR w.batch_id = OLD.batch_id))
    BEGIN SELECT RAISE(ABORT, 'contacts are never removed: write a correction'); END
    """,
]


def guard(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        schema_editor.execute("DROP TRIGGER contacts_contact_no_change")
        schema_editor.execute("DROP TRIGGER contacts_contact_no_removal")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_contact_log")]
    operations = [migrations.RunPython(guard, unguard)]
