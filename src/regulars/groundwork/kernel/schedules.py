"""Schedules that fire once, over all workers and on both days of a clock change.

A slot is an instant. The worker that inserts (schedule, slot) fires it; the others meet the unique constraint. After a pause only the
newest missed slot fires.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.models import Tick

SCHEDULES: dict[str, Schedule] = {}


@dataclass(frozen=True)
class Schedule:
    """Queue jobs of `kind` daily at a wall time of `zone` (the installation's zone when empty), or every so many minutes."""

    name: str
    kind: str
    daily: time | None
    every: timedelta | None
    zone: str


def schedule(name: str, *, kind: str, daily: str = "", every_minutes: int = 0, zone: str = "") -> None:
    """Register a schedule, in a `tasks` room: `schedule("insight.nightly", kind="insight.refresh_all", daily="02:30")`."""
    if bool(daily) == bool(every_minutes):
        raise RuntimeError("a schedule is either daily or every so many minutes")
    SCHEDULES[name] = Schedule(
        name, kind, time.fromisoformat(daily) if daily else None, timedelta(minutes=every_minutes) if every_minutes else None, zone
    )


def slot_before(plan: Schedule, at: datetime, default_zone: str) -> datetime:
    """The newest slot not after `at`, as UTC instant."""
    if plan.every:
        step = int(plan.every.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // step * step, UTC)
    assert plan.daily is not None
    zone = ZoneInfo(plan.zone or default_zone)
    day = at.astimezone(zone).date()
    slot = instant_of(datetime.combine(day, plan.daily), zone)
    return slot if slot <= at else instant_of(datetime.combine(day - timedelta(days=1), plan.daily), zone)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time. An hour that is skipped gives the first valid instant after it; one that comes twice, the first."""
    first = wall.replace(tzinfo=zone, fold=0)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
        return first.astimezone(UTC)
    # In the gap, fold=0 uses the offset before the change and fold=1 the one after: the change lies between the two readings.
    low, high = sorted((first.astimezone(UTC), wall.replace(tzinfo=zone, fold=1).astimezone(UTC)))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def fire_due(*, at: datetime, fire: Callable[[Schedule, datetime], None] | None = None) -> list[str]:
    """Fire each schedule whose newest slot has not fired. A schedule seen for the first time only notes its slot. Returns the names fired."""
    fired = []
    for plan in SCHEDULES.values():
        slot = slot_before(plan, at, settings.REGULARS.default_zone)
        if Tick.objects.filter(schedule=plan.name, slot__gte=slot).exists():
            continue
        known = Tick.objects.filter(schedule=plan.name).exists()
        try:
            with transaction.atomic():
                Tick.objects.create(schedule=plan.name, slot=slot, fired=known)
                if known:
                    (fire or _queue)(plan, slot)
        except IntegrityError:
            continue
        if known:
            fired.append(plan.name)
    return fired


def _queue(plan: Schedule, slot: datetime) -> None:
    enqueue(plan.kind, {"slot": slot.isoformat()}, key=f"{plan.name}@{slot.isoformat()}")
