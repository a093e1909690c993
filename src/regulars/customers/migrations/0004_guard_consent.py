"""Triggers: a consent event is never changed. It can only go as a whole, with the person it speaks of."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION customers_consentevent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consent events are never changed';
END $$;
CREATE TRIGGER customers_consentevent_guard BEFORE UPDATE ON customers_consentevent
    FOR EACH ROW EXECUTE FUNCTION customers_consentevent_guard();
"""
POSTGRESQL_BACK = """
DROP TRIGGER customers_consentevent_guard ON customers_consentevent;
DROP FUNCTION customers_consentevent_guard();
"""
SQLITE = """
CREATE TRIGGER customers_consentevent_guard BEFORE UPDATE ON customers_consentevent
BEGIN SELECT RAISE(ABORT, 'consent events are never changed'); END
"""


def guard(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    schema_editor.execute(
        POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else "DROP TRIGGER customers_consentevent_guard"
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_what_they_allow")]
    operations = [migrations.RunPython(guard, unguard)]
