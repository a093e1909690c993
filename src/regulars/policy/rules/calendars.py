"""Calendars of working time: a week in local time, dates that differ, a zone.

A dated entry (exception or holiday) speaks for the whole of its date: what would run into it from the evening before ends at its midnight.
Local times that the clock skips count as the hour after (02:30 is 03:30 on a spring Sunday), those that come twice as the first
(as `zendesk/biz` does). All is kept in local rules and a zone, never in offsets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
_WALL = re.compile(r"^(\d{2}):(\d{2})(?::(\d{2}))?$", re.ASCII)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
YEARS = range(1970, 2301)
ENTRIES_MAX = 5_000

Span = tuple[int, int]
"""Seconds of the local day that an interval begins on; an end beyond 86,400 lies in the next day."""


class CalendarFault(ValueError):
    """A document that is no calendar: a stable code, the place in the document, and what stood there."""

    def __init__(self, code: str, place: str, found: object = "") -> None:
        super().__init__(f"{code} at {place}: {found}")
        self.code, self.place, self.found = code, place, str(found)[:60]


@dataclass(frozen=True)
class Calendar:
    """Seven lists of spans from Monday on; dated days with the spans that replace them and whether they are holidays."""

    zone: ZoneInfo
    weekly: tuple[tuple[Span, ...], ...]
    dated: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on this local day."""
        dated = self.dated.get(day)
        return self.weekly[day.weekday()] if dated is None else dated


def calendar_from(document: object) -> Calendar:
    """Read a calendar document. Raises CalendarFault for anything that is not one, a calendar without working time included."""
    if not isinstance(document, Mapping):
        raise CalendarFault("not_an_object", "calendar", type(document).__name__)
    for key in document:
        if key not in ("zone", "weekly", "exceptions", "holidays"):
            raise CalendarFault("unknown_word", "calendar", key)
    zone = _zone(document.get("zone"))
    weekly = _weekly(document.get("weekly", {}))
    exceptions = _exceptions(document.get("exceptions", {}))
    holidays = _holidays(document.get("holidays", []))
    for day in sorted(holidays & exceptions.keys()):
        raise CalendarFault("date_twice", "holidays", day.isoformat())
    calendar = Calendar(zone, weekly, {**exceptions, **dict.fromkeys(holidays, ())}, holidays)
    if not any(weekly) and not any(calendar.dated.values()):
        raise CalendarFault("no_working_time", "weekly")
    return calendar


def _zone(found: object) -> ZoneInfo:
    if not isinstance(found, str) or found not in available_timezones():
        raise CalendarFault("unknown_zone", "zone", found)
    return ZoneInfo(found)


def _weekly(found: object) -> tuple[tuple[Span, ...], ...]:
    if not isinstance(found, Mapping):
        raise CalendarFault("not_an_object", "weekly", type(found).__name__)
    for key in found:
        if key not in WEEKDAYS:
            raise CalendarFault("unknown_weekday", "weekly", key)
    return tuple(_spans(found.get(day, []), f"weekly.{day}") for day in WEEKDAYS)


def _exceptions(found: object) -> dict[date, tuple[Span, ...]]:
    if not isinstance(found, Mapping):
        raise CalendarFault("not_an_object", "exceptions", type(found).__name__)
    if len(found) > ENTRIES_MAX:
        raise CalendarFault("too_many_entries", "exceptions", len(found))
    return {_date(key, "exceptions"): _spans(spans, f"exceptions.{key}") for key, spans in found.items()}


def _holidays(found: object) -> frozenset[date]:
    if not isinstance(found, list):
        raise CalendarFault("not_a_list", "holidays", type(found).__name__)
    if len(found) > ENTRIES_MAX:
        raise CalendarFault("too_many_entries", "holidays", len(found))
    return frozenset(_date(one, "holidays") for one in found)


def _date(found: object, place: str) -> date:
    if isinstance(found, str) and _DATE.match(found):
        try:
            day = date.fromisoformat(found)
        except ValueError:
            raise CalendarFault("not_a_date", place, found) from None
        if day.year in YEARS:
            return day
    raise CalendarFault("not_a_date", place, found)


def _spans(found: object, place: str) -> tuple[Span, ...]:
    if not isinstance(found, list):
        raise CalendarFault("not_a_list", place, type(found).__name__)
    spans = sorted(_span(one, place) for one in found)
    for earlier, later in pairwise(spans):
        if later[0] < earlier[1]:
            raise CalendarFault("intervals_overlap", place)
    return tuple(spans)


def _span(found: Any, place: str) -> Span:
    if not isinstance(found, list) or len(found) != 2:
        raise CalendarFault("not_an_interval", place, found)
    start, end = _seconds(found[0], place), _seconds(found[1], place)
    if start == DAY:
        raise CalendarFault("not_a_time", place, found[0])
    if start == end:
        raise CalendarFault("empty_interval", place, found[0])
    return (start, end) if end > start else (start, end + DAY)


def _seconds(found: object, place: str) -> int:
    match = _WALL.match(found) if isinstance(found, str) else None
    if match is None:
        raise CalendarFault("not_a_time", place, found)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > DAY:
        raise CalendarFault("not_a_time", place, found)
    return seconds
