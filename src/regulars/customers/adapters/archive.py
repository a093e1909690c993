"""An export as a zip: one JSON document with everything, and each section as CSV for people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from regulars.groundwork.kernel.tables.writing import Cell, csv_lines

MOMENT = (1980, 1, 1, 0, 0, 0)  # The same content gives the same bytes.


def archive_of(document: Mapping[str, Any], sections: Mapping[str, Sequence[Mapping[str, Any]]], readme: str) -> bytes:
    """The zip's bytes."""
    pile = io.BytesIO()
    with zipfile.ZipFile(pile, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "README.txt", readme)
        _put(archive, "export.json", json.dumps({**document, "sections": sections}, ensure_ascii=False, indent=2, default=plain))
        for name, rows in sections.items():
            if rows:
                columns = list(dict.fromkeys(key for row in rows for key in row))
                lines: list[Sequence[Cell]] = [columns, *([_cell(row.get(column)) for column in columns] for row in rows)]
                _put(archive, f"{name}.csv", "".join(csv_lines(lines)))
    return pile.getvalue()


def plain(value: object) -> str:
    """Values that JSON does not know, as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"an export holds {type(value).__name__}")


def _cell(value: object) -> Cell:
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=plain) if value else ""
    return plain(value)


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, date_time=MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, text.encode("utf-8"))
