"""What a change means for members: better, worse or neutral, with its reason (P9)."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.loyalty.rules.document import Program, read_program
from regulars.loyalty.rules.judging import SECTIONS, TIER, first_day_after, judged_changes, notice_ends, worst
from regulars.loyalty.rules.tiers import Ladder, Tier

pytestmark = pytest.mark.pure
BERLIN = ZoneInfo("Europe/Berlin")
BEGINS = datetime(2026, 6, 15, 12, tzinfo=BERLIN)
POINTS = {"code": "points", "name": "Points", "worth": "0.10"}
STATUS = {"code": "status", "name": "Status", "kind": "qualifying"}
BASE = {"code": "base", "name": "Base", "unit": "points", "points": 2, "per_amount": 10}
COUNTS = {"code": "counts", "name": "Counts", "unit": "status", "points": 1, "per_amount": 1}
MUG = {"code": "mug", "name": "Mug", "kind": "gift", "price": {"unit": "points", "units": 500}}
CAKE = {"code": "cake", "name": "Cake", "kind": "money_off", "amount": "3.00", "goods": {"categories": ["Cake"]}}
CARD = {"code": "coffee", "name": "Coffee", "target": 10, "reward": {"code": "cake", "count": 2}}
TENTH = {"code": "tenth", "name": "Tenth", "every": 10, "percent": 20}
RYE = {"code": "rye", "name": "Rye", "unit_price": "2.00", "goods": {"products": ["Rye"]}}
PAIR = {"code": "pair", "name": "Pair", "buy": 2, "free": 1, "goods": {"categories": ["Rolls"]}}
SILVER = {"code": "silver", "name": "Silver", "from_units": 100, "keep_units": 80}
GOLD = {"code": "gold", "name": "Gold", "from_units": 300, "earning": 2, "welcome": "cake"}
WHOLE: dict[str, Any] = {
    "code": "crumbs", "name": "Crumbs", "currency": "EUR", "zone": "Europe/Berlin",
    "units": [POINTS, STATUS], "earning": [BASE, COUNTS], "rewards": [MUG, CAKE], "cards": [CARD], "discounts": [TENTH],
    "specials": [RYE, PAIR], "ladder": {"currency": "status", "tiers": [SILVER, GOLD]},
}  # fmt: skip
RULES = {"mug": "rewards", "cake": "rewards", "coffee": "cards", "base": "earning", "points": "units", "tenth": "discounts"}
RULES |= {"rye": "specials", "pair": "specials"}


def changed(**sections: Any) -> Program:
    """The program with other sections; a rule's code changes that rule, "silver" and "gold" a tier, "ladder" the ladder's own values."""
    shape = json.loads(json.dumps(WHOLE))
    for name, value in sections.items():
        if name in RULES:
            rows = shape[RULES[name]]
            rows[:] = [one | value if one["code"] == name else one for one in rows]
        elif name in ("silver", "gold"):
            rows = shape["ladder"]["tiers"]
            rows[:] = [one | value if one["code"] == name else one for one in rows]
        elif name == "ladder" and value:
            shape["ladder"] |= value
        else:
            shape[name] = value
    return read_program(json.dumps(shape))


def judged(before: Program, after: Program) -> list[tuple[str, str, str]]:
    """The changes as (place, bearing, code)."""
    return [(".".join(one.change.place), one.bearing, one.code) for one in judged_changes(before, after, begins_at=BEGINS)]


@pytest.mark.parametrize(
    ("good", "bad", "place", "better", "worse"),
    [
        ({}, {"mug": {"price": {"unit": "points", "units": 600}}}, "rewards.mug.price.units", "costs_less", "costs_more"),
        ({}, {"base": {"points": "1.5"}}, "earning.base.points", "earns_more", "earns_less"),
        ({}, {"base": {"per_amount": 20}}, "earning.base.per_amount", "earns_more", "earns_less"),
        ({}, {"base": {"minimum_amount": 5}}, "earning.base.minimum_amount", "easier_to_reach", "harder_to_reach"),
        ({}, {"base": {"mode": "best"}}, "earning.base.mode", "earns_more", "earns_less"),
        ({"points": {"rounding": "half_up"}}, {}, "units.points.rounding", "earns_more", "earns_less"),
        ({}, {"points": {"expiry": {"kind": "fixed", "months": 6}}}, "units.points.expiry.months", "lives_longer", "ends_sooner"),
        (
            {"points": {"expiry": {"kind": "fixed", "months": 12}}},
            {"points": {"expiry": {"kind": "fixed", "months": 6}}},
            "units.points.expiry.months", "lives_longer", "ends_sooner",
        ),
        (
            {"points": {"expiry": {"kind": "activity", "months": 12}}},
            {"points": {"expiry": {"kind": "fixed", "months": 12}}},
            "units.points.expiry.kind", "lives_longer", "ends_sooner",
        ),
        (
            {"points": {"expiry": {"kind": "activity", "months": 12, "notice": {}}}},
            {"points": {"expiry": {"kind": "activity", "months": 12}}},
            "units.points.expiry.notice", "lives_longer", "ends_sooner",
        ),
        ({}, {"points": {"pending_days": 14}}, "units.points.pending_days", "active_sooner", "active_later"),
        ({"points": {"shortfall": "write_off"}}, {}, "units.points.shortfall", "owes_less", "owes_more"),
        ({}, {"points": {"worth": "0.05"}}, "units.points.worth", "worth_more", "worth_less"),
        ({}, {"silver": {"from_units": 120}}, "ladder.tiers.silver.from_units", "easier_to_reach", "harder_to_reach"),
        ({}, {"silver": {"keep_units": 90}}, "ladder.tiers.silver.keep_units", "easier_to_keep", "harder_to_keep"),
        ({}, {"gold": {"earning": "1.5"}}, "ladder.tiers.gold.earning", "earns_more", "earns_less"),
        ({}, {"gold": {"welcome": None}}, "ladder.tiers.gold.welcome", "gives_more", "gives_less"),
        ({}, {"ladder": {"guarantee_months": 6}}, "ladder.guarantee_months", "kept_longer", "kept_shorter"),
        ({}, {"ladder": {"window_months": 6}}, "ladder.window_months", "easier_to_reach", "harder_to_reach"),
        ({}, {"ladder": {"notice_days": 10}}, "ladder.notice_days", "notice_longer", "notice_shorter"),
        ({}, {"coffee": {"target": 12}}, "cards.coffee.target", "easier_to_reach", "harder_to_reach"),
        ({}, {"coffee": {"reward": {"code": "cake"}}}, "cards.coffee.reward.count", "gives_more", "gives_less"),
        ({}, {"coffee": {"per_visit_max": 3}}, "cards.coffee.per_visit_max", "limits_wider", "limits_tighter"),
        ({}, {"coffee": {"minutes_between": 60}}, "cards.coffee.minutes_between", "limits_wider", "limits_tighter"),
        ({}, {"coffee": {"expiry": {"kind": "activity", "months": 12}}}, "cards.coffee.expiry.kind", "lives_longer", "ends_sooner"),
        ({}, {"tenth": {"percent": 15}}, "discounts.tenth.percent", "gives_more", "gives_less"),
        ({}, {"tenth": {"every": 12}}, "discounts.tenth.every", "easier_to_reach", "harder_to_reach"),
        ({}, {"tenth": {"window_days": 90}}, "discounts.tenth.window_days", "easier_to_reach", "harder_to_reach"),
        ({}, {"tenth": {"min_order": 5}}, "discounts.tenth.min_order", "easier_to_reach", "harder_to_reach"),
        ({}, {"tenth": {"cap_percent": 10}}, "discounts.tenth.cap_percent", "limits_wider", "limits_tighter"),
        ({}, {"tenth": {"where": {"tiers": ["gold"]}}}, "discounts.tenth.where.tiers", "applies_to_more", "applies_to_less"),
        ({}, {"tenth": {"where": {"traits": {"risk": ["high"]}}}}, "discounts.tenth.where.traits", "applies_to_more", "applies_to_less"),
        ({}, {"tenth": {"period": {"weekdays": ["mon"]}}}, "discounts.tenth.period.weekdays", "applies_to_more", "applies_to_less"),
        ({}, {"tenth": {"period": {"until_on": "2026-12-31"}}}, "discounts.tenth.period.until_on", "lasts_longer", "ends_sooner"),
        ({}, {"tenth": {"period": {"from_on": "2026-12-01"}}}, "discounts.tenth.period.from_on", "begins_sooner", "begins_later"),
        ({}, {"tenth": {"period": {"until_time": "18:00"}}}, "discounts.tenth.period.until_time", "applies_to_more", "applies_to_less"),
        ({}, {"rye": {"unit_price": "2.50"}}, "specials.rye.unit_price", "costs_less", "costs_more"),
        ({}, {"rye": {"limit": 2}}, "specials.rye.limit", "limits_wider", "limits_tighter"),
        ({"rye": {"goods": {"products": ["Rye", "Spelt"]}}}, {}, "specials.rye.goods.products", "applies_to_more", "applies_to_less"),
        ({}, {"pair": {"buy": 3}}, "specials.pair.buy", "easier_to_reach", "harder_to_reach"),
        ({}, {"cake": {"amount": "2.00"}}, "rewards.cake.amount", "gives_more", "gives_less"),
        ({}, {"mug": {"price": None}}, "rewards.mug.price.units", "can_be_had", "can_not_be_had"),
        ({}, {"mug": {"stock": 10}}, "rewards.mug.stock", "limits_wider", "limits_tighter"),
        ({}, {"mug": {"valid_days": 30}}, "rewards.mug.valid_days", "lives_longer", "ends_sooner"),
        ({}, {"joining": "by_request"}, "joining", "easier_to_join", "harder_to_join"),
        ({}, {"hold_minutes": 10}, "hold_minutes", "holds_longer", "holds_shorter"),
        ({}, {"grace_days": 10}, "grace_days", "lives_longer", "ends_sooner"),
        ({}, {"late_days_max": 3}, "late_days_max", "late_days_more", "late_days_fewer"),
        ({}, {"notice_days": 10}, "notice_days", "notice_longer", "notice_shorter"),
        ({}, {"stacking": {"cap_percent": 50}}, "stacking.cap_percent", "limits_wider", "limits_tighter"),
        ({}, {"never_earn": {"categories": ["Gift"]}}, "never_earn.categories", "applies_to_more", "applies_to_less"),
        ({}, {"specials": [PAIR]}, "specials.rye", "added", "removed"),
        ({}, {"earning": [BASE]}, "earning.counts", "added", "removed"),
    ],
)  # fmt: skip
def test_what_is_better_one_way_is_worse_the_other(good: Any, bad: Any, place: str, better: str, worse: str) -> None:
    assert (place, "worse", worse) in judged(changed(**good), changed(**bad))
    assert (place, "better", better) in judged(changed(**bad), changed(**good))


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"name": "Crumbs and more"}, "name", "words"),
        ({"description": "For our regulars"}, "description", "words"),
        ({"cake": {"name": "Piece of cake"}}, "rewards.cake.name", "words"),
        ({"mug": {"cost": "2.00"}}, "rewards.mug.cost", "for_the_books"),
        ({"points": {"cost": "0.01"}}, "units.points.cost", "for_the_books"),
        ({"adjustment_units_max": 100}, "adjustment_units_max", "for_the_books"),
        ({"gold": {"keep_units": 300}}, "ladder.tiers.gold.keep_units", "same"),
    ],
)
def test_words_and_what_only_the_firm_sees_are_neutral(changes: Any, place: str, code: str) -> None:
    found = judged(changed(), changed(**changes))
    assert found == [(place, "neutral", code)]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"mug": {"name": "Sticker"}}, "rewards.mug.name"),  # of a gift the name is all there is
        ({"pair": {"goods": {"categories": ["Rolls", "Mints"]}}}, "specials.pair.goods.categories"),  # the free one may be cheaper
        ({"rye": {"goods": {"products": ["Spelt"]}}}, "specials.rye.goods.products"),
        ({"tenth": {"where": {"tiers": ["gold"]}}, "silver": {}}, "discounts.tenth.where.tiers"),
        ({"tenth": {"priority": 5}}, "discounts.tenth.priority"),
        ({"tenth": {"stacking": "exclusive"}}, "discounts.tenth.stacking"),
        ({"ladder": {"window": "calendar_year"}}, "ladder.window"),
        ({"coffee": {"stamps_per": "visit"}}, "cards.coffee.stamps_per"),
        ({"coffee": {"reward": {"code": "mug", "count": 5}}}, "cards.coffee.reward.code"),
        ({"tenth": {"period": {"from_time": "20:00", "until_time": "02:00"}}}, "discounts.tenth.period.until_time"),
        ({"base": {"per": "visit", "per_amount": None}}, "earning.base.per"),
    ],
)
def test_what_is_mixed_or_not_known_counts_as_worse(changes: Any, place: str) -> None:
    found = judged_changes(changed(), changed(**changes), begins_at=BEGINS)
    assert worst(found) == "worse"
    assert {".".join(one.change.place): one.bearing for one in found}[place] == "worse"


def test_an_offer_that_is_over_by_then_may_go() -> None:
    past = TENTH | {"period": {"until_on": "2026-06-14"}}
    assert judged(changed(discounts=[past]), changed(discounts=[])) == [("discounts.tenth", "neutral", "over")]
    last_day = TENTH | {"period": {"until_on": "2026-06-15"}}
    assert judged(changed(discounts=[last_day]), changed(discounts=[])) == [("discounts.tenth", "worse", "removed")]


@pytest.mark.parametrize(
    ("tier", "tenth", "bearing"),
    [
        ({"earning": 3}, {}, "better"),
        ({"earning": 1}, {}, "worse"),
        ({"earning": 3}, {"where": {"tiers": ["gold"]}}, "worse"),
        ({"earning": 3}, {"where": {"tiers": ["gold", "top"]}}, "better"),
    ],
    ids=["richer", "earns less than the tier below", "loses the offer of the tier below", "has it too"],
)
def test_a_new_tier_is_better_only_when_nobody_loses_by_rising(tier: Any, tenth: Any, bearing: str) -> None:
    tiers = [SILVER, GOLD, {"code": "top", "name": "Top", "from_units": 900} | tier]
    before = changed(tenth={"where": {"tiers": ["gold"]}} if tenth else {})
    found = judged_changes(before, changed(ladder={"tiers": tiers}, tenth=tenth), begins_at=BEGINS)
    assert {one.change.place: one.bearing for one in found}[("ladder", "tiers", "top")] == bearing


def test_one_more_offer_is_not_better_where_offers_push_each_other_out() -> None:
    crowded = {"stacking": {"max_offers": 3}}
    more = [RYE, PAIR, {"code": "salt", "name": "Salt", "unit_price": "1.00"}]
    assert judged(changed(**crowded), changed(**crowded, specials=more)) == [("specials.salt", "worse", "changed")]


def test_the_order_in_which_rules_stand_and_how_figures_are_written_change_nothing() -> None:
    other = changed(specials=[PAIR, RYE], rewards=[CAKE | {"amount": "3"}, MUG])
    assert judged(changed(), other) == []


def test_every_value_of_every_rule_has_been_thought_about() -> None:
    mixed = {"code", "unit", "kind", "scale", "per", "stamps_per", "priority", "stacking", "currency", "window", "tiers"}
    sections = {name: type(getattr(changed(), name)[0]) for name in SECTIONS}
    unknown = {f"{name}.{one}" for name, part in sections.items() for one in part.model_fields if one not in {*SECTIONS[name], *mixed}}
    unknown |= {f"tier.{one}" for one in Tier.model_fields if one not in {*TIER, *mixed}}
    assert unknown == set()
    assert set(Ladder.model_fields) - mixed == {"window_months", "guarantee_months", "notice_days"}


@pytest.mark.parametrize(
    ("published", "earliest", "day"),
    [
        ("2026-04-01T00:00", "2026-05-01T00:00", date(2026, 5, 1)),
        ("2026-04-01T09:30", "2026-05-01T09:30", date(2026, 5, 2)),
        ("2026-03-01T00:00", "2026-03-31T00:00", date(2026, 3, 31)),  # the clock change in between costs nobody an hour
    ],
)
def test_50_notice_is_counted_in_days_on_the_wall(published: str, earliest: str, day: date) -> None:
    at, wanted = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (published, earliest))
    assert notice_ends(at, 30, BERLIN) == wanted
    assert first_day_after(wanted, BERLIN) == day
