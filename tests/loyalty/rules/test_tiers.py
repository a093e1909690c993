"""Tiers: reached at once, guaranteed, reviewed on the day that members know, lowered by one step after a notice."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.loyalty.rules.calendars import end_of, local_day
from regulars.loyalty.rules.tiers import (
    Ladder,
    Notice,
    Qualifying,
    Standing,
    Step,
    Units,
    earning_multiplier,
    notice_for,
    qualifying_at_review,
    qualifying_in_window,
    review,
    review_is_over,
    review_on,
    standing_after,
    tier_reached,
)

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
JOINED = date(2023, 6, 1)
NEW = Standing(joined_on=JOINED)
BRONZE = {"code": "bronze", "name": "Bronze", "from_units": 100, "welcome": "free-roll"}
SILVER = {"code": "silver", "name": "Silver", "from_units": 500, "keep_units": 400, "earning": "1.5", "welcome": "free-loaf"}
GOLD = {"code": "gold", "name": "Gold", "from_units": 1000, "keep_units": 800, "earning": "2", "welcome": "free-cake"}


def ladder(*tiers: dict[str, Any], **changes: Any) -> Ladder:
    document = {"currency": "status", "tiers": list(tiers or (BRONZE, SILVER, GOLD))}
    return Ladder.model_validate_json(json.dumps(document | changes))


def on(day: str, clock: str = "12:00") -> datetime:
    """A time of day in Berlin."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN).astimezone(UTC)


def earned(*entries: tuple[str, Units]) -> list[Qualifying]:
    return [Qualifying(on(day), units) for day, units in entries]


def holder(tier: str, since: str, **changes: Any) -> Standing:
    return Standing(**{"joined_on": JOINED, "tier": tier, "anchor_on": date.fromisoformat(since)} | changes)


@pytest.mark.parametrize(
    ("units", "tier"),
    [
        (-5, ""),
        (0, ""),
        (99, ""),
        (100, "bronze"),
        (Fraction(999, 10), ""),
        (499, "bronze"),
        (500, "silver"),
        (1000, "gold"),
        (10**9, "gold"),
    ],
)
def test_units_reach_the_highest_tier_that_they_suffice_for(units: Units, tier: str) -> None:
    assert tier_reached(ladder(), units) == tier


def test_40_gold_holds_until_the_end_of_its_day_a_year_later_though_the_window_empties() -> None:
    history = earned(("2025-03-10", 600), ("2026-02-20", 450))
    standing, steps = standing_after(ladder(), holder("silver", "2025-03-10"), history, on("2026-02-20"), BERLIN)
    assert standing == holder("gold", "2026-02-20")
    assert steps == [Step(kind="reached", tier="gold", from_tier="silver", at=on("2026-02-20"), units=1050, welcome="free-cake")]
    assert qualifying_in_window(ladder(), history, on("2026-03-10", "23:59"), BERLIN) == 1050
    assert qualifying_in_window(ladder(), history, on("2026-03-11", "00:00"), BERLIN) == 450
    assert standing_after(ladder(), standing, history, on("2026-03-11"), BERLIN) == (standing, [])
    assert standing_after(ladder(), standing, history, on("2027-02-20", "23:59"), BERLIN) == (standing, [])
    after, (lowered,) = standing_after(ladder(), standing, history, on("2027-02-21", "00:00"), BERLIN)
    assert (after.tier, after.anchor_on, after.reviews) == ("silver", date(2026, 2, 20), 1)
    assert lowered == Step(kind="lowered", tier="silver", from_tier="gold", at=on("2027-02-21", "00:00"), units=0)


def test_41_what_a_member_spends_is_no_qualifying_unit_and_the_next_order_changes_nothing() -> None:
    # Spending writes no qualifying entry: the same history, whatever happened to the points.
    history = earned(("2026-02-20", 600))
    standing, _ = standing_after(ladder(), NEW, history, on("2026-02-20"), BERLIN)
    assert standing.tier == "silver"
    assert standing_after(ladder(), standing, history, on("2026-02-21"), BERLIN) == (standing, [])


def test_units_that_are_clawed_back_lower_no_tier_before_its_review() -> None:
    history = earned(("2026-02-20", 600), ("2026-02-25", -600))
    standing = holder("silver", "2026-02-20")
    assert standing_after(ladder(), standing, history, on("2026-02-26"), BERLIN) == (standing, [])
    after, steps = standing_after(ladder(), standing, history, on("2027-02-21"), BERLIN)
    assert (after.tier, [step.kind for step in steps]) == ("bronze", ["lowered"])


def test_42_a_review_takes_one_step_and_its_notice_said_how_much_was_missing() -> None:
    two = ladder(SILVER, GOLD)
    gold = holder("gold", "2025-09-15")
    history = earned(("2025-09-15", 1000), ("2026-03-01", 300))
    units = qualifying_at_review(two, gold, history, date(2026, 9, 15), BERLIN)
    assert units == 300
    assert notice_for(two, gold, units, date(2026, 8, 15)) is None
    assert notice_for(two, gold, units, date(2026, 8, 16)) == Notice("gold", "silver", 500, date(2026, 9, 15))
    standing, step = review(two, gold, units, date(2026, 9, 15), BERLIN)
    assert step == Step(kind="lowered", tier="silver", from_tier="gold", at=on("2026-09-16", "00:00"), units=300)
    assert (standing.tier, review_on(standing)) == ("silver", date(2027, 9, 15))


def test_a_notice_comes_until_the_day_of_the_review_and_only_while_units_are_missing() -> None:
    gold = holder("gold", "2025-09-15")
    last, below = date(2026, 9, 15), date(2026, 9, 16)
    assert notice_for(ladder(), gold, 799, last) == Notice("gold", "silver", 1, last)
    assert notice_for(ladder(), gold, Fraction(1598, 2), last) == Notice("gold", "silver", 1, last)
    assert notice_for(ladder(), gold, 799, below) is None
    assert notice_for(ladder(), gold, 800, last) is None
    assert notice_for(ladder(notice_days=60), gold, 0, date(2026, 7, 17)) == Notice("gold", "silver", 800, last)
    assert notice_for(ladder(), holder("bronze", "2025-09-15"), 0, last) == Notice("bronze", "", 100, last)
    assert notice_for(ladder(), NEW, 0, last) is None


def test_43_an_order_earns_at_the_tier_held_before_it_and_one_gift_is_given_for_the_tier_reached() -> None:
    two = ladder(BRONZE, GOLD)
    bronze = holder("bronze", "2026-01-05")
    assert earning_multiplier(two, bronze.tier) * 1200 == 1200
    standing, steps = standing_after(two, bronze, earned(("2026-05-13", 1200)), on("2026-05-13"), BERLIN)
    assert [(step.tier, step.welcome) for step in steps] == [("gold", "free-cake")]
    assert earning_multiplier(two, standing.tier) * 1200 == 2400


def test_a_jump_over_several_tiers_reaches_each_in_order_and_gives_the_last_ones_gift() -> None:
    standing, steps = standing_after(ladder(), NEW, earned(("2026-05-13", 1200)), on("2026-05-13"), BERLIN)
    assert standing == holder("gold", "2026-05-13")
    assert [(step.kind, step.from_tier, step.tier, step.welcome) for step in steps] == [
        ("reached", "", "bronze", None),
        ("reached", "bronze", "silver", None),
        ("reached", "silver", "gold", "free-cake"),
    ]


def test_who_has_no_tier_earns_once() -> None:
    assert earning_multiplier(ladder(), "") == 1
    assert earning_multiplier(ladder(), "silver") == Fraction(3, 2)


def test_23_reviews_of_a_leap_day_keep_to_it() -> None:
    standing = holder("gold", "2024-02-29")
    days = []
    for _ in range(5):
        due = review_on(standing)
        assert due is not None
        days.append(due.isoformat())
        standing, step = review(ladder(), standing, 800, due, BERLIN)
        assert (step.kind, step.tier) == ("kept", "gold")
    assert days == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]


def test_reviews_that_a_late_job_has_not_held_are_held_each_on_its_own_day() -> None:
    history = earned(("2024-02-29", 1000), ("2025-02-28", 900), ("2026-12-24", 150))
    standing, steps = standing_after(ladder(), holder("gold", "2024-02-29"), history, on("2028-03-01", "00:00"), BERLIN)
    assert [(step.kind, step.tier, step.units, local_day(step.at, BERLIN).isoformat()) for step in steps] == [
        ("kept", "gold", 900, "2025-03-01"),
        ("lowered", "silver", 0, "2026-03-01"),
        ("lowered", "bronze", 150, "2027-03-01"),
        ("lowered", "", 0, "2028-03-01"),
    ]
    assert standing == NEW
    assert review_on(standing) is None


def test_a_tier_that_is_reached_again_after_its_review_begins_a_new_guarantee() -> None:
    history = earned(("2024-02-29", 1000), ("2025-03-01", 1100))
    standing, steps = standing_after(ladder(), holder("gold", "2024-02-29"), history, on("2025-03-01"), BERLIN)
    assert [(step.kind, step.tier, step.welcome) for step in steps] == [("lowered", "silver", None), ("reached", "gold", "free-cake")]
    assert standing == holder("gold", "2025-03-01")


@pytest.mark.parametrize(
    ("at", "over"),
    [("2027-02-20T22:59:59.999999+00:00", False), ("2027-02-20T23:00:00+00:00", True)],
)
def test_a_day_of_review_ends_at_midnight_in_the_programs_zone(at: str, over: bool) -> None:
    assert review_is_over(holder("gold", "2026-02-20"), datetime.fromisoformat(at), BERLIN) is over


def test_a_promised_guarantee_outlives_a_change_of_the_ladder() -> None:
    standing, _ = standing_after(ladder(guarantee_months=24), NEW, earned(("2026-05-13", 1200)), on("2026-05-13"), BERLIN)
    assert review_on(standing) == date(2028, 5, 13)
    assert standing_after(ladder(guarantee_months=6), standing, [], on("2027-12-01"), BERLIN) == (standing, [])


def test_26_an_order_that_comes_in_late_counts_in_its_own_year() -> None:
    year = ladder(window="calendar_year")
    at = on("2025-12-31", "23:50")
    history = [*earned(("2025-03-10", 600)), Qualifying(at, 450), *earned(("2026-01-01", 30))]
    assert qualifying_in_window(year, history, at, BERLIN) == 1050
    assert qualifying_in_window(year, history, on("2026-01-02"), BERLIN) == 30
    standing, steps = standing_after(year, holder("silver", "2025-03-10"), history, at, BERLIN)
    assert (standing.tier, standing.anchor_on, steps[0].at) == ("gold", date(2025, 12, 31), at)


@pytest.mark.parametrize(
    ("window", "at", "units"),
    [
        ({"window": "calendar_year"}, "2025-12-31", 7),
        ({"window": "calendar_year"}, "2026-01-01", 8),
        ({"window": "anniversary"}, "2026-05-31", 12),
        ({"window": "anniversary"}, "2026-06-01", 16),
        ({}, "2026-05-31", 2 + 4 + 8),
        ({}, "2026-06-01", 4 + 8 + 16),
        ({"window_months": 24}, "2026-06-01", 1 + 2 + 4 + 8 + 16),
        ({"window_months": 1}, "2026-01-31", 4 + 8),
        ({"window_months": 1}, "2026-02-01", 8),
    ],
)
def test_windows_hold_whole_days(window: dict[str, Any], at: str, units: int) -> None:
    history = earned(("2025-05-30", 1), ("2025-05-31", 2), ("2025-12-31", 4), ("2026-01-01", 8), ("2026-06-01", 16))
    assert qualifying_in_window(ladder(**window), history, on(at, "23:00"), BERLIN, joined_on=JOINED) == units


def test_a_window_looks_at_the_day_in_the_programs_zone() -> None:
    night = [Qualifying(datetime(2025, 12, 31, 23, 30, tzinfo=UTC), 5)]  # half past midnight on 1 January in Berlin
    assert qualifying_in_window(ladder(window="calendar_year"), night, on("2026-01-02"), BERLIN) == 5
    assert qualifying_in_window(ladder(window="calendar_year"), night, on("2026-01-02"), ZoneInfo("UTC")) == 0


def test_a_members_own_year_needs_the_day_on_which_they_joined() -> None:
    with pytest.raises(ValueError, match="joined"):
        qualifying_in_window(ladder(window="anniversary"), [], on("2026-01-02"), BERLIN)


def test_who_joined_on_a_leap_day_has_years_that_begin_on_the_28th() -> None:
    history = earned(("2025-02-27", 1), ("2025-02-28", 2), ("2026-02-27", 4), ("2026-02-28", 8))
    own = ladder(window="anniversary")
    for at, units in (("2025-02-27", 1), ("2026-02-27", 6), ("2026-02-28", 8)):
        assert qualifying_in_window(own, history, on(at, "23:00"), BERLIN, joined_on=date(2024, 2, 29)) == units


@pytest.mark.parametrize(
    ("entries", "units"),
    [
        ([("2025-02-20", 900), ("2026-01-05", 10)], 900),  # the year that was complete
        ([("2025-02-20", 500), ("2026-01-05", 700)], 700),  # or the one that has begun
        ([("2024-12-31", 900)], 0),
        ([("2026-02-20", 300), ("2026-02-21", 500)], 300),  # after the review
    ],
)
def test_a_review_by_years_looks_at_the_better_of_the_last_and_this_one(entries: list[tuple[str, Units]], units: int) -> None:
    gold = holder("gold", "2025-02-20")
    assert qualifying_at_review(ladder(window="calendar_year"), gold, earned(*entries), date(2026, 2, 20), BERLIN) == units


def test_what_reached_a_tier_does_not_keep_it_for_a_second_year() -> None:
    gold = holder("gold", "2026-02-20")
    history = earned(("2026-02-20", 1000), ("2026-02-21", 1), ("2027-02-20", 2), ("2027-02-21", 4))
    assert qualifying_at_review(ladder(), gold, history, date(2027, 2, 20), BERLIN) == 3


@pytest.mark.parametrize(("window", "midnight", "units"), [("rolling", "2027-02-21", 0), ("calendar_year", "2027-01-01", 1000)])
def test_what_is_earned_at_midnight_belongs_to_the_day_that_begins(window: str, midnight: str, units: int) -> None:
    gold = holder("gold", "2026-02-20")
    history = [*earned(("2026-02-20", 1000)), Qualifying(on(midnight, "00:00"), 7)]
    assert qualifying_at_review(ladder(window=window), gold, history, date(2027, 2, 20), BERLIN) == units


def test_a_review_is_held_on_its_own_day_alone() -> None:
    for standing, day in ((holder("gold", "2026-02-20"), date(2027, 2, 19)), (NEW, date(2027, 2, 20))):
        with pytest.raises(ValueError, match="no review"):
            review(ladder(), standing, 0, day, BERLIN)


def test_a_tier_that_the_ladder_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError):
        standing_after(ladder(), holder("platinum", "2026-02-20"), [], on("2026-02-21"), BERLIN)


@pytest.mark.parametrize(("units", "tier"), [(800, "gold"), (799, "silver"), (0, "silver")])
def test_keeping_asks_for_less_than_reaching(units: int, tier: str) -> None:
    standing, _ = review(ladder(), holder("gold", "2026-02-20"), units, date(2027, 2, 20), BERLIN)
    assert standing.tier == tier


def test_a_tier_without_a_lower_bar_is_kept_with_what_reaches_it() -> None:
    for units, tier in ((99, ""), (100, "bronze")):
        assert review(ladder(), holder("bronze", "2026-02-20"), units, date(2027, 2, 20), BERLIN)[0].tier == tier


FIRST_DAY = date(2024, 1, 1)
HISTORIES = st.lists(st.tuples(st.integers(0, 1800), st.integers(-200, 1200)), min_size=1, max_size=12).map(sorted)
WINDOWS = st.sampled_from(["rolling", "calendar_year", "anniversary"])


@given(HISTORIES, WINDOWS)
def test_any_history_rises_in_order_falls_by_single_steps_and_keeps_every_guarantee(days: list[tuple[int, int]], window: str) -> None:
    rungs, steps, standing, gifts = ladder(window=window), list[Step](), NEW, list[int]()
    history = [Qualifying(on(str(FIRST_DAY + timedelta(days=day))), units) for day, units in days]
    for number, one in enumerate(history, start=1):
        standing, more = standing_after(rungs, standing, history[:number], one.at, BERLIN)
        steps += more
        gifts.append(sum(step.welcome is not None for step in more) - any(step.kind == "reached" for step in more))
    order = ["", "bronze", "silver", "gold"]
    assert [step.tier for step in steps[:-1]] == [step.from_tier for step in steps[1:]]
    assert all(before.at <= after.at for before, after in pairwise(steps))
    for step in steps:
        assert order.index(step.tier) - order.index(step.from_tier) == {"reached": 1, "kept": 0, "lowered": -1}[step.kind]
    for reached in (step for step in steps if step.kind == "reached"):
        held = [step for step in steps if step.kind == "lowered" and step.at > reached.at]
        year_later = date(reached.at.year + 1, reached.at.month, min(reached.at.day, 28))
        assert all(step.at >= end_of(year_later, BERLIN) for step in held)
    assert not any(gifts)  # one for each jump


@given(HISTORIES, WINDOWS, st.integers(0, 1200), st.integers(1, 90))
def test_asking_every_few_days_or_once_gives_the_same_standing(days: list[tuple[int, int]], window: str, wait: int, every: int) -> None:
    rungs = ladder(window=window)
    history = [Qualifying(on(str(FIRST_DAY + timedelta(days=day))), abs(units)) for day, units in days]
    last = history[-1].at
    often, _ = standing_after(rungs, NEW, history, last, BERLIN)
    once, told = often, list[Step]()
    for day in (*range(0, wait, every), wait):
        often, more = standing_after(rungs, often, history, last + timedelta(days=day), BERLIN)
        told += more
    once, heard = standing_after(rungs, once, history, last + timedelta(days=wait), BERLIN)
    assert (often, told) == (once, heard)


@pytest.mark.parametrize(
    "changes",
    [
        {"window": "weekly"},
        {"window": "calendar_year", "window_months": 6},
        {"window_months": 0},
        {"guarantee_months": 0},
        {"notice_days": -1},
        {"tiers": [{**GOLD, "from_units": 0}]},
        {"tiers": [{**GOLD, "from_units": "1000"}]},
        {"tiers": [{**GOLD, "keep_units": -1}]},
        {"tiers": [{**GOLD, "earning": 1.5}]},
        {"tiers": [{**GOLD, "earning": "0"}]},
        {"tiers": [{**GOLD, "colour": "gold"}]},
        {"surprise": 1},
    ],
)
def test_a_ladder_that_makes_no_sense_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ladder(**changes)


NIGHT = "00:30"  # in Berlin; in UTC it is still the day before


def test_days_of_the_window_are_the_program_s_own() -> None:
    history = [Qualifying(on("2025-05-10", NIGHT), 100)]
    standing, steps = standing_after(ladder(), NEW, history, on("2026-05-10", "23:30"), BERLIN)
    assert (standing.tier, [step.tier for step in steps]) == ("bronze", ["bronze"])


def test_the_day_on_which_a_tier_is_reached_is_the_program_s_own() -> None:
    reached, _steps = standing_after(ladder(), NEW, [Qualifying(on("2026-05-10", NIGHT), 100)], on("2026-05-10", NIGHT), BERLIN)
    assert reached.anchor_on == date(2026, 5, 10)


def test_days_at_a_review_are_the_program_s_own() -> None:
    gold = holder("gold", "2025-05-10", guarantee_months=12)
    history = [Qualifying(on("2025-05-11", NIGHT), 800)]
    assert qualifying_at_review(ladder(), gold, history, date(2026, 5, 10), BERLIN) == 800
    kept, steps = standing_after(ladder(), gold, history, on("2026-05-12"), BERLIN)
    assert (kept.tier, [step.kind for step in steps]) == ("gold", ["kept"])


@pytest.mark.parametrize("day", [date(2026, 5, 31), date(2026, 3, 1)], ids=["the year that ends", "the year that runs"])
def test_days_of_an_anniversary_window_are_the_program_s_own(day: date) -> None:
    yearly = ladder(window="anniversary")
    history = [Qualifying(on("2025-06-01", NIGHT), 100)]
    assert qualifying_at_review(yearly, holder("bronze", "2025-06-01"), history, day, BERLIN) == 100
