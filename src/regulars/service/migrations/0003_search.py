"""Word search over cases: PostgreSQL's text index over plain words; SQLite's FTS5 kept in step by triggers."""

from django.db import migrations

POSTGRESQL = "CREATE INDEX service_case_words ON service_case USING gin (to_tsvector('simple'::regconfig, words))"
SQLITE = [
    "CREATE VIRTUAL TABLE service_case_fts USING fts5(words, content='service_case', content_rowid='id', tokenize='unicode61')",
    """
    CREATE TRIGGER service_case_fts_new AFTER INSERT ON service_case
    BEGIN INSERT INTO service_case_fts(rowid, words) VALUES (NEW.id, NEW.words); END
    """,
    """
    CREATE TRIGGER service_case_fts_changed AFTER UPDATE OF words ON service_case WHEN NEW.words IS NOT OLD.words
    BEGIN
        INSERT INTO service_case_fts(service_case_fts, rowid, words) VALUES ('delete', OLD.id, OLD.words);
        INSERT INTO service_case_fts(rowid, words) VALUES (NEW.id, NEW.words);
    END
    """,
    """
    CREATE TRIGGER service_case_fts_gone AFTER DELETE ON service_case
    BEGIN INSERT INTO service_case_fts(service_case_fts, rowid, words) VALUES ('delete', OLD.id, OLD.words); END
    """,
]


def index(apps, schema_editor):
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX service_case_words")
    else:
        for name in ("new", "changed", "gone"):
            schema_editor.execute(f"DROP TRIGGER service_case_fts_{name}")
        schema_editor.execute("DROP TABLE service_case_fts")


class Migration(migrations.Migration):
    dependencies = [("service", "0002_guard_streams")]
    operations = [migrations.RunPython(index, drop)]
