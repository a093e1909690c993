"""The bakery's loyalty program: points with tiers, a coffee card, bread for members; and who of its regulars takes part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from regulars.desk.rules.demo.firm import CURRENCY, ZONE
from regulars.desk.rules.demo.story import DemoCustomer

MEMBERS = 7
VISITS = range(25, 61)


def program(effective_at: str) -> str:
    """The program as its document, in force from an instant."""
    document: dict[str, Any] = {
        "code": "crumbs",
        "name": "Fennel & Rye Crumbs",
        "description": "A crumb for every pound, a coffee on us after ten, and bread that only members get at its price.",
        "currency": CURRENCY,
        "zone": ZONE,
        "effective_at": effective_at,
        "units": [
            {"code": "crumbs", "name": "Crumbs", "worth": "0.02", "cost": "0.01", "expected_use_percent": 80,
             "expiry": {"kind": "activity", "months": 12}},
            {"code": "status", "name": "Status", "kind": "qualifying"},
        ],
        "earning": [
            {"code": "base", "name": "A crumb for every pound", "unit": "crumbs", "points": 1, "per_amount": 1},
            {"code": "early", "name": "Early birds", "unit": "crumbs", "points": 3, "per": "visit",
             "period": {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "from_time": "07:00", "until_time": "08:30"}},
            {"code": "counts", "name": "Counts for tiers", "unit": "status", "points": 1, "per_amount": 1},
        ],
        "ladder": {"currency": "status", "tiers": [
            {"code": "regular", "name": "Regular", "from_units": 100, "keep_units": 80, "earning": "1.5"},
            {"code": "gold", "name": "Gold", "from_units": 300, "keep_units": 240, "earning": 2},
        ]},
        "rewards": [
            {"code": "coffee", "name": "A coffee on us", "kind": "goods", "goods": {"categories": ["Coffee"]}, "cost": "0.70", "valid_days": 90},
            {"code": "bun", "name": "A bun of your choice", "kind": "goods", "goods": {"categories": ["Pastry"]}, "cost": "0.60",
             "price": {"unit": "crumbs", "units": 60}, "per_member_day_max": 2, "valid_days": 30},
            {"code": "tin", "name": "A bread tin", "description": "Enamel, from the potter next door.", "kind": "gift", "cost": "6.50",
             "price": {"unit": "crumbs", "units": 400}, "stock": 25, "per_member_max": 1, "valid_days": 180},
        ],
        "cards": [
            {"code": "coffee-card", "name": "Coffee card", "goods": {"categories": ["Coffee"]}, "target": 10, "per_visit_max": 3,
             "expiry": {"kind": "activity", "months": 12}, "reward": {"code": "coffee"}},
        ],
        "specials": [
            {"code": "members-rye", "name": "Members' rye", "goods": {"products": ["Rye with fennel"]}, "percent": 20, "limit_per_day": 2},
        ],
    }  # fmt: skip
    return json.dumps(document)


def members_of(story: Sequence[DemoCustomer]) -> list[DemoCustomer]:
    """Who took part from the first day: regulars with neither very many nor very few visits, spread over the story."""
    fitting = [one for one in story if len(one.visits) in VISITS]
    step = max(len(fitting) // MEMBERS, 1)
    return fitting[::step][:MEMBERS]
