"""Arithmetic in working time: local intervals become UTC intervals, and real seconds are counted.

A year is expanded once; afterwards adding and measuring are two searches in sorted lists, whatever the distance. Instants are whole
microseconds since 1970 inside, aware datetimes outside.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta

from regulars.policy.rules.calendars import DAY, YEARS, Calendar

MICRO = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NeverAgain(ValueError):
    """The calendar has no working time left to count in."""


def micros(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    """The UTC datetime of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at)


class WorkingTime:
    """The working intervals of one calendar, expanded as far as anybody asked."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._years: range | None = None
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []  # Working time of all intervals before the one with this index.
        self._total = 0
        # Without a week nothing comes after the last dated day.
        self._last_year = YEARS[-1] if any(calendar.weekly) else max(day.year for day in calendar.dated) + 1

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant at which so much working time has passed since `start`; `start` itself for none. Raises NeverAgain."""
        return instant(self.add_micros(micros(start), amount // timedelta(microseconds=1)))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one instant to another; none when the end comes first."""
        return timedelta(microseconds=max(0, self.between_micros(micros(start), micros(end))))

    def intervals(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The working intervals from one instant to another, cut to them."""
        first, last = micros(start), micros(end)
        self._reach(first, last)
        found = []
        for at in range(bisect_right(self._ends, first), len(self._starts)):
            if self._starts[at] >= last:
                break
            found.append((instant(max(first, self._starts[at])), instant(min(last, self._ends[at]))))
        return found

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at this instant."""
        return bool(self.intervals(at, at + timedelta(microseconds=1)))

    def next_open(self, at: datetime) -> datetime:
        """This instant, or the next at which work is done. Raises NeverAgain."""
        return self.add(at, timedelta(microseconds=1)) - timedelta(microseconds=1)

    def add_micros(self, start: int, amount: int) -> int:
        """`add`, in microseconds."""
        if amount < 0:
            raise ValueError("working time is added, never taken away")
        if amount == 0:
            return start
        self._reach(start, start)
        wanted = self._passed(start) + amount
        while self._total < wanted:
            self._extend_by_a_year()
        at = bisect_left(self._before, wanted) - 1
        return self._starts[at] + wanted - self._before[at]

    def between_micros(self, start: int, end: int) -> int:
        """`between`, in microseconds; negative when the end comes first."""
        self._reach(min(start, end), max(start, end))
        return self._passed(end) - self._passed(start)

    def _passed(self, at: int) -> int:
        """Working time from the first expanded day to this instant."""
        index = bisect_right(self._starts, at) - 1
        return 0 if index < 0 else self._before[index] + min(at, self._ends[index]) - self._starts[index]

    def _reach(self, first: int, last: int) -> None:
        """Expand so that both instants, and the evening before the first, are covered."""
        low, high = instant(first).year - 1, instant(last).year + 1
        if self._years is not None and self._years.start <= low:
            while self._years.stop <= high and self._years.stop <= self._last_year:
                self._extend_by_a_year()
            return
        stop = self._years.stop if self._years else 0
        self._starts, self._ends, self._before, self._total = [], [], [], 0
        self._years = range(max(low, 1), max(low, 1))
        while self._years.stop <= max(high, stop - 1) and self._years.stop <= self._last_year:
            self._extend_by_a_year()

    def _extend_by_a_year(self) -> None:
        assert self._years is not None
        year = self._years.stop
        if year > self._last_year:
            raise NeverAgain
        day = date(year, 1, 1)
        while day.year == year:
            for start, end in self.calendar.spans_on(day):
                self._append(*self._in_utc(day, start, end))
            day += timedelta(days=1)
        self._years = range(self._years.start, year + 1)

    def _append(self, start: int, end: int) -> None:
        start = max(start, self._ends[-1]) if self._ends else start  # Last night's shift may run into this morning's.
        if start < end:
            self._starts.append(start)
            self._ends.append(end)
            self._before.append(self._total)
            self._total += end - start

    def _in_utc(self, day: date, start: int, end: int) -> tuple[int, int]:
        if end > DAY and day + timedelta(days=1) in self.calendar.dated:
            end = DAY
        return self._micros_of(day, start), self._micros_of(day, end)

    def _micros_of(self, day: date, seconds: int) -> int:
        days, rest = divmod(seconds, DAY)
        local = datetime.combine(day + timedelta(days=days), time(), self.calendar.zone) + timedelta(seconds=rest)
        return micros(local)  # fold=0: a skipped time becomes the hour after, a repeated one its first occurrence.
