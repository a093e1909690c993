"""What web shops send, read without trusting it: orders, refunds, and every way in which they can be wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules import shopify, woocommerce
from regulars.loyalty.rules.shop_orders import Ignored, Position, ShopFault, ShopOrder, ShopReturn, key_of, lines_paid
from regulars.loyalty.rules.signatures import is_signed, signature_of

from tests.loyalty.shop_payloads import (
    sent,
    shopify_line,
    shopify_order,
    shopify_refund,
    woo_line,
    woo_order,
    woo_refund,
)

pytestmark = pytest.mark.pure


def woo(payload: Any, topic: str = "order.updated") -> ShopOrder:
    found = woocommerce.order_in(sent(payload), topic)
    assert isinstance(found, ShopOrder)
    return found


def shopified(payload: Any, topic: str = "orders/paid") -> ShopOrder:
    found = shopify.order_in(sent(payload), topic)
    assert isinstance(found, ShopOrder)
    return found


def goods(order: ShopOrder) -> list[tuple[str, int, int]]:
    return [(one.product, one.quantity_milli, one.amount_minor) for one in order.lines]


def test_an_order_of_woocommerce_is_read_to_the_cent() -> None:
    order = woo(woo_order())
    assert goods(order) == [("RYE-1", 2000, 1000), ("902", 1000, 1000), ("shipping", 1000, 400)]
    assert (order.amount_minor, order.currency, order.number) == (2400, "EUR", "4711")
    assert order.at == datetime(2026, 6, 15, 10, 1, tzinfo=UTC)
    assert (order.buyer.number, order.buyer.email) == ("88", "ada@mail.example")
    assert (order.was_paid, order.is_void) == (True, False)


def test_an_order_of_shopify_is_read_to_the_cent() -> None:
    order = shopified(shopify_order())
    assert goods(order) == [("RYE-1", 2000, 1000), ("702", 1000, 1000), ("shipping", 1000, 400)]
    assert (order.amount_minor, order.currency, order.number, order.ref) == (2400, "EUR", "#1001", "450789469")
    assert order.at == datetime(2026, 6, 15, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "paid_at", "was_paid", "is_void"),
    [
        ("pending", None, False, False),
        ("on-hold", None, False, False),
        ("processing", None, True, False),
        ("completed", "2026-06-15T10:01:00", True, False),
        ("shipped", "2026-06-15T10:01:00", True, False),
        ("cancelled", None, False, True),
        ("cancelled", "2026-06-15T10:01:00", True, True),
        ("failed", None, False, True),
        ("refunded", "2026-06-15T10:01:00", True, True),
    ],
)
def test_whether_woocommerce_was_paid(status: str, paid_at: str | None, was_paid: bool, is_void: bool) -> None:
    order = woo(woo_order(status=status, date_paid_gmt=paid_at))
    assert (order.was_paid, order.is_void) == (was_paid, is_void)


@pytest.mark.parametrize(
    ("status", "cancelled", "was_paid", "is_void"),
    [
        ("pending", None, False, False),
        ("authorized", None, False, False),
        ("partially_paid", None, False, False),
        ("paid", None, True, False),
        ("paid", "2026-06-15T12:30:00+02:00", True, True),
        ("partially_refunded", None, True, False),
        ("refunded", None, True, True),
        ("voided", None, False, True),
    ],
)
def test_whether_shopify_was_paid(status: str, cancelled: str | None, was_paid: bool, is_void: bool) -> None:
    order = shopified(shopify_order(financial_status=status, cancelled_at=cancelled))
    assert (order.was_paid, order.is_void) == (was_paid, is_void)


def test_the_same_state_has_the_same_key_whatever_else_the_shop_changed() -> None:
    first, shipped = woo_order(), woo_order(status="shipped", date_modified_gmt="2026-06-16T08:00:00", customer_note="thanks")
    assert key_of(woo(first)) == key_of(woo(shipped))
    assert key_of(woo(first)) != key_of(woo(woo_order(refunds=[woo_refund(7, "1.00")])))


def test_a_coupon_of_the_whole_cart_is_spread_over_the_lines() -> None:
    """A fee below zero is how many plug-ins give a discount."""
    order = woo(woo_order(total="18.00", fee_lines=[{"id": 9, "name": "Voucher", "total": "-6.00", "total_tax": "0.00"}]))
    assert goods(order) == [("RYE-1", 2000, 750), ("902", 1000, 750), ("shipping", 1000, 300)]


def test_roundings_of_the_shop_stay_within_its_lines() -> None:
    lines = [woo_line(one, "Roll", sku="R", total="0.333", total_tax="0") for one in (1, 2, 3)]
    order = woo(woo_order(total="1.00", line_items=lines, shipping_lines=[]))
    assert [amount for _product, _milli, amount in goods(order)] == [34, 33, 33]


def test_what_no_line_explains_is_a_line_of_unknown_goods() -> None:
    assert goods(woo(woo_order(total="30.00")))[-1] == ("", 1000, 600)


def test_shopify_s_discounts_and_taxes_are_in_the_line() -> None:
    line = shopify_line(1, "Tart", price="10.00", discount_allocations=[{"amount": "2.00"}], tax_lines=[{"price": "0.56"}])
    order = shopified(shopify_order(total="8.56", taxes_included=False, line_items=[line], shipping_lines=[]))
    assert goods(order) == [("701", 1000, 856)]


def test_13_a_gift_card_of_shopify_has_its_own_category() -> None:
    order = shopified(shopify_order(total="50.00", line_items=[shopify_line(1, "Card", price="50.00", gift_card=True)], shipping_lines=[]))
    assert [one.category for one in order.lines] == ["gift card"]


def test_a_refund_of_shopify_is_its_money_and_its_goods() -> None:
    rye = shopify_line(1, "Rye loaf", sku="RYE-1")
    told = shopify.order_in(sent(shopify_refund(31, "5.00", goods=[(rye, 1)])), "refunds/create")
    assert isinstance(told, ShopReturn)
    assert (told.ref, told.order_ref, told.amount_minor, told.goods) == ("31", "450789469", 500, (("RYE-1", 1000),))


def test_goods_taken_back_without_money_ask_for_nothing() -> None:
    told = shopify.order_in(sent(shopify_refund(31, "5.00") | {"transactions": []}), "refunds/create")
    assert told == Ignored("no_money", "450789469")


@pytest.mark.parametrize(
    ("reader", "topic", "reason"),
    [
        (woocommerce, "product.updated", "topic"),
        (woocommerce, "order.deleted", "deleted"),
        (woocommerce, "", "topic"),
        (shopify, "carts/update", "topic"),
        (shopify, "orders/delete", "deleted"),
    ],
)
def test_other_topics_ask_for_nothing(reader: Any, topic: str, reason: str) -> None:
    found = reader.order_in(b'{"id": 5}', topic)
    assert isinstance(found, Ignored)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"id": None}, "missing", "id"),
        ({"id": True}, "not_a_text", "id"),
        ({"status": ["paid"]}, "not_a_text", "status"),
        ({"currency": "EURO"}, "not_a_text", "currency"),
        ({"currency": "ZZZ"}, "unknown_currency", "currency"),
        ({"total": ""}, "missing", "total"),
        ({"total": "1e3"}, "not_a_number", "total"),
        ({"total": "NaN"}, "not_a_number", "total"),
        ({"total": True}, "not_a_number", "total"),
        ({"total": "-1.00"}, "amount_refused", "total"),
        ({"total": "1.005"}, "amount_refused", "total"),
        ({"total": "9" * 15}, "amount_refused", "total"),
        ({"total": "9" * 40}, "not_a_number", "total"),
        ({"date_paid_gmt": "yesterday"}, "not_an_instant", "date_paid_gmt"),
        ({"date_paid_gmt": None, "date_created_gmt": None}, "missing", "date_created_gmt"),
        ({"line_items": {"id": 1}}, "not_a_list", "line_items"),
        ({"line_items": [7]}, "not_a_list", "line_items"),
        ({"line_items": [woo_line(1, "x")] * 1001}, "too_many", "line_items"),
        ({"line_items": [woo_line(1, "x", total="ten")]}, "not_a_number", "line_items/0/total"),
        ({"line_items": [woo_line(1, "x", quantity=-1)]}, "not_a_number", "line_items/0/quantity"),
        ({"billing": "Ada"}, "unreadable", "billing"),
        ({"refunds": [{"id": None, "total": "-1.00"}]}, "missing", "refunds/0/id"),
        ({"refunds": [{"id": 4, "total": "-1.001"}]}, "amount_refused", "refunds/0/total"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(changes: dict[str, Any], code: str, place: str) -> None:
    with pytest.raises(ShopFault) as fault:
        woo(woo_order(**changes))
    assert (fault.value.code, fault.value.place) == (code, place)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"order"', b"{", b"\xff\xfe{}", b'{"id": NaN}', b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b"webhook_id=4"]
)
@pytest.mark.parametrize("reader", [woocommerce, shopify])
def test_what_is_no_object_is_unreadable(reader: Any, body: bytes) -> None:
    with pytest.raises(ShopFault) as fault:
        reader.order_in(body, "order.created")
    assert fault.value.code == "unreadable"


def test_what_cannot_be_printed_or_kept_becomes_a_space() -> None:
    order = woo(woo_order(billing={"email": "ada@mail.example", "first_name": "A\x00\ud800da"}))
    assert order.buyer.given_name == "A  da"
    assert ShopOrder.model_validate(order.model_dump(mode="json")) == order


@pytest.mark.parametrize("name", ["sku", "variation_id", "product_id", "name"])
def test_goods_go_by_their_most_exact_name(name: str) -> None:
    ways = {"sku": "RYE-1", "variation_id": 33, "product_id": 901, "name": "Rye loaf"}
    names = list(ways)
    given_names = dict.fromkeys(names[: names.index(name)], "") | {one: ways[one] for one in names[names.index(name) :]}
    order = woo(woo_order(total="10.00", line_items=[woo_line(1, "") | given_names], shipping_lines=[]))
    assert order.lines[0].product == str(ways[name])


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(changes=st.dictionaries(st.sampled_from(sorted(woo_order())), JSON, max_size=4))
def test_nothing_that_woocommerce_could_send_breaks_the_reader(changes: dict[str, Any]) -> None:
    _survives(woocommerce, woo_order(**changes), "order.updated")


@given(changes=st.dictionaries(st.sampled_from(sorted(shopify_order())), JSON, max_size=4))
def test_nothing_that_shopify_could_send_breaks_the_reader(changes: dict[str, Any]) -> None:
    _survives(shopify, shopify_order(**changes), "orders/updated")
    _survives(shopify, shopify_refund(1, "1.00") | changes, "refunds/create")


def _survives(reader: Any, payload: dict[str, Any], topic: str) -> None:
    try:
        found = reader.order_in(sent(payload), topic)
    except ShopFault:
        return
    if isinstance(found, ShopOrder):
        assert sum(one.amount_minor for one in found.lines) == found.amount_minor or not found.lines
        assert all(one.amount_minor >= 0 for one in found.lines)
        assert ShopOrder.model_validate(found.model_dump(mode="json")) == found


@given(
    total=st.integers(0, 10**6),
    paid=st.lists(st.fractions(min_value=-50, max_value=500, max_denominator=1000), max_size=12),
)
def test_lines_always_add_up_to_what_was_paid(total: int, paid: list[Fraction]) -> None:
    lines = lines_paid(total, [Position(ref=str(place), product="x", paid=one) for place, one in enumerate(paid)], "EUR")
    assert sum(one.amount_minor for one in lines) == total or not lines
    assert all(one.amount_minor >= 0 for one in lines)


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40), other=st.binary(max_size=200))
def test_a_signature_fits_one_body_and_one_secret(body: bytes, secret: str, other: bytes) -> None:
    signature = signature_of(body, secret)
    assert is_signed(body, signature, ["another", secret])
    assert is_signed(other, signature, [secret]) == (other == body)
    assert not is_signed(body, signature, [secret + "x"])


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed(b"{}", signature_of(b"{}", ""), [""])
