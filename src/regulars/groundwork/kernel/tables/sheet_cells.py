"""Cells of a sheet as the texts that a person saw: whole numbers without a point, days and times instead of serial numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache, lru_cache
from itertools import islice, product
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _

from regulars.groundwork.kernel.tables.refused import BrokenWorkbook
from regulars.groundwork.kernel.tables.shared_texts import SharedTexts
from regulars.groundwork.kernel.tables.sheet_xml import plain_text

COLUMNS_MAX = 1 << 14  # as many as a sheet has
DAY_SECONDS = 86_400
DAYS_MAX = 2_958_466  # the last day of the year 9999
# Formats that every program knows by number: days, clocks, and lengths of time.
DATE_FORMATS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
LENGTH_FORMATS = {46}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_LENGTH = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Look(Enum):
    """What a number is shown as."""

    NUMBER = 0
    MOMENT = 1
    LENGTH = 2


@dataclass(frozen=True, slots=True)
class Styles:
    """How the numbers of each style are shown, and whether days count from 1904."""

    looks: tuple[Look, ...]
    since_1904: bool


def styles_in(elements: Iterable[tuple[str, Any]], *, since_1904: bool) -> Styles:
    """The styles that cells name by number, out of the part that holds them."""
    written: dict[int, Look] = {}
    looks: tuple[Look, ...] = ()
    for tag, element in elements:
        if tag == "numFmt":
            written[_whole(element.get("numFmtId"))] = look_of(element.get("formatCode", ""))
        elif tag == "cellXfs":
            looks = tuple(_look(_whole(style.get("numFmtId")), written) for style in element)
    return Styles(looks, since_1904)


def look_of(code: str) -> Look:
    """What a format in letters shows: “dd.mm.yyyy” a day, “[h]:mm” a length of time, “0.00 "days"” a number.

    Only what stands for positive numbers counts, before the first semicolon; colours, texts and currencies are no letters of a date.
    """
    plain = _QUOTED.sub("", code).split(";")[0]
    if _LENGTH.search(plain):
        return Look.LENGTH
    plain = plain.replace("General", "").replace("E+", "").replace("E-", "")
    return Look.MOMENT if any(letter in "dmyhsDMYHS" for letter in plain) else Look.NUMBER


def _look(number: int, written: dict[int, Look]) -> Look:
    if number in written:
        return written[number]
    return Look.MOMENT if number in DATE_FORMATS else Look.LENGTH if number in LENGTH_FORMATS else Look.NUMBER


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


class CellReader:
    """Reads the cells of a sheet's rows."""

    def __init__(self, styles: Styles, texts: SharedTexts) -> None:
        self.looks = {str(number): look for number, look in enumerate(styles.looks) if look is not Look.NUMBER}
        self.since_1904 = styles.since_1904
        self.texts = texts

    def for_space(self, space: str) -> Callable[[Any], list[str]]:
        """The reader of a row's element for a namespace, written in braces."""
        value_tag, inline_tag = f"{space}v", f"{space}is"
        looks, texts, remembered, moment, letters = self.looks, self.texts, self.texts.remembered, self.moment, column_letters()

        def read(row: Any) -> list[str]:
            cells: list[str] = []
            add, cut = cells.append, -len(row.get("r", ""))
            for cell in row:
                reference = cell.get("r")
                if reference is not None and reference[:cut] != letters[len(cells)]:
                    _pad(cells, _column_of(reference))
                kind, text = cell.get("t"), cell.findtext(value_tag)
                if not text:
                    inline = cell.find(inline_tag)
                    add("" if inline is None else _unescaped(plain_text(inline, space)))
                elif kind == "s":
                    known = remembered.get(text)
                    add(_unescaped(_shared(texts, text)) if known is None or "_x" in known else known)
                elif kind is None or kind == "n":
                    look = looks.get(cell.get("s"))
                    add(number_shown(text) if look is None else moment(text) if look is Look.MOMENT else length_shown(text))
                else:
                    add(_other(kind, text))
            return cells

        return read

    def moment(self, text: str) -> str:
        """A serial number as a day, a clock or both, to the second; one that is no day of the calendar stays a number."""
        try:
            days = float(text)
        except ValueError:
            return text
        if not 0 <= days < DAYS_MAX:
            return number_shown(text)
        day, seconds = divmod(round(days * DAY_SECONDS), DAY_SECONDS)
        if day == 0 and not self.since_1904:
            return clock_of(seconds)
        return f"{_day_of(day, self.since_1904)} {clock_of(seconds)}" if seconds else _day_of(day, self.since_1904)


def _pad(cells: list[str], place: int) -> None:
    """Go to a place right of the last cell. A cell that lies left of it was written twice, or the file is not what it says."""
    if place < len(cells) or place >= COLUMNS_MAX:
        raise BrokenWorkbook(_("a sheet of it is damaged"))
    cells.extend([""] * (place - len(cells)))


def _shared(texts: SharedTexts, number: str) -> str:
    try:
        return texts[number]
    except (ValueError, IndexError):
        raise BrokenWorkbook(_("a sheet of it is damaged")) from None


def _other(kind: str, text: str) -> str:
    if kind == "b":
        return "TRUE" if text.strip() in ("1", "true") else "FALSE"
    if kind == "d":
        try:
            return _moment(datetime.fromisoformat(text.strip()))
        except ValueError:
            return text
    return "" if kind == "e" else _unescaped(text)  # An error of a formula is no value.


def _unescaped(text: str) -> str:
    """Signs that XML can't hold are written as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column_of(reference: str) -> int:
    """The column of “AB12”: A is 0. Raises BrokenWorkbook for anything else."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        if not "A" <= letter <= "Z" or number > COLUMNS_MAX:
            raise BrokenWorkbook(_("a sheet of it is damaged"))
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else COLUMNS_MAX


@cache
def column_letters() -> list[str]:
    """The letters of each column: A, B … Z, AA … XFD, and one more."""
    short = ("".join(letters) for size in (1, 2, 3) for letters in product(ascii_uppercase, repeat=size))
    return list(islice(short, COLUMNS_MAX + 1))


def number_shown(text: str) -> str:
    """A number with the 15 digits that spreadsheets keep; whole ones without a point, none in powers of ten."""
    if text.isdecimal() and len(text) < 16:
        return text if text[0] != "0" or text == "0" else str(int(text))
    try:
        number = float(text)
    except ValueError:
        return text
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    shown = f"{number:.15g}"
    if "e" in shown:
        shown = f"{number:.15f}".rstrip("0") if abs(number) < 1 else f"{number:.0f}"
    return shown


def length_shown(text: str) -> str:
    """A length of time in hours, minutes and seconds."""
    try:
        days = float(text)
    except ValueError:
        return text
    return str(timedelta(seconds=round(days * DAY_SECONDS))) if -DAYS_MAX < days < DAYS_MAX else number_shown(text)


@lru_cache(maxsize=20_000)
def _day_of(day: int, since_1904: bool) -> str:
    # The program that all others follow took 1900 for a leap year: before its 29 February days count from one day later.
    start = date(1904, 1, 1) if since_1904 else date(1899, 12, 31 if day < 60 else 30)
    return (start + timedelta(days=day)).isoformat()


@lru_cache(maxsize=DAY_SECONDS)
def clock_of(seconds: int) -> str:
    """Seconds of a day as “03:04:05”."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _moment(found: datetime) -> str:
    return found.date().isoformat() if found.time() == time(0) else found.isoformat(sep=" ", timespec="seconds")


__all__ = ["CellReader", "Look", "Styles", "clock_of", "length_shown", "look_of", "number_shown", "styles_in"]
