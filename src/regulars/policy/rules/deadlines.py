"""When a promise falls due, and the account of how that came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from regulars.policy.rules.targets import Target
from regulars.policy.rules.working_time import NeverAgain, WorkingTime, instant, micros

Pause = tuple[datetime, datetime]
DAYS_SEARCHED_MAX = 3_660 * 8


class Why(StrEnum):
    """Why an interval of the account was counted or skipped."""

    WORKING = "working_time"
    CLOCK = "clock_time"
    CLOSED = "outside_working_time"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"
    PAUSED = "paused"
    DAY_OF_START = "day_of_start"
    DAY_COUNTED = "day_counted"


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval of the account. `seconds` is what it added to the time counted; of a pause, the working seconds that it kept out."""

    start: datetime
    end: datetime
    counted: bool
    why: Why
    seconds: float
    on: date | None = None


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """The pauses in order, those that touch or overlap as one. Raises ValueError for one that ends before it begins."""
    found: list[Pause] = []
    for start, end in sorted(pauses):
        if end < start:
            raise ValueError("a pause ends before it begins")
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return found


def due_at(working: WorkingTime, target: Target, start: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """The instant at which the target is reached, counting from `start` and not within pauses. Raises NeverAgain.

    Deadlines in days are promises of a date and do not move with pauses.
    """
    start = start.astimezone(UTC)
    if target.in_days:
        return _due_in_days(working, target, start)
    left, at = target.seconds * 1_000_000, micros(start)
    for first, last in [(micros(one), micros(other)) for one, other in merged(pauses)]:
        if last <= at:
            continue
        before = _counted(working, target, at, max(at, first))
        if before >= left:
            break
        left, at = left - before, last
    return instant(working.add_micros(at, left) if target.working else at + left)


def _counted(working: WorkingTime, target: Target, first: int, last: int) -> int:
    return working.between_micros(first, last) if target.working else last - first


def _due_in_days(working: WorkingTime, target: Target, start: datetime) -> datetime:
    zone = working.calendar.zone
    local = start.astimezone(zone)
    day = _working_day_after(working, local.date(), target.count) if target.unit == "bd" else local.date() + _length(target)
    if target.close:
        ends = [end for _begin, end in working.intervals(*_bounds(working, day))]
        return ends[-1] if ends else _bounds(working, day)[1] - timedelta(seconds=1)
    same_time = datetime.combine(day, local.time(), zone).astimezone(UTC)
    return working.next_open(same_time) if target.unit == "bd" else same_time


def _length(target: Target) -> timedelta:
    return timedelta(days=target.count * (7 if target.unit == "w" else 1))


def _bounds(working: WorkingTime, day: date) -> tuple[datetime, datetime]:
    zone = working.calendar.zone
    first, last = (datetime.combine(one, datetime.min.time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return first, last


def _is_working_day(working: WorkingTime, day: date) -> bool:
    return bool(working.calendar.spans_on(day))


def _working_day_after(working: WorkingTime, day: date, count: int) -> date:
    """The nth day after this one on which a working interval begins."""
    for _searched in range(DAYS_SEARCHED_MAX):
        day += timedelta(days=1)
        count -= _is_working_day(working, day)
        if count == 0:
            return day
    raise NeverAgain


def account(working: WorkingTime, target: Target, start: datetime, pauses: Sequence[Pause] = ()) -> list[Piece]:
    """Every interval from the start to the deadline, counted or skipped, without a gap. Raises NeverAgain."""
    start = start.astimezone(UTC)
    due = due_at(working, target, start, pauses)
    if target.in_days:
        return _account_of_days(working, target, start, due)
    pieces: list[Piece] = []
    at = start
    for first, last in merged(pauses):
        if last <= start or first >= due:
            continue
        first = max(first.astimezone(UTC), start)
        pieces += _running(working, target, at, first)
        last = min(last.astimezone(UTC), due)
        kept_out = working.between(first, last).total_seconds() if target.working else (last - first).total_seconds()
        pieces.append(Piece(first, last, False, Why.PAUSED, kept_out))
        at = last
    return pieces + _running(working, target, at, due)


def _running(working: WorkingTime, target: Target, start: datetime, end: datetime) -> list[Piece]:
    if start >= end:
        return []
    if not target.working:
        return [Piece(start, end, True, Why.CLOCK, (end - start).total_seconds())]
    pieces, at = [], start
    for first, last in [*working.intervals(start, end), (end, end)]:
        if first > at:
            pieces += _closed(working, at, first)
        if last > first:
            pieces.append(Piece(first, last, True, Why.WORKING, (last - first).total_seconds()))
        at = last
    return pieces


def _closed(working: WorkingTime, start: datetime, end: datetime) -> list[Piece]:
    """A gap in working time, with the dated days in it on their own, so that each can be named."""
    calendar, at = working.calendar, start
    pieces: list[Piece] = []
    day = start.astimezone(calendar.zone).date()
    while at < end:
        until = min(end, _bounds(working, day)[1])
        why = Why.HOLIDAY if day in calendar.holidays else Why.EXCEPTION if day in calendar.dated else Why.CLOSED
        if pieces and why is Why.CLOSED and pieces[-1].why is Why.CLOSED:
            pieces[-1] = Piece(pieces[-1].start, until, False, why, 0)
        else:
            pieces.append(Piece(at, until, False, why, 0, None if why is Why.CLOSED else day))
        at, day = until, day + timedelta(days=1)
    return pieces


def _account_of_days(working: WorkingTime, target: Target, start: datetime, due: datetime) -> list[Piece]:
    """Day by day: the day of the start, each day counted or skipped, and what remains on the last one."""
    calendar, zone = working.calendar, working.calendar.zone
    first, last = start.astimezone(zone).date(), due.astimezone(zone).date()
    pieces: list[Piece] = []
    day = first
    while day <= last:
        begins, ends = _bounds(working, day)
        begins, ends = max(begins, start), min(ends, due)
        if day == first:
            why, counted = Why.DAY_OF_START, False
        elif target.unit != "bd" or _is_working_day(working, day):
            why, counted = Why.DAY_COUNTED, True
        else:
            why, counted = (Why.HOLIDAY if day in calendar.holidays else Why.EXCEPTION if day in calendar.dated else Why.CLOSED), False
        if begins < ends:
            pieces.append(Piece(begins, ends, counted, why, 0, day))
        day += timedelta(days=1)
    return pieces
