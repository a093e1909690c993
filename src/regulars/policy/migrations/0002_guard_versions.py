"""A trigger: a version of the policy is never changed. It goes only with its business."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION policy_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'versions of the policy are never changed: publish another'; END $$;
CREATE TRIGGER policy_version_guard BEFORE UPDATE ON policy_version FOR EACH ROW EXECUTE FUNCTION policy_version_guard();
"""
SQLITE = """
CREATE TRIGGER policy_version_no_change BEFORE UPDATE ON policy_version
BEGIN SELECT RAISE(ABORT, 'versions of the policy are never changed: publish another'); END
"""


def guard(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER policy_version_guard ON policy_version; DROP FUNCTION policy_version_guard()")
    else:
        schema_editor.execute("DROP TRIGGER policy_version_no_change")


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_policy")]
    operations = [migrations.RunPython(guard, unguard)]
