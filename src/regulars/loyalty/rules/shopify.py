"""Shopify's orders and refunds (Admin REST resources, as its webhooks send them).

Amounts are decimal texts in the shop's own currency: a line costs `price` × `quantity` less its `discount_allocations`; taxes come on top unless
`taxes_included`. Instants carry an offset. A refund names the lines that came back; the money of it stands in its transactions.
Source: Shopify Admin API, resources Order and Refund; webhook topics.
"""

from __future__ import annotations

from fractions import Fraction

from regulars.loyalty.rules.shop_orders import (
    Ignored,
    Node,
    Position,
    ShopBuyer,
    ShopFault,
    ShopOrder,
    ShopReturn,
    goods_name,
    lines_paid,
    minor_of,
    number_of,
    payload_in,
)

ORDERS = frozenset(
    {"orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/partially_fulfilled"},
)
PAID = frozenset({"paid", "partially_refunded", "refunded"})
VOID = frozenset({"refunded", "voided"})


def order_in(body: bytes, topic: str) -> ShopOrder | ShopReturn | Ignored:
    """What a delivery tells. Raises ShopFault."""
    payload = payload_in(body)
    if topic == "orders/delete":
        return Ignored("deleted", payload.text("id", 40))
    if topic == "refunds/create":
        return _return(payload, payload.needed("order_id", 40), "") or Ignored("no_money", payload.text("order_id", 40))
    return _order(payload) if topic in ORDERS else Ignored("topic")


def _order(payload: Node) -> ShopOrder:
    currency = payload.currency("currency")
    status = payload.needed("financial_status", 40)
    at = payload.instant("processed_at") or payload.instant("created_at")
    if at is None:
        raise ShopFault("missing", "processed_at")
    ref, total = payload.needed("id", 40), payload.amount("total_price", currency)
    if total < 0:
        raise ShopFault("amount_refused", "total_price")
    returns = [_return(one, ref, currency) for one in payload.nodes("refunds")]
    return ShopOrder(
        ref=ref,
        number=number_of(ref, payload.text("name"), payload.text("order_number")),
        was_paid=status in PAID,
        is_void=status in VOID or payload.instant("cancelled_at") is not None,
        is_test=payload.fields.get("test") is True,
        at=at,
        currency=currency,
        amount_minor=total,
        buyer=_buyer(payload),
        lines=lines_paid(total, _positions(payload), currency),
        returns=tuple(sorted((one for one in returns if one), key=lambda one: (one.at, len(one.ref), one.ref))),
    )


def _positions(payload: Node) -> list[Position]:
    taxed = payload.fields.get("taxes_included") is True
    goods = []
    for one in payload.nodes("line_items"):
        milli = one.milli("quantity")
        paid = one.number("price") * Fraction(milli, 1000) - _sum(one, "discount_allocations", "amount")
        paid += 0 if taxed else _sum(one, "tax_lines", "price")
        kind = "gift card" if one.fields.get("gift_card") is True else ""
        goods.append(Position.of(one, paid=paid, quantity_milli=milli, category=kind))
    shipping = []
    for one in payload.nodes("shipping_lines"):
        paid = one.number("price") - _sum(one, "discount_allocations", "amount") + (0 if taxed else _sum(one, "tax_lines", "price"))
        shipping.append(Position(ref=f"shipping:{one.text('id', 30)}", product="shipping", category="shipping", paid=paid))
    return goods + shipping


def _sum(node: Node, name: str, field: str) -> Fraction:
    return sum((one.number(field) for one in node.nodes(name)), Fraction(0))


def _buyer(payload: Node) -> ShopBuyer:
    customer = payload.node("customer")
    return ShopBuyer(
        number=customer.text("id", 40),
        email=customer.text("email", 320) or payload.text("email", 320) or payload.text("contact_email", 320),
        given_name=customer.text("first_name", 100),
        family_name=customer.text("last_name", 100),
    )


def _return(node: Node, order_ref: str, currency: str) -> ShopReturn | None:
    """A refund; None when no money went back (goods taken back into stock alone). `currency` empty: as its transactions say."""
    back = [one for one in node.nodes("transactions") if one.text("kind", 20) == "refund" and one.text("status", 20) == "success"]
    paid = sum((one.number("amount") for one in back), Fraction(0))
    if paid <= 0:
        return None
    currencies = {one.currency("currency") for one in back if one.text("currency")} or {currency}
    if len(currencies) != 1 or (currency and currencies != {currency}):
        raise ShopFault("unknown_currency", f"{node.place}/transactions".lstrip("/"))
    money = currencies.pop()
    if not money:
        raise ShopFault("missing", f"{node.place}/transactions/0/currency".lstrip("/"))
    at = node.instant("processed_at") or node.instant("created_at")
    if at is None:
        raise ShopFault("missing", f"{node.place}/created_at".lstrip("/"))
    goods = [(goods_name(one.node("line_item")), one.milli("quantity")) for one in node.nodes("refund_line_items")]
    return ShopReturn(
        ref=node.needed("id", 40),
        order_ref=order_ref,
        at=at,
        currency=money,
        amount_minor=minor_of(paid, money, f"{node.place}/transactions".lstrip("/")),
        goods=tuple(goods),
    )
