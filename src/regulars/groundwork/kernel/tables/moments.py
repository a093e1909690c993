"""Dates and instants as people write them, read into UTC.

ISO forms speak for themselves. Whether 03/04/2024 is in March or in April is decided by a column's sample; when the sample leaves it
open, whoever imports is asked. A local time that the clock skipped becomes the next valid instant, one that came twice the first (D22).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from regulars.groundwork.kernel.tables.problems import BadCell

Order = Literal["dmy", "mdy"]

_PARTS = re.compile(
    r"^(?P<a>\d{1,4})(?P<mark>[/.\-])\s?(?P<b>\d{1,2})(?P=mark)\s?(?P<c>\d{1,4})\.?"
    r"(?:[T ,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?\s?(?P<half>[AaPp])?\.?(?:[Mm]\.?)?)?$",
    re.ASCII,
)
_SERIAL = re.compile(r"^\d{5}(?:[.,]\d+)?$", re.ASCII)
_STAMP = re.compile(r"^(\d{8})(\d{4}(?:\d{2})?)$", re.ASCII)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 — a day of the spreadsheet calendar, it has no zone
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class MomentFinding:
    """How the dates of a column are written: the order of day and month, whether that is beyond doubt, whether they are serials."""

    order: Order
    sure: bool
    serial: bool = False
    example: str = ""


def find_day_order(cells: Iterable[str], *, likely: Order = "dmy") -> MomentFinding:
    """Decide the order of day and month by a column's sample.

    | cells | order | sure |
    |---|---|---|
    | 2024-03-04 · 20240304 | – | yes |
    | 13/04/2024 | day first | yes |
    | 04/13/2024 | month first | yes |
    | 03.04.2024 | day first | yes: dots are written so |
    | 03/04/2024 | `likely` | no: ask |
    | 13/04/2024 · 04/13/2024 | the commoner | no: ask |
    | 45383 · 45384.5 | spreadsheet serials | yes |
    """
    day_first = month_first = open_ = serials = count = 0
    dotted, example = True, ""
    for cell in cells:
        text = cell.strip()
        count += bool(text)
        serials += _SERIAL.match(text) is not None
        found = _PARTS.match(text)
        if found is None or len(found["a"]) > 2:
            continue
        first, second = int(found["a"]), int(found["b"])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        open_ += first <= 12 and second <= 12 and first != second
        dotted = dotted and found["mark"] == "."
        if not example and first <= 12 and second <= 12 and first != second:
            example = text[:40]
    serial = count > 0 and serials >= count * 0.8
    if day_first and month_first:
        return MomentFinding("dmy" if day_first >= month_first else "mdy", sure=False, serial=serial, example=example)
    if day_first or month_first:
        return MomentFinding("dmy" if day_first else "mdy", sure=True, serial=serial)
    if dotted:
        return MomentFinding("dmy", sure=True, serial=serial)
    return MomentFinding(likely, sure=not open_, serial=serial, example=example)


def moment_reader(*, order: Order, zone: ZoneInfo, serial: bool = False) -> Callable[[str], datetime]:
    """A function that reads a cell into an instant in UTC. A date alone is the beginning of that local day. It raises BadCell."""
    to_utc = _UtcClock(zone).utc_of

    def read(cell: str) -> datetime:
        text = cell.strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _written(text, cell, order, serial)
        if moment.year not in _YEARS:
            raise BadCell("year_out_of_range", cell)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        return to_utc(moment)

    return read


def seconds_reader(*, order: Order, zone: ZoneInfo, serial: bool = False) -> Callable[[str], int]:
    """Like `moment_reader`, in whole seconds since 1970; quick for the commonest form, “2024-01-02 03:04:05”."""
    read_moment = moment_reader(order=order, zone=zone, serial=serial)
    clock = _UtcClock(zone)
    starts: dict[str, int | None] = {}

    def start_of(day: str) -> int | None:
        """The seconds of local midnight, if the whole day has one offset."""
        try:
            local = datetime.fromisoformat(day)
        except ValueError:
            local = None
        start = None
        if local is not None and local.year in _YEARS and (offset := clock.offset_of(local.date())) is not None:
            start = int((local - offset).replace(tzinfo=UTC).timestamp())
        if len(starts) > 50_000:
            starts.clear()
        starts[day] = start
        return start

    @lru_cache(maxsize=100_000)
    def seconds_of(clock_text: str) -> int | None:
        """“03:04:05” as seconds of the day; None for anything else."""
        hour, minute, second = clock_text[:2], clock_text[3:5], clock_text[6:]
        digits = hour + minute + second
        if len(digits) != 6 or not (digits.isdigit() and digits.isascii()) or clock_text[2] != ":" or clock_text[5] != ":":
            return None
        return None if int(hour) > 23 or int(minute) > 59 or int(second) > 59 else int(hour) * 3600 + int(minute) * 60 + int(second)

    def read(cell: str) -> int:
        if len(cell) == 19 and cell[10] in " T":
            day, clock_text = cell[:10], cell[11:]
            start = starts[day] if day in starts else start_of(day)
            if start is not None and (seconds := seconds_of(clock_text)) is not None:
                return start + seconds
        return int(read_moment(cell).timestamp())

    return read


def _written(text: str, cell: str, order: Order, serial: bool) -> datetime:
    if not text:
        raise BadCell("missing")
    if serial and _SERIAL.match(text):
        days = float(text.replace(",", "."))
        return _SERIAL_ZERO + timedelta(seconds=round(days * 86_400))
    if stamp := _STAMP.match(text):
        text = f"{stamp[1]}T{stamp[2]}"
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise BadCell("impossible_date", cell) from None
    found = _PARTS.match(text)
    if found is None:
        raise BadCell("impossible_date" if _looks_iso(text) else "not_a_date", cell)
    year, month, day = _ordered(found["a"], found["b"], found["c"], order)
    hour = _hour(int(found["hour"] or 0), found["half"], cell)
    try:
        return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001 — local, zoned by the caller
    except ValueError:
        raise BadCell("impossible_date", cell) from None


def _looks_iso(text: str) -> bool:
    return bool(re.match(r"^\d{4}-?\d{2}-?\d{2}(?:$|[T ])", text, re.ASCII))


def _ordered(first: str, second: str, third: str, order: Order) -> tuple[int, int, int]:
    if len(first) > 2:
        return int(first), int(second), int(third)
    day, month = (first, second) if order == "dmy" else (second, first)
    year = int(third)
    if len(third) <= 2:  # The usual pivot: 69 to 99 are of the last century.
        year += 1900 if year >= 69 else 2000
    return year, int(month), int(day)


def _hour(hour: int, half: str | None, cell: str) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise BadCell("impossible_date", cell)
    return hour % 12 + (12 if half in "Pp" else 0)


class _UtcClock:
    """Local to UTC with one zone look-up per day: a day whose both ends have one offset has it throughout."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.offsets: dict[date, timedelta | None] = {}

    def offset_of(self, day: date) -> timedelta | None:
        """The offset of a day, None when it changes within."""
        if day not in self.offsets:
            if len(self.offsets) > 50_000:
                self.offsets.clear()
            self.offsets[day] = self._offset_of(day)
        return self.offsets[day]

    def utc_of(self, local: datetime) -> datetime:
        offset = self.offset_of(local.date())
        if offset is None:
            return instant_of(local, self.zone)
        return (local - offset).replace(tzinfo=UTC)

    def _offset_of(self, day: date) -> timedelta | None:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        before, after = midnight - timedelta(hours=1), midnight + timedelta(days=1)
        ends = {moment.utcoffset() for moment in (before, midnight, after, after.replace(fold=1))}
        return ends.pop() if len(ends) == 1 else None


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time: the first of two, and for a time that the clock skipped the next valid one (D22)."""
    first = local.replace(tzinfo=zone, fold=0)
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap the two folds lie on both sides of the change: search the change itself between them.
    low, high = first.replace(fold=1).astimezone(UTC), instant
    low, high = min(low, high), max(low, high)
    old = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
