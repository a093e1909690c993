"""Schedules fire once a slot, also on the days when clocks change (L3)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.groundwork.kernel import schedules
from regulars.groundwork.kernel.models import Job
from regulars.groundwork.kernel.schedules import Schedule, fire_due, instant_of, slot_before

BERLIN = Schedule("nightly", "kernel.tidy", time(2, 30), None, "Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-06-01 02:30", "2026-06-01 00:30"),  # summer
        ("2026-01-10 02:30", "2026-01-10 01:30"),  # winter
        ("2026-03-29 02:30", "2026-03-29 01:00"),  # the hour that is skipped: the first valid instant, 03:00 summer time
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # the hour that comes twice: the first time
    ],
)
def test_a_wall_time_is_one_instant_on_every_day(wall: str, expected: str) -> None:
    assert instant_of(datetime.fromisoformat(wall), ZoneInfo("Europe/Berlin")) == utc(expected)


@pytest.mark.pure
@pytest.mark.parametrize("first", ["2026-03-27", "2026-10-23", "2026-12-30"])
def test_a_daily_slot_comes_once_a_day_across_a_clock_change(first: str) -> None:
    start = utc(f"{first} 12:00")
    slots = {slot_before(BERLIN, start + timedelta(minutes=minutes), "UTC") for minutes in range(0, 4 * 24 * 60, 7)}
    days = sorted(slot.astimezone(ZoneInfo("Europe/Berlin")).date() for slot in slots)
    assert len(days) == len(set(days)) == 5


@pytest.mark.django_db
def test_a_slot_fires_once_and_a_new_schedule_waits_for_its_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "SCHEDULES", {"nightly": BERLIN})
    evening = utc("2026-06-01 20:00")
    assert fire_due(at=evening) == [], "a schedule seen for the first time notes its slot"
    assert fire_due(at=evening + timedelta(hours=3)) == []
    assert fire_due(at=evening + timedelta(hours=5)) == ["nightly"]
    assert fire_due(at=evening + timedelta(hours=5, seconds=1)) == []
    assert Job.objects.filter(kind="kernel.tidy").count() == 1


@pytest.mark.django_db
def test_after_a_long_pause_only_the_newest_slot_fires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "SCHEDULES", {"nightly": BERLIN})
    fire_due(at=utc("2026-06-01 20:00"))
    assert fire_due(at=utc("2026-06-09 09:00")) == ["nightly"]
    assert Job.objects.filter(kind="kernel.tidy").count() == 1


def test_a_clock_set_back_fires_nothing_twice(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "SCHEDULES", {"nightly": BERLIN})
    fire_due(at=utc("2026-06-01 20:00"))
    assert fire_due(at=utc("2026-06-02 01:00")) == ["nightly"]
    assert fire_due(at=utc("2026-06-01 23:00")) == []
    assert fire_due(at=utc("2026-06-02 02:00")) == []
