"""XLSX in: the archive is checked before anything unpacks it, cells become the texts that a person saw."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables.refused import BrokenWorkbook, UnknownSheet, WorkbookTooLarge

if TYPE_CHECKING:
    import python_calamine

UNPACKED_MAX = 600 << 20
PARTS_MAX = 5_000
BLOCK = 1 << 20


def check_archive(path: Path, *, unpacked_max: int = UNPACKED_MAX) -> None:
    """Refuse archives that are broken, that are no workbook, or that would unpack to too much.

    The sizes in the directory are checked first, then each part is unpacked into nothing: a directory can lie, the check sums can't.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > unpacked_max:
                raise WorkbookTooLarge(unpacked_max)
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                raise BrokenWorkbook(_("it is protected by a password"))
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise BrokenWorkbook(_("it is an archive of another kind"))
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(BLOCK):
                        pass
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as fault:
        raise BrokenWorkbook(_("it is damaged")) from fault
    except Exception as fault:
        if type(fault).__module__ in ("zlib", "lzma", "_lzma"):
            raise BrokenWorkbook(_("it is damaged")) from fault
        raise


def sheet_names(path: Path, wanted: str | None) -> list[str]:
    """The sheets that hold cells. Raises UnknownSheet when `wanted` is none of them, BrokenWorkbook when none opens."""
    book = _open(path)
    names = list(book.sheet_names)
    if not names:
        raise BrokenWorkbook(_("it holds no sheet"))
    if wanted is not None and wanted not in names:
        raise UnknownSheet(wanted, names)
    return names


def sheet_rows(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet as texts, numbered as the spreadsheet program numbers them."""
    import python_calamine

    try:
        rows = _open(path).get_sheet_by_name(name).iter_rows()
        for number, cells in enumerate(rows, start=1):
            yield number, [cell if type(cell) is str else _shown(cell) for cell in cells]
    except python_calamine.CalamineError as fault:
        raise BrokenWorkbook(_("a sheet of it is damaged")) from fault


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise BrokenWorkbook(_("it is damaged")) from fault


def _shown(cell: Any) -> str:
    """A typed cell as text: whole numbers without a point, others with the 15 digits that spreadsheets keep, dates in ISO form."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _number_shown(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _number_shown(cell: float) -> str:
    if cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = f"{cell:.15g}"
    if "e" in text:
        text = f"{cell:.15f}".rstrip("0") if abs(cell) < 1 else f"{cell:.0f}"
    return text
