"""An offer's document says one thing, or is refused with a code."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.loyalty.rules.offering import discount, special

pytestmark = pytest.mark.pure

WELL_FORMED = [
    ("tenth purchase", discount, {"every": 10, "percent": "50"}),
    ("after five in a month", discount, {"after_purchases": 5, "window_days": 30, "amount": "3.00"}),
    ("after 100 spent, once", discount, {"after_spend": "100", "starts_anew": True, "percent": "10"}),
    ("price", special, {"unit_price": "2.00", "limit": 2}),
    ("off each", special, {"unit_amount": "0.50"}),
    ("percent", special, {"percent": "20", "stacking": "best"}),
    ("amount", special, {"amount": "15.00", "stacking": "exclusive", "min_order": "50", "cap_percent": "30"}),
    ("buy 2 get 1", special, {"buy": 2, "free": 1}),
]
REFUSED = [
    ("percent with amount", special, {"percent": "20", "amount": "2"}, "not_exactly_one"),
    ("gives nothing", special, {}, "not_exactly_one"),
    ("discount gives nothing", discount, {"every": 10}, "not_exactly_one"),
    ("discount gives twice", discount, {"every": 10, "percent": "5", "amount": "1"}, "not_exactly_one"),
    ("not earned at all", discount, {"percent": "10"}, "not_exactly_one"),
    ("earned in two ways", discount, {"every": 10, "after_spend": "5", "percent": "10"}, "not_exactly_one"),
    ("free for nothing", special, {"free": 1}, "buy_without_free"),
    ("buy and nothing free", special, {"buy": 2}, "buy_without_free"),
    ("limit zero", special, {"percent": "20", "limit": 0}, "greater_than_equal"),
    ("limit yes", special, {"percent": "20", "limit": True}, "int_type"),
    ("half a limit", special, {"percent": "20", "limit": 1.5}, "int_type"),
    ("every single one", discount, {"every": 1, "percent": "10"}, "greater_than_equal"),
    ("more than all", special, {"percent": "101"}, "value_error"),
    ("percent as a float", special, {"percent": 12.5}, "value_error"),
    ("nothing off", special, {"amount": "0"}, "value_error"),
    ("misspelt", special, {"percent": "20", "precent": "30"}, "extra_forbidden"),
    ("fourth way to stack", special, {"percent": "20", "stacking": "never"}, "literal_error"),
    ("bad code", special, {"percent": "20", "code": "Müller"}, "string_pattern_mismatch"),
]


@pytest.mark.parametrize(("kind", "parts"), [row[1:] for row in WELL_FORMED], ids=[row[0] for row in WELL_FORMED])
def test_a_well_formed_offer_is_read(kind: Any, parts: dict[str, Any]) -> None:
    assert kind("a", **parts).code == "a"


@pytest.mark.parametrize(("kind", "parts", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_an_offer_that_says_two_things_or_none_is_refused(kind: Any, parts: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kind(**{"code": "a"} | parts)
    assert [one["type"] for one in refused.value.errors()] == [code]


@pytest.mark.parametrize(
    ("parts", "anew"), [({"every": 10}, True), ({"after_purchases": 3}, False), ({"after_spend": "9", "starts_anew": True}, True)]
)
def test_what_is_given_every_nth_time_counts_since_it_was_given(parts: dict[str, Any], anew: bool) -> None:
    assert discount(percent="10", **parts).counts_since_given is anew
