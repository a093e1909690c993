"""A list of certificates as CSV or XLSX: one row each, the columns by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.tables.opening import open_table

COLUMNS = ("email", "certificate", "achieved_on", "valid_through", "verifier", "reference")
NEEDED = ("email", "certificate", "achieved_on", "verifier")
ROWS_MAX, FILE_MAX = 1_000, 2 * 1024 * 1024
_DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00)?)?$", re.ASCII)


class ListRefused(Refusal):
    """Nothing of the list was taken. `rows`: row number → what is wrong there."""

    code = "list_refused"

    def __init__(self, sentence: str, rows: dict[int, str] | None = None) -> None:
        super().__init__(sentence, rows=rows or {})
        self.rows = rows or {}


@dataclass(frozen=True)
class ListedCertificate:
    """One row; a day that is none is told with its words."""

    number: int
    email: str
    certificate: str
    achieved_on: date | None
    valid_through: date | None
    verifier: str
    reference: str
    fault: str


def rows_of_list(path: Path) -> list[ListedCertificate]:
    """The rows of a file. Raises ListRefused for missing or unknown columns and for too many rows, UnreadableFile for what is no table."""
    table = open_table(path, size_max=FILE_MAX)
    header = [name.strip().casefold() for name in table.header]
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing or unknown or len(set(header)) != len(header):
        sentence = _("The first row names the columns %(columns)s, each once; valid_through and reference may be left out.")
        raise ListRefused(sentence % {"columns": ", ".join(COLUMNS)})
    found: list[ListedCertificate] = []
    for number, cells in table.rows():
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) == ROWS_MAX:
            raise ListRefused(_("A list has %(most)s rows at most; split it.") % {"most": f"{ROWS_MAX:,}"})
        found.append(_row(number, {name: cell.strip() for name, cell in zip(header, cells, strict=False)}))
    return found


def _row(number: int, cells: dict[str, str]) -> ListedCertificate:
    days: dict[str, date | None] = {}
    fault = ""
    for name in ("achieved_on", "valid_through"):
        text = cells.get(name, "")
        days[name] = _day(text)
        if days[name] is None and (text or name == "achieved_on"):
            fault = _("“%(text)s” is no day such as 2026-02-28.") % {"text": text[:40]}
    return ListedCertificate(
        number=number,
        email=cells.get("email", ""),
        certificate=cells.get("certificate", ""),
        achieved_on=days["achieved_on"],
        valid_through=days["valid_through"],
        verifier=cells.get("verifier", ""),
        reference=cells.get("reference", ""),
        fault=fault,
    )


def _day(text: str) -> date | None:
    match = _DAY.match(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
