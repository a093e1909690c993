"""Cards and tiers that contradict themselves or never match are found before anybody is promised anything."""

from __future__ import annotations

import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.contradictions import Fault, faults_of_cards, faults_of_ladder

from tests.loyalty.rules.test_cards import card
from tests.loyalty.rules.test_tiers import BRONZE, GOLD, SILVER, ladder

pytestmark = pytest.mark.pure
NEW_YORK = ZoneInfo("America/New_York")
REWARDS = {"free-coffee", "free-roll", "free-loaf", "free-cake"}
CHANGE_DAY = {"from_on": "2026-03-08", "until_on": "2026-03-08"}  # 02:00 to 03:00 is skipped
SKIPPED = {"from_time": "02:00", "until_time": "03:00"}


def faults(*cards: Card) -> list[Fault]:
    return faults_of_cards(cards, REWARDS, NEW_YORK, currency="EUR")


def test_a_sound_card_has_no_fault() -> None:
    sound = card(per_visit_max=3, per_day_max=3, stamps_per="amount", per_amount="2.50", minimum_amount="2.50")
    dated = card(code="spring", period={"from_on": "2026-03-01", "until_on": "2026-05-31", "weekdays": ["mon"], "from_time": "14:00"})
    assert faults(sound, dated) == []
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reward": {"code": "free-tea"}}, ("cards.0.reward.code", "reward_unknown")),
        ({"per_visit_max": 0}, ("cards.0.per_visit_max", "below_one")),
        ({"per_day_max": 0}, ("cards.0.per_day_max", "below_one")),
        ({"per_visit_max": 4, "per_day_max": 3}, ("cards.0.per_visit_max", "visit_above_day")),
        ({"stamps_per": "amount", "per_amount": "0.005"}, ("cards.0.per_amount", "too_many_decimals")),
        ({"minimum_amount": "0.005"}, ("cards.0.minimum_amount", "too_many_decimals")),
        ({"goods": {"products": ["Espresso"], "except_products": ["espresso"]}}, ("cards.0.goods", "goods_all_excepted")),
        ({"goods": {"categories": ["Tea"], "except_categories": ["tea", "milk"]}}, ("cards.0.goods", "goods_all_excepted")),
        ({"where": {"traits": {"risk/a": []}}}, ("cards.0.where.traits.risk/a", "trait_without_values")),
        ({"period": {"from_on": "2026-05-11", "until_on": "2026-05-15", "weekdays": ["sat", "sun"]}}, ("cards.0.period", "weekdays_never")),
        ({"period": CHANGE_DAY | SKIPPED}, ("cards.0.period", "hours_never")),  # case 20
        (
            {"period": {"from_on": "2026-03-02", "until_on": "2026-03-08", "weekdays": ["sun"]} | SKIPPED},
            ("cards.0.period", "hours_never"),
        ),
        ({"period": {"from_on": "2026-03-07", "until_on": "2026-03-08"} | SKIPPED}, ("cards.0.period", "hours_skipped")),
    ],
)
def test_a_card_that_contradicts_itself_is_found_with_its_place(changes: dict[str, Any], fault: Fault) -> None:
    assert faults(card(**changes)) == [fault]


@pytest.mark.parametrize(
    "changes",
    [
        {"period": CHANGE_DAY | {"from_time": "01:30", "until_time": "03:00"}},
        {"period": CHANGE_DAY | {"from_time": "22:00", "until_time": "02:30"}},
        {
            "period": {"from_on": "2026-11-01", "until_on": "2026-11-01", "from_time": "01:00", "until_time": "02:00"}
        },  # comes twice, case 19
        {"period": {"from_on": "2026-03-09", "until_on": "2026-03-20"} | SKIPPED},
        {"period": SKIPPED},
        {"period": {"from_on": "2026-05-16", "until_on": "2026-05-16", "weekdays": ["sat"]}},
        {"goods": {"products": ["Espresso", "Mocha"], "except_products": ["espresso"]}},
        {"goods": {"products": ["Espresso"], "categories": ["tea"], "except_products": ["espresso"]}},
        {"goods": {"except_products": ["espresso"]}},
    ],
)
def test_a_card_that_matches_at_some_time_is_left_alone(changes: dict[str, Any]) -> None:
    assert faults(card(**changes)) == []


def test_every_fault_of_every_card_is_told_at_once() -> None:
    found = faults(card(), card(code="tea"), card(per_day_max=0, reward={"code": "gone"}))
    assert found == [
        ("cards.0.code", "duplicate_code"),
        ("cards.2.code", "duplicate_code"),
        ("cards.2.reward.code", "reward_unknown"),
        ("cards.2.per_day_max", "below_one"),
    ]


def test_a_card_for_a_tier_that_nobody_can_reach_is_found() -> None:
    golden = card(where={"tiers": ["gold", "platinum"]})
    assert faults_of_cards([golden], REWARDS, NEW_YORK, tiers=["silver", "gold"]) == [("cards.0.where.tiers.1", "unknown_tier")]
    assert faults_of_cards([golden], REWARDS, NEW_YORK) == []


def test_without_a_currency_amounts_are_left_to_whoever_knows_it() -> None:
    assert faults_of_cards([card(minimum_amount="0.005")], REWARDS, NEW_YORK) == []


@pytest.mark.parametrize(
    ("from_on", "until_on"), [("2026-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01")]
)
def test_for_ever_is_looked_at_in_no_time(from_on: str, until_on: str) -> None:
    before = time.process_time()
    for zone in (NEW_YORK, ZoneInfo("Pacific/Auckland")):
        assert faults_of_cards([card(period={"from_on": from_on, "until_on": until_on, "from_time": "09:00"})], REWARDS, zone) == []
    assert time.process_time() - before < 3


def of_ladder(*tiers: dict[str, Any], kind: str = "qualifying", **changes: Any) -> list[Fault]:
    return faults_of_ladder(ladder(*tiers, **changes), {"status": kind}, REWARDS)


def test_a_sound_ladder_has_no_fault() -> None:
    assert of_ladder() == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (lambda: of_ladder(currency="points"), ("ladder.currency", "currency_unknown")),
        (lambda: of_ladder(kind="spendable"), ("ladder.currency", "currency_not_qualifying")),  # case 41: spending would lower a tier
        (lambda: of_ladder(tiers=[]), ("ladder.tiers", "no_tiers")),
        (lambda: of_ladder(guarantee_months=1, notice_days=28), ("ladder.notice_days", "notice_longer_than_guarantee")),
        (lambda: of_ladder(SILVER, {**GOLD, "from_units": 500, "keep_units": 500}), ("ladder.tiers.1.from_units", "not_ascending")),
        (lambda: of_ladder(GOLD, SILVER), ("ladder.tiers.1.from_units", "not_ascending")),
        (lambda: of_ladder({**GOLD, "keep_units": 1001}), ("ladder.tiers.0.keep_units", "keep_above_from")),
        (lambda: of_ladder(SILVER, {**GOLD, "keep_units": 399}), ("ladder.tiers.1.keep_units", "keep_not_ascending")),
        (lambda: of_ladder(BRONZE, {**GOLD, "welcome": "free-yacht"}), ("ladder.tiers.1.welcome", "reward_unknown")),
    ],
)
def test_a_ladder_that_contradicts_itself_is_found_with_its_place(found: Any, fault: Fault) -> None:
    assert found() == [fault]


def test_two_tiers_of_one_code_are_both_named() -> None:
    assert of_ladder(SILVER, {**GOLD, "code": "silver"}) == [
        ("ladder.tiers.0.code", "duplicate_code"),
        ("ladder.tiers.1.code", "duplicate_code"),
    ]


def test_a_notice_just_shorter_than_the_guarantee_is_fine() -> None:
    assert of_ladder(guarantee_months=1, notice_days=27) == []
