"""A foreign table, opened: a header, and rows with the numbers that a spreadsheet program would show.

    table = open_table(path, Reading(delimiter=";"))
    for number, cells in table.rows():
        ...

Rows come as lists of texts, one at a time; nothing keeps them: a CSV or a workbook of any length is read with flat memory.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables import workbook
from regulars.groundwork.kernel.tables.encodings import known_encoding
from regulars.groundwork.kernel.tables.refused import (
    EmptyFile,
    NoTable,
    RunawayCell,
    TooManyColumns,
    UnknownDelimiter,
    UnreadableFile,
)
from regulars.groundwork.kernel.tables.survey import FILE_BYTES_MAX, Survey, survey_file
from regulars.groundwork.kernel.tables.writing import restored

DELIMITERS = (",", ";", "\t", "|")
COLUMNS_MAX = 2_000
CELL_SIGNS_MAX = 2_000_000
SNIFFED_SIGNS = 1 << 16

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read. None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass
class Table:
    """An opened file. `unclosed_row` is the number of the last row when a quotation mark of it was never closed."""

    path: Path
    survey: Survey
    reading: Reading
    header: list[str]
    header_row: int
    sheets: list[str] = field(default_factory=list)
    unclosed_row: int | None = None

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """The rows below the header, numbered from the top of the file; `after` leaves out rows up to that number."""
        source = self._workbook_rows() if self.survey.kind == "xlsx" else self._csv_rows()
        first = max(after, self.header_row)
        for number, cells in source:
            if number > first:
                yield number, cells

    def sample(self, count: int) -> list[Row]:
        """The first `count` rows."""
        return list(islice(self.rows(), count))

    @property
    def names(self) -> list[str]:
        """The header with a name for each column, each name once: “customer”, “amount (1)”, “amount (2)”, “Column 4”."""
        return distinct_names(self.header)

    def _workbook_rows(self) -> Iterator[Row]:
        return workbook.sheet_rows(self.path, self.reading.sheet or self.sheets[0])

    def _csv_rows(self) -> Iterator[Row]:
        with _fields_of_any_size():
            yield from self._parsed()

    def _parsed(self) -> Iterator[Row]:
        self.unclosed_row = None
        ended = False

        def lines() -> Iterator[str]:
            nonlocal ended
            yield from stream
            ended = True

        number = 0
        with _text_of(self.path, str(self.reading.encoding)) as stream:
            try:
                for cells in csv.reader(lines(), delimiter=str(self.reading.delimiter)):
                    number += 1
                    if len(cells) > COLUMNS_MAX:
                        raise TooManyColumns(number, len(cells), COLUMNS_MAX)
                    if ended:  # The reader ran out of lines inside a cell.
                        self.unclosed_row = number
                    yield number, cells
            except csv.Error:
                raise RunawayCell(number + 1, CELL_SIGNS_MAX) from None


def open_table(path: Path, reading: Reading | None = None, *, size_max: int = FILE_BYTES_MAX, survey: Survey | None = None) -> Table:
    """Survey a file and find its header. Raises an UnreadableFile (a Refusal) that says what is the matter."""
    wanted = reading or Reading()
    survey = survey or survey_file(path, size_max=size_max)
    table = Table(path, survey, wanted, header=[], header_row=0)
    if survey.kind == "xlsx":
        workbook.check_archive(path)
        table.sheets = workbook.sheet_names(path, wanted.sheet)
    else:
        table.reading = _decided(path, survey, wanted)
    for number, cells in table.rows():
        if any(cell.strip() for cell in cells):
            table.header, table.header_row = [restored(cell.strip().lstrip("\ufeff")) for cell in cells], number
            break
    if not table.header:
        raise EmptyFile
    if table.unclosed_row is not None:
        raise RunawayCell(table.header_row, CELL_SIGNS_MAX)
    while table.header and not table.header[-1]:
        table.header.pop()
    if len(table.header) > COLUMNS_MAX:
        raise TooManyColumns(table.header_row, len(table.header), COLUMNS_MAX)
    return table


def distinct_names(header: list[str]) -> list[str]:
    """A name for each column: empty ones are numbered, repeated ones counted from the first on, so that none is meant by accident."""
    plain = [name or f"Column {position}" for position, name in enumerate(header, start=1)]
    often = {name for name, count in Counter(plain).items() if count > 1}
    taken = set(plain) - often
    counts: Counter[str] = Counter()
    names: list[str] = []
    for name in plain:
        unique = name
        while unique in often or (name in often and unique in taken):
            counts[name] += 1
            unique = f"{name} ({counts[name]})"
        if name in often:
            taken.add(unique)
        names.append(unique)
    return names


def _decided(path: Path, survey: Survey, wanted: Reading) -> Reading:
    encoding = known_encoding(wanted.encoding) if wanted.encoding else survey.guess.name
    if wanted.delimiter is not None and wanted.delimiter not in DELIMITERS:
        raise UnknownDelimiter
    try:
        with _text_of(path, encoding) as stream:
            start = stream.read(SNIFFED_SIGNS)
    except (UnicodeError, LookupError, ValueError):
        raise UnreadableFile(_("The file can't be read in the encoding %(name)s.") % {"name": encoding}) from None
    strange = sum(1 for sign in start if ord(sign) < 32 and sign not in "\t\r\n\x1a")
    if strange > max(20, len(start) // 10):
        raise NoTable(_("a binary file"))
    return replace(wanted, encoding=encoding, delimiter=wanted.delimiter or sniffed_delimiter(start))


def sniffed_delimiter(start: str) -> str:
    """The sign that cuts the first rows into the same number of cells, and into most."""
    with _fields_of_any_size():
        scores = [(_evenness(start, delimiter), delimiter) for delimiter in DELIMITERS]
    best = max(scores, key=lambda score: score[0])
    return best[1] if best[0] > (0.0, 0) else ","


def _evenness(start: str, delimiter: str) -> tuple[float, int]:
    lines = start.splitlines(keepends=True)
    whole = lines[:-1] if len(lines) > 1 and len(start) >= SNIFFED_SIGNS else lines
    try:
        widths = [len(cells) for cells in islice(csv.reader(whole, delimiter=delimiter), 200) if cells]
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    if usual < 2:
        return 0.0, max(widths) if len(widths) == 1 else 0
    return round(widths.count(usual) / len(widths), 1), usual


@contextmanager
def _fields_of_any_size() -> Iterator[None]:
    """The csv module's own limit is global and smaller than what we accept; it only ever grows, so threads can't disturb each other."""
    if csv.field_size_limit() < CELL_SIGNS_MAX:
        csv.field_size_limit(CELL_SIGNS_MAX)
    yield


@contextmanager
def _text_of(path: Path, encoding: str) -> Iterator[TextIO]:
    # Bytes that the encoding lacks become lone surrogates: the row that holds them is refused, the others are taken.
    with path.open(encoding=encoding, errors="surrogateescape", newline="", buffering=1 << 18) as stream:
        yield stream
