"""What is kept of a receipt after refunds."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from regulars.loyalty.rules.parts import Goods
from regulars.loyalty.rules.receipts import Receipt, ReceiptLine, Return, kept_after, without

pytestmark = pytest.mark.pure


def line(amount: int, product: str = "", category: str = "", milli: int = 1000, **more: Any) -> ReceiptLine:
    return ReceiptLine(amount_minor=amount, product=product, category=category, quantity_milli=milli, **more)


def receipt(*lines: ReceiptLine) -> Receipt:
    return Receipt(lines=lines, currency="EUR", channel="till", branch="market")


def left(found: Receipt) -> list[tuple[int, int]]:
    return [(one.amount_minor, one.quantity_milli) for one in found.lines]


CART = receipt(line(3000, "cake", "sweet"), line(2000, "tart", "sweet", 2000))


def test_what_was_paid_is_the_sum_of_the_lines() -> None:
    assert CART.amount_minor == 5000
    assert receipt().amount_minor == 0


def test_nothing_returned_leaves_all_as_it_was() -> None:
    assert kept_after(CART, []) == CART


@pytest.mark.parametrize(
    ("returned", "kept"),
    [
        (Return(amount_minor=2000, lines=(line(2000, "tart", "sweet", 2000),)), [(3000, 1000), (0, 0)]),
        (Return(amount_minor=1000, lines=(line(1000, "tart", "sweet", 1000),)), [(3000, 1000), (1000, 1000)]),
        (Return(amount_minor=2000, lines=(line(2000, "tart", "bread"),)), [(1800, 1000), (1200, 2000)]),
        (Return(amount_minor=2000, lines=(line(2000, "pie", "sweet"),)), [(1800, 1000), (1200, 2000)]),
        (Return(amount_minor=1000), [(2400, 1000), (1600, 2000)]),
        (Return(amount_minor=5000), [(0, 0), (0, 0)]),
        (Return(amount_minor=9000), [(0, 0), (0, 0)]),
        (Return(amount_minor=2500, lines=(line(2500, "tart", "sweet", 2000),)), [(2500, 1000), (0, 0)]),
        (Return(amount_minor=1500, lines=(line(1000, "tart", "sweet", 1000),)), [(2625, 1000), (875, 1000)]),
    ],
    ids=[
        "54 a line",
        "a part of a line",
        "the same product of another category",
        "goods that were not bought",
        "money alone",
        "all the money",
        "more than all",
        "more for a line than it cost",
        "goods and money",
    ],
)
def test_returns_leave_their_own_lines_first(returned: Return, kept: list[tuple[int, int]]) -> None:
    assert left(kept_after(CART, [returned])) == kept


def test_54_the_other_line_keeps_its_discount() -> None:
    cart = receipt(line(5400, "a"), line(3600, "b"))
    assert left(kept_after(cart, [Return(amount_minor=3600, lines=(line(3600, "b"),))])) == [(5400, 1000), (0, 0)]


def test_goods_on_two_lines_leave_both_in_order() -> None:
    cart = receipt(line(300, "roll", milli=3000), line(200, "roll", milli=2000))
    kept = kept_after(cart, [Return(amount_minor=400, lines=(line(400, "roll", milli=4000),))])
    assert left(kept) == [(0, 0), (100, 1000)]


def test_the_order_of_returns_decides_nothing_about_the_sum() -> None:
    returns = [Return(amount_minor=500), Return(amount_minor=1000, lines=(line(1000, "tart", "sweet", 1000),)), Return(amount_minor=700)]
    assert {kept_after(CART, order).amount_minor for order in permutations(returns)} == {2800}


def test_a_line_without_money_stays_when_money_is_paid_back() -> None:
    cart = receipt(line(0, "gift"), line(100, "roll"))
    assert left(kept_after(cart, [Return(amount_minor=50)])) == [(0, 0), (50, 1000)]


def test_13_what_never_earns_is_marked_and_the_rest_is_not() -> None:
    cart = receipt(line(100, "Gift Card"), line(200, "roll"))
    marked = without(cart, Goods(products=("gift card",)))
    assert [one.excluded for one in marked.lines] == [True, False]
    assert (marked.currency, marked.channel, marked.branch) == ("EUR", "till", "market")
    assert without(cart, None) is cart


def test_several_lines_of_a_return_count_together() -> None:
    returned = Return(amount_minor=2500, lines=(line(1500, "cake", "sweet", 500), line(1000, "tart", "sweet", 1000)))
    assert left(kept_after(CART, [returned])) == [(1500, 500), (1000, 1000)]


def test_a_cent_paid_back_is_a_cent_less() -> None:
    assert left(kept_after(receipt(line(100)), [Return(amount_minor=1)])) == [(99, 1000)]
