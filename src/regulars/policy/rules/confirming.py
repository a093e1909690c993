"""By when somebody has to confirm a version, and whether they count on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Absence = tuple[date, date]
"""First and last day away, both included."""


def due_to_confirm(*, published: datetime, joined: datetime, absences: Sequence[Absence], days: int, zone: ZoneInfo) -> datetime:
    """So many days after the version was published, the person joined, or came back from a leave that fell into those days."""
    start = max(published, joined)
    due = start + timedelta(days=days)
    for first, last in sorted(absences):
        back = _midnight(last + timedelta(days=1), zone)
        if _midnight(first, zone) < due and back > start:
            due = max(due, back + timedelta(days=days))
    return due


def is_away(*, absences: Sequence[Absence], at: datetime, zone: ZoneInfo) -> bool:
    """Whether the person is on leave on the local day of an instant."""
    day = at.astimezone(zone).date()
    return any(first <= day <= last for first, last in absences)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
