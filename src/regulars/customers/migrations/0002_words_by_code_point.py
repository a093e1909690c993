"""On PostgreSQL search words compare by code point, whatever the database's locale: then a prefix is an index range, as on SQLite."""

from django.db import migrations

COLUMNS = [("customers_searchword", "word", 64), ("customers_customer", "sort_name", 255)]


def by_code_point(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, column, size in COLUMNS:
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({size}) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(by_code_point, migrations.RunPython.noop)]
