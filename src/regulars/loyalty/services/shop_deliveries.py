"""What web shops tell: each state of an order once, in whatever order it comes; nothing that was told is lost (case 12).

The row of the delivery and what it does to the books commit together. A refusal is kept with its reason and can be tried again; a fault of the
database is none: it leaves nothing behind, and the shop is told to come again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.loyalty.models import DeliveryState, Shop, ShopDelivery
from regulars.loyalty.queries.shops import waiting_of_order, waiting_since
from regulars.loyalty.rules import shopify, woocommerce
from regulars.loyalty.rules.shop_orders import Ignored, ShopFault, ShopOrder, ShopReturn, key_of
from regulars.loyalty.services.shop_orders import Outcome, take_order, take_return

READERS = {"woocommerce": woocommerce.order_in, "shopify": shopify.order_in}
KINDS: dict[str, type[ShopOrder | ShopReturn]] = {"order": ShopOrder, "return": ShopReturn}
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A delivery as it came in: the bytes, the topic, the shop's number of the delivery and the domain that it says it comes from."""

    body: bytes
    topic: str
    delivery: str = ""
    domain: str = ""


@dataclass(frozen=True, kw_only=True)
class _Read:
    key: str
    outcome: Outcome | None = None
    content: dict[str, Any] = field(default_factory=dict)
    order_ref: str = ""
    order_number: str = ""


def take_delivery(*, shop: Shop, told: Told, at: datetime) -> ShopDelivery:
    """Take what a shop told whose signature was checked. The same state again changes nothing; what was open is tried again.

    Gives the delivery with its state and reason; raises nothing that a shop could mend by repeating.
    """
    read = _read(shop, told)
    with transaction.atomic():
        row, made = ShopDelivery.objects.select_for_update().get_or_create(
            shop=shop,
            key=read.key,
            defaults={
                "delivery": _line(told.delivery, 80),
                "topic": _line(told.topic, 60),
                "order_ref": read.order_ref,
                "order_number": read.order_number,
                "content": read.content,
                "state": DeliveryState.WAITING,
                "received_at": at,
                "last_at": at,
            },
        )
        if not made:
            row.times, row.last_at = row.times + 1, at
            row.content = read.content if row.state in (DeliveryState.WAITING, DeliveryState.REFUSED) else row.content
        if made and read.outcome:
            _settle(row, read.outcome)
        elif made or row.content:
            _take(row, at)
        row.save()
    return row


def retry_delivery(*, delivery: ShopDelivery, at: datetime) -> ShopDelivery:
    """Try again what waits or was refused; what is settled stays as it is."""
    with transaction.atomic():
        row = ShopDelivery.objects.select_for_update(of=("self",)).select_related("shop__branch").get(pk=delivery.pk)
        if row.content:
            _take(row, at)
            row.save()
    return row


def retry_waiting(*, at: datetime) -> int:
    """Try again whatever waits for a buyer or an order, each in a transaction of its own. Gives how many found what they waited for."""
    settled = 0
    for number in waiting_since(since=at - KEPT_FOR):
        row = retry_delivery(delivery=ShopDelivery(pk=number), at=at)
        settled += row.state != DeliveryState.WAITING
    return settled


def give_up_deliveries(*, at: datetime) -> int:
    """What nobody could use for a month is let go: the row stays with its reason, what it said of a person goes. Gives how many."""
    rows = ShopDelivery.objects.filter(state__in=[DeliveryState.WAITING, DeliveryState.REFUSED], received_at__lt=at - KEPT_FOR)
    return rows.exclude(content={}).update(content={}, state=DeliveryState.REFUSED)


def clear_deliveries(*, customer_ids: Sequence[int]) -> None:
    """Take away what deliveries say of forgotten customers; that they came stays."""
    ShopDelivery.objects.filter(customer__in=customer_ids).update(content={})


def _read(shop: Shop, told: Told) -> _Read:
    digest = hashlib.sha256(told.topic.encode("utf-8", "replace") + b"\n" + told.body).hexdigest()
    if shop.domain and told.domain and told.domain.strip().lower() != shop.domain:
        return _Read(key=digest, outcome=Outcome(state=DeliveryState.IGNORED, reason="other_shop", detail=_line(told.domain, 200)))
    try:
        found = READERS[shop.kind](told.body, told.topic)
    except ShopFault as fault:
        return _Read(key=digest, outcome=Outcome(state=DeliveryState.REFUSED, reason=fault.code, detail=_line(fault.place, 400)))
    if isinstance(found, Ignored):
        return _Read(key=digest, outcome=Outcome(state=DeliveryState.IGNORED, reason=found.reason), order_ref=found.ref)
    kind = "order" if isinstance(found, ShopOrder) else "return"
    content = {"kind": kind, "told": found.model_dump(mode="json")}
    if isinstance(found, ShopOrder):
        return _Read(key=key_of(found), content=content, order_ref=found.ref, order_number=found.number)
    return _Read(key=key_of(found), content=content, order_ref=found.order_ref)


def _take(row: ShopDelivery, at: datetime) -> None:
    """Do what the content asks for, as far as it isn't done; then whatever waited for this order."""
    told = KINDS[row.content["kind"]].model_validate(row.content["told"])
    had = row.purchase_id
    outcome = take_order(shop=row.shop, order=told, at=at) if isinstance(told, ShopOrder) else take_return(shop=row.shop, told=told, at=at)
    _settle(row, outcome)
    if isinstance(told, ShopOrder) and row.purchase_id and not had:
        # Seen by those that waited: they find their sale by this row.
        row.save()
        for number in waiting_of_order(shop=row.shop, order_ref=row.order_ref):
            if number != row.pk:
                retry_delivery(delivery=ShopDelivery(pk=number), at=at)


def _settle(row: ShopDelivery, outcome: Outcome) -> None:
    row.state, row.reason, row.detail = outcome.state, outcome.reason, outcome.detail[:400]
    row.purchase = outcome.purchase or row.purchase
    row.customer = outcome.customer or row.customer
    if outcome.state in (DeliveryState.TAKEN, DeliveryState.IGNORED):
        row.content = {}


def _line(text: str, most: int) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:most]
