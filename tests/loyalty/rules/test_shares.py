"""Shares add up, go by largest remainder, and leave nobody below zero (P12)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.shares import rounded, shares_of

pytestmark = pytest.mark.pure

TABLE = [
    ("case 54: 10.00 over 60 and 40", 1000, [6000, 4000], None, [600, 400]),
    ("a tie goes to the earlier line", 1, [100, 100], None, [1, 0]),
    ("two cents over three equal lines", 2, [100, 100, 100], None, [1, 1, 0]),
    ("the largest remainder gets the cent", 10, [1, 1, 2, 3], None, [2, 1, 3, 4]),
    ("nothing to share", 0, [5, 5], None, [0, 0]),
    ("nothing to share with nobody", 0, [], None, []),
    ("a line without weight gets nothing", 7, [0, 7], None, [0, 7]),
    ("exact fractions as weights", 3, [Fraction(1, 3), Fraction(2, 3)], None, [1, 2]),
    ("what doesn't fit goes to the others", 9, [8, 1, 1], [5, 9, 9], [5, 2, 2]),
    ("full is full", 11, [1, 1], [5, 6], [5, 6]),
    ("one after another fills up", 12, [10, 5, 1], [4, 4, 4], [4, 4, 4]),
]


@pytest.mark.parametrize(("total", "weights", "most", "shares"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_an_amount_is_shared_out(total: int, weights: list[int | Fraction], most: list[int] | None, shares: list[int]) -> None:
    assert shares_of(total, weights, most) == shares


@pytest.mark.parametrize(
    ("total", "weights", "most"),
    [(-1, [1], None), (1, [-1, 2], None), (1, [], None), (1, [0, 0], None), (3, [1, 1], [1, 1]), (3, [0, 1], [5, 2])],
)
def test_what_cannot_be_shared_is_refused(total: int, weights: list[int | Fraction], most: list[int] | None) -> None:
    with pytest.raises(ValueError):
        shares_of(total, weights, most)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.fractions(0, 1))
def test_shares_add_up_and_no_line_pays_less_than_nothing(amounts: list[int], part: Fraction) -> None:
    total = int(sum(amounts) * part)
    shares = shares_of(total, list(amounts))
    assert sum(shares) == total
    for share, amount in zip(shares, amounts, strict=True):
        assert 0 <= share <= amount
        assert abs(share - Fraction(total * amount, sum(amounts) or 1)) < 1


@given(st.lists(st.tuples(st.fractions(0, 1000), st.integers(0, 500)), min_size=1, max_size=12), st.fractions(0, 1))
def test_no_share_passes_its_most(lines: list[tuple[Fraction, int]], part: Fraction) -> None:
    weights, most = [weight for weight, _ in lines], [cap for _, cap in lines]
    total = int(sum(cap for weight, cap in lines if weight) * part)
    shares = shares_of(total, list(weights), most)
    assert sum(shares) == total
    assert all(0 <= share <= cap for share, cap in zip(shares, most, strict=True))
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if not weight)


@pytest.mark.parametrize(("value", "whole"), [("1/2", 1), ("3/2", 2), ("149/100", 1), ("0", 0), ("5", 5)])
def test_halves_are_rounded_up(value: str, whole: int) -> None:
    assert rounded(Fraction(value)) == whole


@pytest.mark.parametrize(
    ("total", "weights", "most", "words"),
    [
        (-1, [1], None, "shares are never below zero"),
        (1, [1, -1], None, "shares are never below zero"),
        (1, [0, 0], None, "the total doesn't fit"),
        (3, [1, 1], [1, 1], "the total doesn't fit"),
    ],
)
def test_what_cannot_be_shared_says_why(total: int, weights: list[int], most: list[int] | None, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^{words}$"):
        shares_of(total, weights, most)
