"""Tables out: CSV and XLSX as a stream, with no cell that a spreadsheet program would run (decision D15).

A text that starts with = + - @ tab, CR, LF, NUL or one of the full-width signs, at its beginning or behind a quotation mark or a
separator, gets a quote mark before that sign. `restored` takes exactly these marks away again, so what leaves and comes back is the same.
Numbers are written as numbers: a number can't be a formula.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_SIGNS = "=+\\-@\t\r\n\0＝＋－＠"
_HERE = '(?:^|(?<=[",;|\t\r\n]))'
_TO_MARK = re.compile(f"{_HERE}(?='*[{_SIGNS}])")
_TO_FREE = re.compile(f"{_HERE}'(?='*[{_SIGNS}])")

Cell = str | int | float | Decimal | None


def neutral(text: str) -> str:
    """The text with a quote mark before each sign that could begin a formula."""
    return _TO_MARK.sub("'", text)


def restored(text: str) -> str:
    """The text that `neutral` was given."""
    return _TO_FREE.sub("", text) if "'" in text else text


def csv_lines(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",", unsafe_raw: bool = False) -> Iterator[str]:
    """The rows as CSV, in pieces that fit a streaming answer. The first piece begins with a byte order mark, so that spreadsheet
    programs see UTF-8. `unsafe_raw` leaves formulas alive: for machines only."""
    pieces = _Pieces()
    writer = csv.writer(pieces, delimiter=delimiter, lineterminator="\r\n")
    pieces.kept.append("\ufeff")
    for row in rows:
        writer.writerow([_safe(cell, unsafe_raw) for cell in row])
        if len(pieces.kept) >= 500:
            yield pieces.taken()
    yield pieces.taken()


def write_csv(path: Path, rows: Iterable[Sequence[Cell]], *, delimiter: str = ",", unsafe_raw: bool = False) -> int:
    """Write rows to a file, row by row; returns their number. What stood there is replaced only when all is written."""
    count = 0

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    half = path.with_name(path.name + ".part")
    with half.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(csv_lines(counted(), delimiter=delimiter, unsafe_raw=unsafe_raw))
    half.replace(path)
    return count


def xlsx_bytes(rows: Iterable[Sequence[Cell]], *, sheet: str = "Regulars") -> Iterator[bytes]:
    """The rows as a workbook, in pieces; rows go to disk while they come, memory stays flat."""
    import xlsxwriter

    with TemporaryDirectory(prefix="regulars-xlsx-") as folder:
        path = Path(folder) / "table.xlsx"
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            page = book.add_worksheet(sheet[:31])
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    _write_cell(page, number, column, cell)
        with path.open("rb") as stream:
            while piece := stream.read(1 << 16):
                yield piece


def _write_cell(page: Any, number: int, column: int, cell: Cell) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(number, column, neutral(cell)[:32_767])
    else:
        page.write_number(number, column, cell)


def _safe(cell: Cell, unsafe_raw: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if unsafe_raw else neutral(cell)
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


class _Pieces:
    def __init__(self) -> None:
        self.kept: list[str] = []

    def write(self, text: str) -> None:
        self.kept.append(text)

    def taken(self) -> str:
        text = "".join(self.kept)
        self.kept.clear()
        return text
