"""How many points fit an amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.loyalty.rules.fitting import fitting_units
from regulars.loyalty.rules.paying import worth_of
from regulars.loyalty.rules.units import Unit

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("worth", "scale", "usable", "amount", "fit"),
    [
        ("0.10", 0, 200, 755, 75),
        ("0.10", 0, 20, 755, 20),
        ("0.03", 0, 200, 10, 3),
        ("0.001", 0, 10_000, 10, 100),
        ("0.001", 0, 109, 1000, 100),
        ("0.007", 0, 1000, 10, 15),
        ("1", 2, 268, 150, 150),
        ("0.10", 0, 0, 755, 0),
        ("0.10", 0, 200, 0, 0),
        ("50", 0, 3, 755, 0),
        (None, 0, 200, 755, 0),
    ],
)
def test_as_many_fit_as_pay_and_not_one_more(worth: str | None, scale: int, usable: int, amount: int, fit: int) -> None:
    unit = Unit.model_validate({"code": "points", "name": "Points", "scale": scale} | ({"worth": worth} if worth else {}))
    assert fitting_units(unit, usable, amount, decimals=2) == fit


@given(
    some.decimals("0.0001", "30", places=4),
    some.integers(0, 2),
    some.integers(0, 50_000),
    some.integers(0, 100_000),
    some.sampled_from([0, 2, 3]),
)
def test_they_never_pay_too_much_and_no_fewer_pay_as_much(worth: Decimal, scale: int, usable: int, amount: int, decimals: int) -> None:
    unit = Unit.model_validate({"code": "points", "name": "Points", "scale": scale, "worth": str(worth)})
    units = fitting_units(unit, usable, amount, decimals=decimals)
    paid = worth_of(unit, units, decimals=decimals)
    assert 0 <= units <= usable
    assert paid <= amount
    more = worth_of(unit, units + 1, decimals=decimals)
    assert units == usable or more > amount or more == paid or paid == amount
    assert units == 0 or worth_of(unit, units - 1, decimals=decimals) < paid


@pytest.mark.parametrize(("usable", "amount", "fit"), [(-1, 100, 0), (5, -100, 0), (5, 1, 1), (1, 1, 1)])
def test_debts_pay_nothing_and_a_cent_can_be_paid(usable: int, amount: int, fit: int) -> None:
    unit = Unit.model_validate({"code": "points", "name": "Points", "worth": "0.01"})
    assert fitting_units(unit, usable, amount, decimals=2) == fit
