"""By when somebody has to confirm a version, and whether they count on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def reminder_days(*, remind: Collection[int], days: int, sent: Collection[int]) -> tuple[int, bool] | None:
    """What is due `days` local days after the due day (negative: before): the reminder, and whether it goes to those who supervise.

    Whom several reach at once hears the last only. The day after the last reminder, and never before the day after it was due, those
    who supervise hear of it, once.
    """
    last = max(max(remind, default=0), 0) + 1
    if days >= last:
        return None if last in sent else (last, True)
    reached = [one for one in remind if one <= days]
    nearest = max(reached, default=None)
    return (nearest, False) if nearest is not None and not any(one >= nearest for one in sent) else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
