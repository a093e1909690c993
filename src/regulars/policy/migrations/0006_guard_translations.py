"""A trigger: a version in another language is never changed either. It goes only with its version."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION policy_translation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'texts of the policy are never changed: publish another version'; END $$;
CREATE TRIGGER policy_translation_guard BEFORE UPDATE ON policy_translation FOR EACH ROW EXECUTE FUNCTION policy_translation_guard();
"""
SQLITE = """
CREATE TRIGGER policy_translation_no_change BEFORE UPDATE ON policy_translation
BEGIN SELECT RAISE(ABORT, 'texts of the policy are never changed: publish another version'); END
"""


def guard(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER policy_translation_guard ON policy_translation; DROP FUNCTION policy_translation_guard()")
    else:
        schema_editor.execute("DROP TRIGGER policy_translation_no_change")


class Migration(migrations.Migration):
    dependencies = [("policy", "0005_translations")]
    operations = [migrations.RunPython(guard, unguard)]
