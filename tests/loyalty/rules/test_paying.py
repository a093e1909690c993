"""Paying with points: a price list, and money that always adds up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.paying import piece_of, shares_paid, worth_of
from regulars.loyalty.rules.receipts import ReceiptLine
from regulars.loyalty.rules.units import Unit

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("worth", "scale", "units", "decimals", "minor"),
    [
        ("0.10", 0, 80, 2, 800),
        ("0.005", 0, 3, 2, 1),
        ("0.005", 0, 1, 2, 0),
        ("1", 2, 150, 2, 150),
        ("0.10", 2, 1, 2, 0),
        ("1", 0, 7, 0, 7),
        ("0.5", 4, 30_000, 3, 1500),
        (None, 0, 80, 2, 0),
    ],
)
def test_points_pay_what_they_are_worth_rounded_down(worth: str | None, scale: int, units: int, decimals: int, minor: int) -> None:
    unit = Unit.model_validate({"code": "points", "name": "Points", "scale": scale, "worth": worth})
    assert worth_of(unit, units, decimals=decimals) == minor


@pytest.mark.parametrize(
    ("worth", "amounts", "shares"),
    [
        (800, [3000, 2000], [480, 320]),
        (1, [50, 50], [1, 0]),
        (10, [33, 33, 34], [3, 3, 4]),
        (100, [300, -50], [100, 0]),
        (0, [0, 0], [0, 0]),
    ],
    ids=["7", "a tie goes to the earlier line", "largest remainder", "a till's own discount takes no part", "nothing"],
)
def test_what_points_pay_is_spread_over_the_lines(worth: int, amounts: list[int], shares: list[int]) -> None:
    assert shares_paid(worth, amounts) == shares


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(0, 100))
def test_shares_add_up_and_no_line_is_paid_twice(amounts: list[int], percent: int) -> None:
    worth = sum(amounts) * percent // 100
    shares = shares_paid(worth, amounts)
    assert sum(shares) == worth
    assert all(0 <= share <= amount for share, amount in zip(shares, amounts, strict=True))


@given(st.integers(0, 10**6), st.lists(st.integers(1, 5000), min_size=1, max_size=10))
def test_pieces_of_a_line_add_up_to_it(amount: int, pieces: list[int]) -> None:
    left = ReceiptLine(amount_minor=amount, product="roll", quantity_milli=sum(pieces))
    paid = 0
    for milli in pieces:
        piece = piece_of(left, milli)
        assert piece is not None
        paid += piece.amount_minor
        left = ReceiptLine(amount_minor=left.amount_minor - piece.amount_minor, product="roll", quantity_milli=left.quantity_milli - milli)
    assert paid == amount
    assert piece_of(left, None) is None


@pytest.mark.parametrize("milli", [0, -1, 1001])
def test_no_more_of_a_line_than_is_left(milli: int) -> None:
    assert piece_of(ReceiptLine(amount_minor=100, quantity_milli=1000), milli) is None


@pytest.mark.parametrize(("milli", "amount"), [(500, 166), (1000, 333), (2999, 999)])
def test_a_piece_is_its_part_of_the_money_rounded_down_and_the_same_goods(milli: int, amount: int) -> None:
    kept = ReceiptLine(amount_minor=1000, product="roll", category="bread", quantity_milli=3000)
    assert piece_of(kept, milli) == ReceiptLine(amount_minor=amount, product="roll", category="bread", quantity_milli=milli)
    assert piece_of(kept, 3000) is kept
