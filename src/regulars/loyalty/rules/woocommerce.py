"""WooCommerce's orders (REST API v3, as its webhooks send them).

Amounts are decimal texts: a line's `total` is net of coupons and without tax, `total_tax` its tax, the order's `total` what was paid, shipping
and tax included. Instants named `…_gmt` are UTC without offset. `refunds` lists every refund with its id and a total below zero.
Source: WooCommerce REST API documentation, "Orders" and "Webhooks".
"""

from __future__ import annotations

import re
from datetime import datetime

from regulars.loyalty.rules.shop_orders import (
    Ignored,
    Node,
    Position,
    ShopBuyer,
    ShopFault,
    ShopOrder,
    ShopReturn,
    lines_paid,
    minor_of,
    number_of,
    payload_in,
)

ORDERS = frozenset({"order.created", "order.updated", "order.restored"})
PAID = frozenset({"processing", "completed", "refunded"})
VOID = frozenset({"cancelled", "failed", "refunded", "trash"})
PING = re.compile(rb"webhook_id=[0-9]{1,20}")


def is_ping(body: bytes) -> bool:
    """What WooCommerce sends, without a signature, to see whether somebody answers."""
    return PING.fullmatch(body) is not None


def order_in(body: bytes, topic: str) -> ShopOrder | ShopReturn | Ignored:
    """What a delivery tells. Deleting an order in the shop is tidying up, no refund: its points stay. Raises ShopFault."""
    payload = payload_in(body)
    if topic == "order.deleted":
        return Ignored("deleted", payload.text("id", 40))
    return _order(payload) if topic in ORDERS else Ignored("topic")


def _order(payload: Node) -> ShopOrder:
    currency = payload.currency("currency")
    status, paid_at = payload.needed("status", 40), payload.instant("date_paid_gmt", utc=True)
    at = paid_at or payload.instant("date_created_gmt", utc=True)
    if at is None:
        raise ShopFault("missing", "date_created_gmt")
    ref, total = payload.needed("id", 40), payload.amount("total", currency)
    if total < 0:
        raise ShopFault("amount_refused", "total")
    return ShopOrder(
        ref=ref,
        number=number_of(ref, payload.text("number")),
        # Shops add states of their own ("shipped"): then the instant of payment says that there was one.
        was_paid=status in PAID or paid_at is not None,
        is_void=status in VOID,
        at=at,
        currency=currency,
        amount_minor=total,
        buyer=_buyer(payload),
        lines=lines_paid(total, _positions(payload), currency),
        returns=_returns(payload, ref, currency, at),
    )


def _positions(payload: Node) -> list[Position]:
    goods = [
        Position.of(one, paid=one.number("total") + one.number("total_tax"), quantity_milli=one.milli("quantity"))
        for one in payload.nodes("line_items")
    ]
    shipping = [_extra(one, "shipping") for one in payload.nodes("shipping_lines")]
    return goods + shipping + [_extra(one, "fee") for one in payload.nodes("fee_lines")]


def _extra(node: Node, what: str) -> Position:
    paid = node.number("total") + node.number("total_tax")
    return Position(ref=f"{what}:{node.text('id', 30)}", product=what, category=what, paid=paid)


def _buyer(payload: Node) -> ShopBuyer:
    number, billing = payload.text("customer_id", 40), payload.node("billing")
    return ShopBuyer(
        number="" if number == "0" else number,
        email=billing.text("email", 320),
        given_name=billing.text("first_name", 100),
        family_name=billing.text("last_name", 100),
    )


def _returns(payload: Node, ref: str, currency: str, at: datetime) -> tuple[ShopReturn, ...]:
    """WooCommerce doesn't say when it paid back: at the order's last change, at the latest."""
    changed = payload.instant("date_modified_gmt", utc=True) or at
    found = []
    for one in payload.nodes("refunds"):
        amount = minor_of(abs(one.number("total")), currency, f"{one.place}/total")
        if amount:
            found.append(ShopReturn(ref=one.needed("id", 40), order_ref=ref, at=changed, currency=currency, amount_minor=amount))
    return tuple(sorted(found, key=lambda one: (len(one.ref), one.ref)))
