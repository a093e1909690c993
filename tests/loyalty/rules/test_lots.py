"""Which points go first, and which come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.lots import OpenLot, clawed, drawn, given_back, usable_units, use_order

pytestmark = pytest.mark.pure
NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def lot(id: int, left: int = 100, **more: Any) -> OpenLot:
    return OpenLot(**({"id": id, "left": left, "active_at": NOON - 9 * HOUR, "earned_at": NOON - 9 * HOUR} | more))


def test_15_the_soonest_end_goes_first_and_undated_points_last() -> None:
    lots = [lot(1, expires_at=NOON + 46 * HOUR), lot(2, expires_at=NOON + 16 * HOUR), lot(3)]
    assert drawn(lots, 150, NOON) == [(2, 100), (1, 50)]
    assert drawn(lots, 300, NOON) == [(2, 100), (1, 100), (3, 100)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"priority": 1}, {"expires_at": NOON + HOUR}),
        ({"priority": 2}, {"priority": 1}),
        ({"expires_at": NOON + HOUR}, {"expires_at": NOON + 2 * HOUR}),
        ({"expires_at": NOON + 99_999 * HOUR}, {"earned_at": NOON - 99 * HOUR}),
        ({"earned_at": NOON - 2 * HOUR}, {"earned_at": NOON - HOUR}),
        ({}, {}),
    ],
    ids=["priority before the end", "the higher priority", "the sooner end", "dated before undated", "the older", "the earlier row"],
)
def test_the_order_of_use(first: dict[str, Any], second: dict[str, Any]) -> None:
    one, two = lot(1, **first), lot(2, **second)
    assert use_order([two, one]) == use_order([one, two]) == [one, two]
    if first or second:
        swapped = [lot(2, **first), lot(1, **second)]
        assert [found.id for found in use_order(swapped)] == [2, 1]


@pytest.mark.parametrize(
    ("more", "usable"),
    [
        ({"active_at": NOON}, True),
        ({"active_at": NOON + timedelta(microseconds=1)}, False),
        ({"expires_at": NOON}, False),
        ({"expires_at": NOON + timedelta(microseconds=1)}, True),
    ],
    ids=["from its first instant", "not before", "not at its end", "up to its end"],
)
def test_24_when_a_lot_may_be_spent(more: dict[str, Any], usable: bool) -> None:
    assert lot(1, **more).usable(NOON) is usable
    assert usable_units([lot(1, 30, **more), lot(2, 5)], NOON) == (35 if usable else 5)


def test_held_units_are_nobody_else_s() -> None:
    lots = [lot(1, 100, held=80), lot(2, 100, held=100), lot(3, 10)]
    assert lots[0].free == 20
    assert usable_units(lots, NOON) == 30
    assert drawn(lots, 30, NOON) == [(1, 20), (3, 10)]
    with pytest.raises(ValueError, match=r"^1 units missing$"):
        drawn(lots, 31, NOON)


def test_drawing_nothing_takes_nothing() -> None:
    assert drawn([lot(1)], 0, NOON) == []
    assert drawn([], 0, NOON) == []


def test_what_is_taken_back_comes_from_the_purchase_s_own_lots_first() -> None:
    own = lot(3, 10, purchase_id=7)
    pending = lot(4, 10, purchase_id=7, active_at=NOON + HOUR)
    other, waiting = lot(1, 10), lot(2, 10, active_at=NOON + HOUR)
    lots = [other, waiting, own, pending]
    assert clawed(lots, 5, NOON, 7) == [(3, 5)]
    assert clawed(lots, 40, NOON, 7) == [(3, 10), (4, 10), (1, 10), (2, 10)]


def test_what_has_ended_is_not_taken_back_and_not_more_than_there_is() -> None:
    lots = [lot(1, 10, purchase_id=7, expires_at=NOON), lot(2, 10, expires_at=NOON - HOUR), lot(3, 10, held=4)]
    assert clawed(lots, 50, NOON, 7) == [(3, 6)]


def test_a_clawback_without_a_purchase_owns_no_lot() -> None:
    lots = [lot(1, 10), lot(2, 10, purchase_id=7)]
    assert clawed(lots, 12, NOON, None) == [(1, 10), (2, 2)]


def test_a_lot_that_becomes_active_now_is_taken_once() -> None:
    lots = [lot(1, 10, active_at=NOON)]
    assert clawed(lots, 20, NOON, None) == [(1, 10)]


@pytest.mark.parametrize(
    ("units", "back"),
    [(0, []), (5, [(3, 5)]), (10, [(3, 10)]), (15, [(3, 10), (1, 5)]), (40, [(3, 10), (1, 30)])],
)
def test_7_a_reversal_returns_to_the_last_used_lot_first(units: int, back: list[tuple[int, int]]) -> None:
    assert given_back([(1, 30), (3, 10)], units) == back


def test_no_more_is_given_back_than_was_used() -> None:
    with pytest.raises(ValueError, match=r"^2 units more than were used$"):
        given_back([(1, 30), (3, 10)], 42)


@given(lefts=st.lists(st.integers(0, 50), max_size=6), units=st.integers(0, 200))
def test_what_is_drawn_is_what_was_asked_or_nothing(lefts: list[int], units: int) -> None:
    lots = [lot(place, left) for place, left in enumerate(lefts)]
    if units > usable_units(lots, NOON):
        with pytest.raises(ValueError, match="missing"):
            drawn(lots, units, NOON)
        return
    taken = drawn(lots, units, NOON)
    assert sum(part for _lot, part in taken) == units
    assert all(0 < part <= lefts[place] for place, part in taken)
    assert sum(part for _lot, part in given_back(taken, units)) == units
