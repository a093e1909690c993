"""Rewards as a section of a document: shapes, faults, prices, ends."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from regulars.loyalty.rules.parts import Where
from regulars.loyalty.rules.rewards import (
    WARNINGS,
    Price,
    Reward,
    cost_minor,
    ends_with,
    faults_of_rewards,
    is_here,
    not_theirs,
    price_units,
    voucher_ends,
)
from regulars.loyalty.rules.units import Unit

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")
UNITS = (
    Unit(code="points", name="Points"),
    Unit(code="crumbs", name="Crumbs", scale=1),
    Unit(code="status", name="Status", kind="qualifying"),
)
COFFEE = {"code": "coffee", "name": "A coffee", "kind": "goods", "goods": {"products": ["Coffee"]}}


def reward(**changes: Any) -> Reward:
    return Reward.model_validate_json(json.dumps(COFFEE | changes))


def faults(*rewards: Reward) -> list[tuple[str, str]]:
    return faults_of_rewards(rewards, UNITS, BERLIN, currency="EUR", tiers=["gold"])


def test_a_whole_reward_has_no_fault() -> None:
    whole = reward(
        price={"unit": "crumbs", "units": "2.5"},
        cost="0.80",
        stock=10,
        per_member_max=3,
        per_member_day_max=1,
        valid_days=30,
        where={"tiers": ["gold"], "branches": ["market"], "traits": {"risk": ["low"]}},
        period={"weekdays": ["mon"]},
    )
    assert faults(whole) == []
    assert price_units(whole.price or Price(unit="x", units=1), UNITS[1]) == 25
    assert cost_minor(whole, "EUR") == 80


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "goods", "goods": {}}, "goods_of_reward"),
        ({"kind": "money_off"}, "amount_of_reward"),
        ({"amount": "2"}, "amount_of_reward"),
        ({"kind": "percent_off"}, "percent_of_reward"),
        ({"percent": "10"}, "percent_of_reward"),
        ({"kind": "gift"}, "goods_of_gift"),
        ({"stock": -1}, "greater_than_equal"),
        ({"stock": True}, "int_type"),
        ({"per_member_max": 0}, "greater_than_equal"),
        ({"price": {"unit": "points", "units": "0"}}, "value_error"),
        ({"cost": 1.5}, "value_error"),
        ({"kind": "voucher"}, "literal_error"),
        ({"colour": "red"}, "extra_forbidden"),
    ],
)
def test_what_is_no_reward_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        reward(**changes)
    assert refused.value.errors()[0]["type"] == code


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"price": {"unit": "stars", "units": 5}}, "price.unit", "unknown_unit"),
        ({"price": {"unit": "status", "units": 5}}, "price.unit", "not_spendable"),
        ({"price": {"unit": "points", "units": "2.5"}}, "price.units", "too_many_decimals"),
        ({"cost": "0.005"}, "cost", "too_many_decimals"),
        ({"kind": "money_off", "amount": "0.005"}, "amount", "too_many_decimals"),
        ({"where": {"tiers": ["gold", "iron"]}}, "where.tiers.1", "unknown_tier"),
        ({"where": {"traits": {"risk": []}}}, "where.traits.risk", "trait_without_values"),
        ({"goods": {"products": ["Tea"], "except_products": ["tea"]}}, "goods", "goods_all_excepted"),
        ({"period": {"from_on": "2026-06-16", "until_on": "2026-06-16", "weekdays": ["mon"]}}, "period", "weekdays_never"),
        ({"stock": 5}, "stock", "limit_without_price"),
        ({"per_member_day_max": 5}, "per_member_day_max", "limit_without_price"),
        ({"price": {"unit": "points", "units": 5}, "per_member_max": 2, "per_member_day_max": 2}, "per_member_day_max", "day_limit_idle"),
    ],
)
def test_what_can_not_be_meant_is_found_at_its_place(changes: dict[str, Any], place: str, code: str) -> None:
    assert faults(reward(code="other"), reward(**changes)) == [(f"rewards.1.{place}", code)]


def test_codes_stand_once() -> None:
    assert faults(reward(), reward()) == [("rewards.0.code", "duplicate_code"), ("rewards.1.code", "duplicate_code")]


def test_only_what_limits_nothing_or_skips_some_hours_is_a_warning() -> None:
    assert {"hours_skipped", "day_limit_idle", "limit_without_price"} == WARNINGS


@pytest.mark.parametrize(
    ("days", "given", "zone", "ends"),
    [
        (None, "2026-07-24T12:00+00:00", AUCKLAND, None),
        (0, "2026-07-24T11:59+00:00", AUCKLAND, "2026-07-24T12:00+00:00"),  # a minute before midnight on the wall
        (0, "2026-07-24T12:00+00:00", AUCKLAND, "2026-07-25T12:00+00:00"),
        (1, "2026-03-28T10:00+00:00", BERLIN, "2026-03-29T22:00+00:00"),  # over the clock change
    ],
)
def test_a_voucher_ends_with_a_day_of_the_program(days: int | None, given: str, zone: ZoneInfo, ends: str | None) -> None:
    ended = voucher_ends(reward(valid_days=days), datetime.fromisoformat(given), zone)
    assert ended == (datetime.fromisoformat(ends) if ends else None)


def test_21_a_voucher_until_25_july_ends_at_noon_utc_in_auckland() -> None:
    assert ends_with(datetime(2026, 7, 25).date(), AUCKLAND) == datetime.fromisoformat("2026-07-25T12:00+00:00")
    assert ends_with(None, AUCKLAND) is None


@pytest.mark.parametrize(
    ("where", "tiers", "traits", "reason"),
    [
        (Where(), (), {}, ""),
        (Where(tiers=("gold",)), ("silver", "gold"), {}, ""),
        (Where(tiers=("gold",)), ("silver",), {}, "other_tier"),
        (Where(traits={"risk": ("low",)}), (), {"risk": "low"}, ""),
        (Where(traits={"risk": ("low",)}), (), {}, "other_trait"),
    ],
)
def test_who_may_have_it(where: Where, tiers: tuple[str, ...], traits: dict[str, str], reason: str) -> None:
    assert not_theirs(where, tiers, traits) == reason


@pytest.mark.parametrize(
    ("where", "channel", "branch", "here"),
    [
        (Where(), "", "", True),
        (Where(branches=("market",)), "till", "market", True),
        (Where(branches=("market",)), "till", "station", False),
        (Where(branches=("market",)), "till", "", False),
        (Where(channels=("shop",)), "till", "market", False),
    ],
)
def test_where_it_may_be_used(where: Where, channel: str, branch: str, here: bool) -> None:
    assert is_here(where, channel, branch) is here
