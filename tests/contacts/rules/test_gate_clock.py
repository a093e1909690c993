"""Quiet hours and wall times over changes of clocks; an unknown zone closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from regulars.contacts.rules.gate_clock import Clock, closed_by, instant_of_wall, open_from
from regulars.contacts.rules.gate_document import quiet_week, rules_in

pytestmark = pytest.mark.pure
NIGHT = quiet_week(rules_in({"quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]}}).quiet_hours.default)
LATE = quiet_week(rules_in({"quiet_hours": {"default": [{"from": "21:00", "to": "08:00"}]}}).quiet_hours.default)
NONE = ((),) * 7


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "released"),
    [("2027-03-27T21:00", "2027-03-28T06:00"), ("2027-10-30T20:00", "2027-10-31T07:00"), ("2027-06-01T10:00", "2027-06-01T10:00")],
)
def test_14_a_night_in_berlin_ends_at_eight_on_either_day_of_a_clock_change(due: str, released: str) -> None:
    assert open_from(Clock(("Europe/Berlin",), NIGHT), utc(due)) == utc(released)


def test_15_a_wall_time_that_is_skipped_moves_on_and_one_that_comes_twice_is_the_first() -> None:
    assert instant_of_wall(datetime(2027, 3, 14, 2, 30), "America/New_York") == utc("2027-03-14T07:30")
    assert instant_of_wall(datetime(2027, 11, 7, 1, 30), "America/New_York") == utc("2027-11-07T05:30")


def test_18_of_an_unknown_zone_only_what_all_plausible_ones_allow() -> None:
    clock = Clock(("Europe/Lisbon", "Europe/Berlin", "Europe/Helsinki"), NIGHT)
    day = utc("2027-01-12T00:00")
    allowed = [n for n in range(24 * 60) if not closed_by(clock, day + timedelta(minutes=n))]
    assert (allowed[0], allowed[-1]) == (8 * 60, 18 * 60 - 1), "from 08:00 in Lisbon to 20:00 in Helsinki"
    assert open_from(clock, utc("2027-01-12T18:00")) == utc("2027-01-13T08:00")


def test_19_mondays_at_nine_in_berlin_stay_at_nine() -> None:
    mondays = [instant_of_wall(datetime(2027, 3, day, 9, 0), "Europe/Berlin") for day in (15, 22, 29)]
    assert [one.hour for one in mondays] == [8, 8, 7]
    assert len({one.date() for one in mondays}) == 3


def test_p5_the_customers_zone_decides() -> None:
    """Quiet 21–08, a customer in Auckland, staff in Berlin."""
    noon_in_berlin = utc("2027-01-12T11:00")
    assert closed_by(Clock(("Pacific/Auckland",), LATE), noon_in_berlin) == "quiet_hours"
    assert closed_by(Clock(("Europe/Berlin",), LATE), noon_in_berlin) == ""


def test_plausible_zones_that_never_agree_never_open() -> None:
    clock = Clock(
        ("Pacific/Auckland", "Europe/London"),
        quiet_week(rules_in({"quiet_hours": {"default": [{"from": "12:00", "to": "09:00"}]}}).quiet_hours.default),
    )
    assert open_from(clock, utc("2027-01-12T00:00")) is None


def test_own_hours_narrow_the_week_and_an_empty_day_is_skipped() -> None:
    own = (((9 * 60, 11 * 60),), (), (), (), (), (), ())
    clock = Clock(("Europe/Berlin",), NIGHT, own)
    assert closed_by(clock, utc("2027-01-12T10:00")) == "own_hours"
    assert open_from(clock, utc("2027-01-12T10:00")) == utc("2027-01-18T08:00")


def test_each_opening_is_the_first_allowed_minute_in_any_zone_at_any_time() -> None:
    """Against a search by minutes, over both changes of clocks."""
    dice = Random(7)
    zones = ("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Cairo", "Asia/Tehran")
    starts = (utc("2027-03-13T18:00"), utc("2027-03-27T18:00"), utc("2027-10-30T18:00"), utc("2027-11-06T18:00"), utc("2027-04-03T00:00"))
    for _ in range(120):
        begins, ends = dice.randrange(24 * 60), dice.randrange(24 * 60)
        if begins == ends:
            continue
        span = {"from": f"{begins // 60:02d}:{begins % 60:02d}", "to": f"{ends // 60:02d}:{ends % 60:02d}"}
        clock = Clock((dice.choice(zones),), quiet_week(rules_in({"quiet_hours": {"default": [span]}}).quiet_hours.default))
        start = dice.choice(starts) + timedelta(minutes=dice.randrange(24 * 60))
        opened = open_from(clock, start)
        by_minutes = next(start + timedelta(minutes=n) for n in range(3 * 24 * 60) if not closed_by(clock, start + timedelta(minutes=n)))
        assert opened is not None
        assert not closed_by(clock, opened)
        assert opened <= by_minutes + timedelta(hours=1), (span, clock.zones, start)
        if opened != by_minutes:
            local = by_minutes.astimezone(ZoneInfo(clock.zones[0]))
            assert local.utcoffset() != (by_minutes - timedelta(hours=2)).astimezone(local.tzinfo).utcoffset(), (
                "only beside a change of clocks"
            )
