"""Triggers: an audit line can't be changed or removed; only its salt may be destroyed."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION kernel_auditline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.salt = '' AND
       (NEW.id, NEW.tenant_id, NEW.number, NEW.at, NEW.actor, NEW.act, NEW.subject, NEW.before_digest, NEW.after_digest, NEW.digest)
       IS NOT DISTINCT FROM
       (OLD.id, OLD.tenant_id, OLD.number, OLD.at, OLD.actor, OLD.act, OLD.subject, OLD.before_digest, OLD.after_digest, OLD.digest)
    THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'audit lines are never changed or removed';
END $$;
CREATE TRIGGER kernel_auditline_guard BEFORE UPDATE OR DELETE ON kernel_auditline
    FOR EACH ROW EXECUTE FUNCTION kernel_auditline_guard();
"""
POSTGRESQL_BACK = """
DROP TRIGGER kernel_auditline_guard ON kernel_auditline;
DROP FUNCTION kernel_auditline_guard();
"""
SQLITE = [
    """
    CREATE TRIGGER kernel_auditline_no_change BEFORE UPDATE ON kernel_auditline
    WHEN NOT (NEW.salt = '' AND NEW.id = OLD.id AND NEW.tenant_id = OLD.tenant_id AND NEW.number = OLD.number AND NEW.at = OLD.at
              AND NEW.actor = OLD.actor AND NEW.act = OLD.act AND NEW.subject = OLD.subject AND NEW.before_digest = OLD.before_digest
              AND NEW.after_digest = OLD.after_digest AND NEW.digest = OLD.digest)
    BEGIN SELECT RAISE(ABORT, 'audit lines are never changed'); END
    """,
    """
    CREATE TRIGGER kernel_auditline_no_removal BEFORE DELETE ON kernel_auditline
    BEGIN SELECT RAISE(ABORT, 'audit lines are never removed'); END
    """,
]


def guard(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        schema_editor.execute("DROP TRIGGER kernel_auditline_no_change")
        schema_editor.execute("DROP TRIGGER kernel_auditline_no_removal")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
