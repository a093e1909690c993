"""Who looks at a case right now is worth nothing after a crash: PostgreSQL need not write it down, nor wait for the disk at each page."""

from django.db import migrations


def unlog(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE service_presence SET UNLOGGED")


def log(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE service_presence SET LOGGED")


class Migration(migrations.Migration):
    dependencies = [("service", "0004_reviews")]
    operations = [migrations.RunPython(unlog, log)]
