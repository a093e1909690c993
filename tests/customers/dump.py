"""Everything that stands in the database and among the files, as text to search."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection


def places_of(markers: Iterable[str]) -> list[str]:
    """Where any of these texts stands: "table: text" or "file: text"; every table there is, not only those of models."""
    markers = [one.lower() for one in markers]
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                text = repr(row).lower()
                found += [f"{table}: {one}: {text[:200]}" for one in markers if one in text or repr(one)[1:-1] in text]
    for path in Path(settings.VAR).rglob("*"):
        if path.is_file() and not path.name.endswith((".sqlite3", ".sqlite3-journal", ".sqlite3-wal")):
            text = path.read_bytes().decode("utf-8", "replace").lower()
            found += [f"{path.name}: {one}" for one in markers if one in text]
    return found
