"""Programs to begin with: whole documents, made from the few figures that an owner has in mind.

Each gives the JSON of a document that `read_program` accepts; everything in it can be changed afterwards. Amounts are whole units of the
currency, written as text ("2.50"). Names are given in, so that they stand in the owner's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

POINTS, QUALIFYING = "points", "steps"


def punch_card(*, code: str, name: str, currency: str, zone: str, card: str, reward: str, category: str, target: int = 10) -> str:
    """So many paid items of a category, and the next one is free. One card after the other; surplus is carried over."""
    stamped = {
        "code": "card",
        "name": card,
        "goods": {"categories": [category]},
        "target": target,
        "expiry": {"kind": "activity", "months": 12},
        "reward": {"code": "free-item"},
    }
    free = {"code": "free-item", "name": reward, "kind": "goods", "goods": {"categories": [category]}, "valid_days": 365}
    return _written(code, name, currency, zone, {"cards": [stamped], "rewards": [free]})


def points_with_tiers(
    *,
    code: str,
    name: str,
    currency: str,
    zone: str,
    words: Mapping[str, str],
    points: str = "1",
    per_amount: str = "1",
    worth: str = "0.01",
    silver_from: int = 250,
    gold_from: int = 1000,
) -> str:
    """Points for money spent, which pay later, and two tiers that earn faster. `words` names points, steps, base, qualifying, silver, gold.

    Tiers look at a unit of their own that nobody can spend: who spends points keeps the tier.
    """
    units = [
        {
            "code": POINTS,
            "name": words["points"],
            "worth": worth,
            "cost": worth,
            "expected_use_percent": "80",
            "expiry": {"kind": "activity", "months": 24},
        },
        {"code": QUALIFYING, "name": words["steps"], "kind": "qualifying"},
    ]
    earning = [
        {"code": "base", "name": words["base"], "unit": POINTS, "points": points, "per_amount": per_amount},
        {"code": "qualifying", "name": words["qualifying"], "unit": QUALIFYING, "points": "1", "per_amount": "1"},
    ]
    tiers = [
        {"code": "silver", "name": words["silver"], "from_units": silver_from, "earning": "1.25"},
        {"code": "gold", "name": words["gold"], "from_units": gold_from, "earning": "1.5"},
    ]
    return _written(code, name, currency, zone, {"units": units, "earning": earning, "ladder": {"currency": QUALIFYING, "tiers": tiers}})


def nth_purchase_discount(*, code: str, name: str, currency: str, zone: str, discount: str, every: int = 10, percent: str = "20") -> str:
    """Every tenth purchase costs less, by itself, at the till."""
    offer = {"code": "nth", "name": discount, "every": every, "percent": percent}
    return _written(code, name, currency, zone, {"discounts": [offer]})


def members_week(
    *, code: str, name: str, currency: str, zone: str, special: str, from_on: date, until_on: date, percent: str = "10", per_member: int = 5
) -> str:
    """Something off everything, for members only, on some days (both inclusive), and for so many units a member."""
    period = {"from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
    offer = {"code": "week", "name": special, "period": period, "percent": percent, "limit": per_member}
    return _written(code, name, currency, zone, {"joining": "by_request", "specials": [offer]})


def _written(code: str, name: str, currency: str, zone: str, sections: Mapping[str, Any]) -> str:
    return json.dumps({"code": code, "name": name, "currency": currency, "zone": zone, **sections}, ensure_ascii=False, indent=2)
