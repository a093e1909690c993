"""Punch cards: what earns a stamp, when a card is full, what a refund takes back, when it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from regulars.groundwork.kernel.money import NotMoney
from regulars.loyalty.rules.cards import Card, Punches, Reason, Stamps, card_ends, punched, stamps_for, taken_back

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)  # a Wednesday, noon in Berlin


@dataclass(frozen=True)
class Position:
    amount_minor: int = 300
    product: str = "Espresso"
    category: str = "coffee"
    quantity_milli: int = 1000
    reward: bool = False
    excluded: bool = False


@dataclass(frozen=True)
class Till:
    lines: tuple[Position, ...]
    currency: str = "EUR"
    channel: str = "till"
    branch: str = "harbour"


@dataclass(frozen=True)
class Somebody:
    tiers: frozenset[str] = frozenset()
    traits: Mapping[str, str] = field(default_factory=dict)


COFFEE = Position()
BREAD = Position(amount_minor=450, product="Rye", category="bread")
FREE_COFFEE = Position(amount_minor=0, reward=True)


def card(**changes: Any) -> Card:
    document = {
        "code": "coffee",
        "name": "Coffee card",
        "goods": {"categories": ["coffee"]},
        "target": 10,
        "reward": {"code": "free-coffee"},
    }
    return Card.model_validate_json(json.dumps(document | changes))


def stamps(
    *lines: Position,
    today: int = 0,
    last: datetime | None = None,
    at: datetime = NOON,
    holder: Somebody | None = None,
    sold: Mapping[str, str] | None = None,
    **changes: Any,
) -> Stamps:
    return stamps_for(
        card(**changes),
        Till(lines, **(sold or {})),
        holder=holder or Somebody(),
        today_so_far=today,
        last_stamp_at=last,
        at=at,
        zone=BERLIN,
    )


def test_48_five_paid_coffees_and_a_free_one_give_the_three_stamps_of_a_visit() -> None:
    given_ = stamps(*[COFFEE] * 5, FREE_COFFEE, per_visit_max=3)
    assert given_.count == 3
    assert given_.reasons == (
        Reason("per_item", {"stamps": 5, "quantity_milli": 5000}),
        Reason("free_line", {"lines": 1}),
        Reason("per_visit_max", {"limit": 3, "left_out": 2}),
    )


@pytest.mark.parametrize(
    ("lines", "changes", "count"),
    [
        ([COFFEE, COFFEE, BREAD], {}, 2),
        ([Position(quantity_milli=4000, amount_minor=1200)], {}, 4),
        ([COFFEE, Position(amount_minor=0)], {}, 1),  # given away by a discount: free, too
        ([COFFEE, Position(reward=True)], {}, 1),  # paid in part, but a reward
        ([COFFEE, Position(excluded=True)], {}, 1),
        ([COFFEE, BREAD], {"goods": {}}, 2),
        ([Position(quantity_milli=600), Position(quantity_milli=600)], {}, 1),  # rounded down once, not per line
        ([COFFEE] * 5, {"stamps_per": "visit"}, 1),
        ([Position(amount_minor=999)], {"stamps_per": "amount", "per_amount": "5.00"}, 1),
        ([Position(amount_minor=1000)], {"stamps_per": "amount", "per_amount": "5"}, 2),
        ([Position(amount_minor=900), Position(amount_minor=600), BREAD], {"stamps_per": "amount", "per_amount": "5"}, 3),
        ([COFFEE] * 2, {"minimum_amount": "6.00"}, 2),
    ],
)
def test_goods_earn_stamps(lines: list[Position], changes: dict[str, Any], count: int) -> None:
    assert stamps(*lines, **changes).count == count


@pytest.mark.parametrize(
    ("lines", "asked", "reasons"),
    [
        ([BREAD], {}, (Reason("other_goods"),)),
        ([], {}, (Reason("other_goods"),)),
        ([FREE_COFFEE], {}, (Reason("other_goods"), Reason("free_line", {"lines": 1}))),
        ([Position(quantity_milli=999)], {}, (Reason("part_of_a_unit", {"quantity_milli": 999}),)),
        (
            [COFFEE, BREAD],  # what the bread cost doesn't help the coffee
            {"minimum_amount": "3.40"},
            (Reason("lacks_amount", {"needed_minor": 340, "paid_minor": 300, "lacks_minor": 40}),),
        ),
        (
            [COFFEE],
            {"stamps_per": "amount", "per_amount": "3.40"},
            (Reason("lacks_amount", {"needed_minor": 340, "paid_minor": 300, "lacks_minor": 40}),),
        ),
        ([COFFEE], {"where": {"channels": ["shop"]}}, (Reason("not_here"),)),
        ([COFFEE], {"where": {"branches": ["station"]}}, (Reason("not_here"),)),
        ([COFFEE], {"where": {"tiers": ["gold"]}}, (Reason("other_tier"),)),
        ([COFFEE], {"where": {"traits": {"risk": ["slipping away"]}}}, (Reason("other_trait"),)),
        ([COFFEE], {"period": {"weekdays": ["tue"]}}, (Reason("not_in_period"),)),
        ([COFFEE], {"period": {"from_time": "12:01"}}, (Reason("not_in_period"),)),
        (
            [COFFEE] * 2,
            {"per_day_max": 4, "today": 4},
            (
                Reason("per_item", {"stamps": 2, "quantity_milli": 2000}),
                Reason("per_day_max", {"limit": 4, "today_so_far": 4, "left_out": 2}),
            ),
        ),
    ],
)
def test_no_stamp_says_why_with_its_figures(lines: list[Position], asked: dict[str, Any], reasons: tuple[Reason, ...]) -> None:
    assert stamps(*lines, **asked) == Stamps(0, reasons)


def test_the_place_the_tier_and_the_trait_that_a_card_asks_for_let_stamps_through() -> None:
    where = {"channels": ["till"], "branches": ["harbour"], "tiers": ["silver", "gold"], "traits": {"risk": ["high", "slipping away"]}}
    assert stamps(COFFEE, where=where, holder=Somebody(frozenset({"gold"}), {"risk": "high"})).count == 1


@pytest.mark.parametrize(
    ("today", "count", "codes"),
    [
        (0, 3, ["per_item", "per_visit_max"]),
        (2, 2, ["per_item", "per_visit_max", "per_day_max"]),
        (4, 0, ["per_item", "per_visit_max", "per_day_max"]),
        (9, 0, ["per_item", "per_visit_max", "per_day_max"]),  # the limit was lowered during the day
    ],
)
def test_a_day_has_a_limit_of_its_own(today: int, count: int, codes: list[str]) -> None:
    given_ = stamps(*[COFFEE] * 5, today=today, per_visit_max=3, per_day_max=4)
    assert given_.count == count
    assert [reason.code for reason in given_.reasons] == codes


@pytest.mark.parametrize(
    ("last", "count", "left"),
    [
        ("2026-05-13T09:30:00Z", 1, 0),
        ("2026-05-13T09:30:00.000001Z", 0, 1),
        ("2026-05-13T09:59:00Z", 0, 29),
        ("2026-05-13T10:00:00Z", 0, 30),
        ("2026-05-13T10:05:00Z", 0, 25),  # this receipt came in late
        ("2026-05-13T10:30:00Z", 1, 0),
    ],
)
def test_stamps_of_two_visits_keep_their_distance_whichever_comes_in_first(last: str, count: int, left: int) -> None:
    given_ = stamps(COFFEE, last=datetime.fromisoformat(last), minutes_between=30)
    assert given_.count == count
    assert count or given_.reasons == (Reason("too_soon", {"minutes_between": 30, "minutes_left": left}),)


def test_limits_that_are_just_reached_leave_nothing_out() -> None:
    assert stamps(*[COFFEE] * 3, today=1, per_visit_max=3, per_day_max=4) == Stamps(
        3, (Reason("per_item", {"stamps": 3, "quantity_milli": 3000}),)
    )


def test_an_amount_that_is_just_reached_gives_its_stamp() -> None:
    figures = {"stamps": 1, "paid_minor": 300, "per_minor": 300}
    assert stamps(COFFEE, stamps_per="amount", per_amount="3.00") == Stamps(1, (Reason("per_amount", figures),))


def test_an_amount_that_the_currency_cannot_have_is_refused() -> None:
    with pytest.raises(NotMoney):
        stamps(COFFEE, stamps_per="amount", per_amount="2.50", sold={"currency": "JPY"})


@given(
    st.lists(st.builds(Position, amount_minor=st.integers(0, 900), quantity_milli=st.integers(1, 5000), reward=st.booleans()), max_size=6),
    st.integers(0, 12),
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(["item", "visit", "amount"]),
)
def test_a_visit_never_passes_its_limits_and_always_explains_itself(
    lines: list[Position], today: int, visit: int, day: int, per: str
) -> None:
    changes = {"per_visit_max": visit, "per_day_max": day, "stamps_per": per} | ({"per_amount": "1.50"} if per == "amount" else {})
    given_ = stamps(*lines, today=today, **changes)
    figures = {reason.code: reason.figures for reason in given_.reasons}
    left_out = sum(one.get("left_out", 0) for one in figures.values())
    assert 0 <= given_.count <= visit
    assert given_.count <= max(day - today, 0)
    assert given_.reasons
    assert given_.count + left_out == sum(one.get("stamps", 0) for one in figures.values())
    assert stamps(*reversed(lines), today=today, **changes) == given_
    assert stamps(*[line for line in lines if not line.reward], today=today, **changes).count == given_.count


@pytest.mark.parametrize(
    ("before", "coffees", "after", "full"),
    [
        pytest.param(Punches(10, 8), 5, Punches(10, 3), 1, id="45-from-8"),
        pytest.param(Punches(10), 25, Punches(10, 5), 2, id="45-from-0"),
        pytest.param(Punches(10), 20, Punches(10), 2, id="B7"),
        pytest.param(Punches(10, 0, 2), 2, Punches(10), 0, id="47-repays"),
        pytest.param(Punches(10, 0, 2), 1, Punches(10, 0, 1), 0, id="repays-in-part"),
        pytest.param(Punches(10, 0, 12), 1, Punches(10, 0, 11), 0, id="owes-more-than-a-card"),
        pytest.param(Punches(10, 0, 2), 15, Punches(10, 3), 1, id="repays-and-fills"),
        pytest.param(Punches(10, 9), 1, Punches(10), 1, id="just-full"),
        pytest.param(Punches(10, 4), 0, Punches(10, 4), 0, id="nothing"),
    ],
)
def test_a_full_card_carries_its_surplus_over(before: Punches, coffees: int, after: Punches, full: int) -> None:
    assert punched(before, coffees) == (after, full)


@pytest.mark.parametrize(
    ("before", "refunded", "unused", "after", "undone"),
    [
        pytest.param(Punches(10, 3), 5, 1, Punches(10, 8), 1, id="46"),
        pytest.param(Punches(10, 3), 5, 0, Punches(10, 0, 2), 0, id="47"),
        pytest.param(Punches(10, 3), 3, 1, Punches(10), 0, id="stamps-first"),
        pytest.param(Punches(10), 10, 2, Punches(10), 1, id="a-card-exactly"),
        pytest.param(Punches(10, 5), 25, 2, Punches(10), 2, id="all-of-45"),
        pytest.param(Punches(10, 5), 25, 1, Punches(10, 0, 10), 1, id="one-of-two-redeemed"),
        pytest.param(Punches(10, 0, 2), 3, 0, Punches(10, 0, 5), 0, id="owes-more"),
        pytest.param(Punches(10, 0, 2), 0, 1, Punches(10, 8), 1, id="a-redemption-came-back"),
    ],
)
def test_a_refund_undoes_unused_cards_before_stamps_are_owed(
    before: Punches, refunded: int, unused: int, after: Punches, undone: int
) -> None:
    assert taken_back(before, refunded, unused) == (after, undone)


def test_47_two_more_coffees_repay_what_a_redeemed_reward_left_owing() -> None:
    state, full = punched(Punches(10, 8), 5)
    assert (state, full) == (Punches(10, 3), 1)
    state, undone = taken_back(state, 5, 0)
    assert (state, undone) == (Punches(10, 0, 2), 0)
    assert punched(state, 2) == (Punches(10), 0)


MOVES = st.lists(st.tuples(st.sampled_from(["punch", "take", "redeem"]), st.integers(0, 40)), max_size=30)


@given(st.integers(2, 100), MOVES)
def test_stamps_less_owed_plus_full_cards_are_conserved(target: int, moves: list[tuple[str, int]]) -> None:
    state, cards, redeemed, net = Punches(target), 0, 0, 0
    for move, count in moves:
        if move == "punch":
            state, full = punched(state, count)
            cards, net = cards + full, net + count
        elif move == "take":
            state, undone = taken_back(state, count, cards - redeemed)
            cards, net = cards - undone, net - count
        else:
            redeemed = min(cards, redeemed + count)
        assert state.stamps - state.owed + target * cards == net
        assert redeemed <= cards
        assert not state.owed or cards == redeemed  # nobody owes while a reward could still be withdrawn


@given(st.integers(2, 100), st.lists(st.integers(0, 30), max_size=12))
def test_twenty_tills_fill_the_same_cards_as_one(target: int, visits: list[int]) -> None:
    state, cards = Punches(target), 0
    for count in visits:
        state, full = punched(state, count)
        cards += full
    assert (state, cards) == punched(Punches(target), sum(visits))


@given(st.integers(2, 100), st.integers(0, 400), st.lists(st.integers(0, 60), max_size=8), st.integers(0, 9))
def test_a_refund_in_parts_ends_where_one_refund_ends(target: int, stamps_: int, parts: list[int], redeemed: int) -> None:
    start, cards = punched(Punches(target), stamps_)
    unused = max(cards - redeemed, 0)
    state, undone = start, 0
    for part in parts:
        state, more = taken_back(state, part, unused - undone)
        undone += more
    assert (state, undone) == taken_back(start, sum(parts), unused)


@pytest.mark.parametrize(("stamps_", "owed"), [(10, 0), (-1, 0), (0, -1), (3, 1)])
def test_a_card_that_cannot_exist_is_refused(stamps_: int, owed: int) -> None:
    with pytest.raises(ValueError, match="no card stands at"):
        Punches(10, stamps_, owed)


def test_a_card_of_one_stamp_is_none() -> None:
    with pytest.raises(ValueError, match="no card stands at"):
        Punches(1)


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="taken_back"):
        punched(Punches(10, 3), -1)
    for stamps_, unused in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="punched"):
            taken_back(Punches(10, 3), stamps_, unused)


FIRST, LAST = datetime(2026, 1, 31, 9, 0, tzinfo=UTC), datetime(2026, 2, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expiry", "first", "last", "ends"),
    [
        ({}, FIRST, LAST, None),
        ({"kind": "none"}, FIRST, LAST, None),
        ({"kind": "fixed", "months": 1}, FIRST, LAST, "2026-02-28T23:00:00+00:00"),  # 31 January keeps to the month's end
        ({"kind": "activity", "months": 1}, FIRST, LAST, "2026-03-14T23:00:00+00:00"),
        ({"kind": "fixed", "months": 6}, FIRST, LAST, "2026-07-31T22:00:00+00:00"),  # summer time
        # half an hour after midnight in Berlin: the day there counts
        ({"kind": "fixed", "months": 1}, datetime(2026, 1, 14, 23, 30, tzinfo=UTC), LAST, "2026-02-15T23:00:00+00:00"),
        ({"kind": "fixed", "months": 1}, None, None, None),
        ({"kind": "activity", "months": 1}, None, None, None),
    ],
)
def test_a_card_ends_with_a_day_of_the_programs_zone(
    expiry: dict[str, Any], first: datetime | None, last: datetime | None, ends: str | None
) -> None:
    found = card_ends(card(expiry=expiry), first, last, BERLIN)
    assert found == (datetime.fromisoformat(ends) if ends else None)


def test_a_card_gives_one_reward_unless_it_says_more_and_knows_no_limit_unless_it_has_one() -> None:
    plain = card()
    assert (plain.reward.count, plain.minutes_between, plain.stamps_per, plain.expiry.kind) == (1, 0, "item", "none")
    assert (plain.per_visit_max, plain.per_day_max, plain.minimum_amount, plain.per_amount) == (None, None, None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 2},
        {"target": 100},
        {"per_visit_max": 1000},
        {"per_day_max": 1},
        {"minutes_between": 10_080},
        {"expiry": {"kind": "activity", "months": 120}},
        {"reward": {"code": "free-coffee", "count": 100}},
    ],
)
def test_a_card_may_go_to_its_limits(changes: dict[str, Any]) -> None:
    assert json.loads(card(**changes).model_dump_json(include=set(changes))).items() >= changes.items()


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 1},
        {"minutes_between": 10_081},
        {"expiry": {"kind": "activity", "months": 121}},
        {"reward": {"code": "free-coffee", "count": 101}},
        {"target": 101},
        {"target": True},
        {"target": 10.0},
        {"stamps_per": "hour"},
        {"stamps_per": "amount"},
        {"per_amount": "5"},
        {"stamps_per": "amount", "per_amount": "0"},
        {"stamps_per": "amount", "per_amount": 2.5},
        {"stamps_per": "amount", "per_amount": "-5"},
        {"per_visit_max": -1},
        {"per_day_max": 1001},
        {"minutes_between": -1},
        {"expiry": {"kind": "fixed"}},
        {"expiry": {"months": 6}},
        {"expiry": {"kind": "activity", "months": 0}},
        {"reward": {}},
        {"reward": {"code": "free-coffee", "count": 0}},
        {"surprise": 1},
        {"code": "Coffee Card"},
    ],
)
def test_a_card_that_makes_no_sense_is_no_card(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        card(**changes)


@pytest.mark.parametrize(("day", "count"), [("wed", 1), ("tue", 0)])
def test_the_weekday_of_a_stamp_is_the_program_s_own(day: str, count: int) -> None:
    past_midnight = datetime(2026, 5, 12, 22, 30, tzinfo=UTC)  # Wednesday in Berlin, Tuesday in UTC
    assert stamps(COFFEE, at=past_midnight, period={"weekdays": [day]}).count == count


def test_a_coffee_for_a_cent_is_a_coffee() -> None:
    assert stamps(Position(amount_minor=1)).count == 1
