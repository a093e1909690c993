"""When a branch is open, decided from its week and its holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

Interval = tuple[time, time]


@dataclass(frozen=True)
class SpecialDay:
    """A holiday: closed (no interval) or open for one interval."""

    on: date
    interval: Interval | None = None


def intervals_on(day: date, week: dict[int, list[Interval]], special: Iterable[SpecialDay] = ()) -> list[Interval]:
    """The intervals that begin on this day, in order. A special day replaces the week's."""
    for one in special:
        if one.on == day:
            return [one.interval] if one.interval else []
    return sorted(week.get(day.weekday(), []))


def is_open(day: date, wall: time, week: dict[int, list[Interval]], special: Iterable[SpecialDay] = ()) -> bool:
    """Whether the branch is open at a wall time; an interval that closes before it opens runs into the next day."""
    special = list(special)
    for opens, closes in intervals_on(day, week, special):
        if opens <= wall and (wall < closes or closes < opens):
            return True
    yesterday = intervals_on(day - timedelta(days=1), week, special)
    return any(closes < opens and wall < closes for opens, closes in yesterday)


def overlapping(week: dict[int, list[Interval]]) -> list[int]:
    """Weekdays of which two intervals overlap, those that run in from the day before included."""
    found = set()
    for weekday in range(7):
        spans = [(_minutes(o), _minutes(c) if c > o else 24 * 60) for o, c in week.get(weekday, [])]
        spans += [(0, _minutes(c)) for o, c in week.get((weekday - 1) % 7, []) if c < o]
        spans.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            found.add(weekday)
    return sorted(found)


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
