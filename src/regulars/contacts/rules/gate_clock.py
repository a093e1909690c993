"""When a contact may reach somebody: quiet hours and own hours on the customer's clock, over a change of clocks too.

An instant is allowed when it is allowed on every clock that the customer may live by: an unknown zone closes, it never opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Seven tuples, Monday first, of sorted [from, to) minutes of the local day.
Week = tuple[tuple[tuple[int, int], ...], ...]
DAY = 24 * 60
SEARCH_MAX = timedelta(days=60)


@dataclass(frozen=True)
class Clock:
    """The zones that a customer may live by, the quiet minutes of the week, and the hours that the customer wishes (None: any)."""

    zones: tuple[str, ...]
    quiet: Week
    own: Week | None = None


def instant_of_wall(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a wall time: one that is skipped is moved on by the gap, one that comes twice is the first."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def closed_by(clock: Clock, at: datetime) -> str:
    """What forbids this instant on some plausible clock: "quiet_hours", "own_hours", or "" when it is allowed."""
    for zone in clock.zones:
        local = at.astimezone(_zone(zone))
        minute, day = _minute(local), local.weekday()
        if _within(clock.quiet[day], minute):
            return "quiet_hours"
        if clock.own is not None and not _within(clock.own[day], minute):
            return "own_hours"
    return ""


def open_from(clock: Clock, at: datetime) -> datetime | None:
    """The first allowed instant from `at` on; None when there is none within sixty days."""
    moment, end = at, at + SEARCH_MAX
    while moment < end:
        latest = moment
        for zone in clock.zones:
            latest = max(latest, _open_on(clock, zone, moment))
        if latest == moment:
            return moment
        moment = latest
    return None


def _open_on(clock: Clock, zone: str, at: datetime) -> datetime:
    """`at` itself when one clock allows it, else the end of what forbids it there."""
    local = at.astimezone(_zone(zone))
    minute, day = _minute(local), local.weekday()
    for begins, ends in clock.quiet[day]:
        if begins <= minute < ends:
            return _after(local, ends, at)
    if clock.own is None or _within(clock.own[day], minute):
        return at
    later = [begins for begins, _ends in clock.own[day] if begins > minute]
    return _after(local, min(later, default=DAY), at)


def _after(local: datetime, minute: int, at: datetime) -> datetime:
    """The instant at which the local clock shows this minute of the day next; always later than `at`.

    In the hour that comes twice the end may have been shown once already: then its second showing is meant.
    """
    wall = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(minutes=minute)
    zone = local.tzinfo
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first if first > at else max(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), at + timedelta(minutes=1))


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _within(spans: tuple[tuple[int, int], ...], minute: int) -> bool:
    return any(begins <= minute < ends for begins, ends in spans)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
