"""Money is whole minor units; what is no amount is refused, never rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.groundwork.kernel.money import MINOR_MAX, Money, NotMoney, digits_of, minor_units

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.40", "EUR", 1240), ("12.4", "EUR", 1240), ("-0.01", "USD", -1), ("500", "JPY", 500), ("1.234", "KWD", 1234), ("0", "HUF", 0)],
)
def test_decimals_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.405", "EUR"),
        ("1.5", "JPY"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e30", "EUR"),
        ("", "EUR"),
        ("twelve", "EUR"),
        ("1", "XYZW"),
        ("1", "QQQ"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(NotMoney):
        minor_units(text, currency)


@given(st.integers(-MINOR_MAX, MINOR_MAX), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_and_decimals_are_the_same_amount(minor: int, currency: str) -> None:
    assert minor_units(Money(minor, currency).major, currency) == minor
    assert digits_of(currency) >= 0


def test_amounts_of_two_currencies_do_not_add_up() -> None:
    with pytest.raises(NotMoney):
        Money(1, "EUR") + Money(1, "USD")


def test_an_amount_is_written_as_the_reader_does() -> None:
    assert Money(1240, "EUR").shown("en") == "€12.40"
    assert Money(1240, "EUR").shown("hu").replace("\xa0", " ") == "12,40 EUR"
