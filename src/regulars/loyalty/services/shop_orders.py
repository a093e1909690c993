"""An order of a web shop in the books: its sale once, each of its refunds once, and nothing kept of it when it is void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.customers.queries import Customer
from regulars.customers.services import ContactPointRefused, ExternalIdTaken, Nameless, NewCustomer, register_customer
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import DeliveryState, Shop
from regulars.loyalty.queries.receipts import receipt_of, returns_of
from regulars.loyalty.queries.shops import buyers_known, refund_told, sale_told
from regulars.loyalty.queries.slips import money_left
from regulars.loyalty.rules.paying import piece_of
from regulars.loyalty.rules.receipts import kept_after
from regulars.loyalty.rules.shop_orders import ShopBuyer, ShopOrder, ShopReturn
from regulars.loyalty.services.returning import AllGivenBack, Piece, refund_sale
from regulars.loyalty.services.selling import record_sale
from regulars.purchases.queries import Purchase, Sale, SaleLine


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a delivery: its state, the reason as a code (a refusal's own among them), and what it led to."""

    state: DeliveryState
    reason: str = ""
    detail: str = ""
    customer: Customer | None = None
    purchase: Purchase | None = None


def take_order(*, shop: Shop, order: ShopOrder, at: datetime) -> Outcome:
    """Bring the books to what an order is now: sold when it was ever paid, its refunds taken back, all of it when it is void.

    What is there already is left alone, so any order of deliveries ends the same. Refusals become the outcome; one of a refund leaves the sale.
    """
    if order.is_test:
        return Outcome(state=DeliveryState.IGNORED, reason="test_order")
    sale = _locked(sale_told(shop=shop, order_ref=order.ref))
    if sale is None and not order.was_paid:
        return Outcome(state=DeliveryState.IGNORED, reason="cancelled_unpaid" if order.is_void else "not_paid")
    if sale is None:
        made = _sold(shop, order, at)
        if made.purchase is None:
            return made
        sale = made.purchase
    outcomes = [_returned(shop, sale, one, at) for one in order.returns]
    if order.is_void:
        outcomes.append(_voided(shop, sale, order, at))
    refused = next((one for one in outcomes if one.state == DeliveryState.REFUSED), None)
    state = refused or _still(shop, sale, order)
    return Outcome(state=state.state, reason=state.reason, detail=state.detail, customer=sale.customer, purchase=sale)


def take_return(*, shop: Shop, told: ShopReturn, at: datetime) -> Outcome:
    """Take one refund back; one whose order isn't there yet waits for it."""
    sale = _locked(sale_told(shop=shop, order_ref=told.order_ref))
    if sale is None:
        return Outcome(state=DeliveryState.WAITING, reason="order_missing")
    done = _returned(shop, sale, told, at)
    return Outcome(state=done.state, reason=done.reason, detail=done.detail, customer=sale.customer, purchase=sale)


def _locked(sale: Purchase | None) -> Purchase | None:
    """The sale, until the end of the transaction ours: two refunds must not reckon with the same rest."""
    if sale:
        Purchase.objects.select_for_update().get(pk=sale.pk)
    return sale


def _sold(shop: Shop, order: ShopOrder, at: datetime) -> Outcome:
    """The sale, recorded; or why it isn't."""
    known: Sequence[Customer] = ()
    buyers: Sequence[Customer] = ()
    try:
        with transaction.atomic():
            buyers = known = buyers_known(shop=shop, buyer=order.buyer)
            if not buyers and shop.enrols:
                buyers = _enrolled(shop, order.buyer, at)
            if len(buyers) != 1:
                return Outcome(state=DeliveryState.WAITING, reason="several_buyers" if buyers else "unknown_buyer")
            sold = record_sale(customer=buyers[0], branch=shop.branch, sale=_sale(shop, order), paid=None, at=at, actor=_actor(shop))
    except Refusal as refusal:
        # Whom the order itself would have registered is not registered: the sale's refusal took that back too.
        return _refused(refusal, known[0] if len(known) == 1 else None)
    return Outcome(state=DeliveryState.TAKEN, purchase=sold.purchase, customer=buyers[0])


def _sale(shop: Shop, order: ShopOrder) -> Sale:
    lines = [
        SaleLine(amount_minor=one.amount_minor, product=one.product, category=one.category, quantity_milli=one.quantity_milli)
        for one in order.lines
    ]
    return Sale(
        at=order.at, currency=order.currency, amount_minor=order.amount_minor, source=shop.source, receipt=order.number, lines=lines
    )


def _enrolled(shop: Shop, buyer: ShopBuyer, at: datetime) -> Sequence[Customer]:
    """The buyer as a new customer; nobody when the shop says too little of them."""
    # One at a time in a shop: two orders of one new buyer must not become two customers.
    Shop.objects.select_for_update().get(pk=shop.pk)
    known = buyers_known(shop=shop, buyer=buyer)
    if known or not (buyer.email or buyer.number):
        return known
    who = NewCustomer(
        given_name=buyer.given_name,
        family_name=buyer.family_name,
        external_ids={shop.source: buyer.number} if buyer.number else {},
        contact_points=[("email", buyer.email)] if buyer.email else [],
    )
    try:
        with transaction.atomic():
            return [register_customer(business_id=shop.business_id, who=who, branch_id=shop.branch_id, at=at, actor=_actor(shop))]
    except (ContactPointRefused, ExternalIdTaken, Nameless):
        return []


def _returned(shop: Shop, sale: Purchase, told: ShopReturn, at: datetime) -> Outcome:
    """One refund, once for its number in the shop."""
    receipt = _refund_receipt(sale, told.ref)
    known = refund_told(shop=shop, sale=sale, receipt=receipt)
    if known and -known.amount_minor != told.amount_minor:
        return Outcome(state=DeliveryState.REFUSED, reason="refund_changed", detail=receipt)
    if known or refund_told(shop=shop, sale=sale, receipt=_refund_receipt(sale, "void")):
        return Outcome(state=DeliveryState.TAKEN)
    if told.currency != sale.currency:
        return Outcome(state=DeliveryState.REFUSED, reason="other_currency", detail=told.currency)
    pieces = _pieces(sale, told)
    try:
        refund_sale(
            sale=sale,
            receipt=receipt,
            refunded_at=told.at,
            at=at,
            actor=_actor(shop),
            pieces=pieces,
            amount_minor=None if pieces else told.amount_minor,
        )
    except Refusal as refusal:
        return _refused(refusal, sale.customer)
    return Outcome(state=DeliveryState.TAKEN)


def _pieces(sale: Purchase, told: ShopReturn) -> list[Piece]:
    """The lines that came back, where what is left of them is worth exactly what was paid back; else none: the money alone counts."""
    kept = kept_after(receipt_of(purchase=sale), returns_of(purchase=sale)).lines
    pieces: list[Piece] = []
    worth = 0
    for product, milli in told.goods:
        taken = {one.position for one in pieces}
        fitting = (place for place, line in enumerate(kept, 1) if line.product == product and place not in taken)
        found = next(((place, piece) for place in fitting if milli and (piece := piece_of(kept[place - 1], milli))), None)
        if found is None:
            return []
        pieces.append(Piece(position=found[0], quantity_milli=milli))
        worth += found[1].amount_minor
    return pieces if worth == told.amount_minor else []


def _voided(shop: Shop, sale: Purchase, order: ShopOrder, at: datetime) -> Outcome:
    """Take back whatever is left of an order that was cancelled or paid back as a whole."""
    if money_left(sale=sale) <= 0:
        return Outcome(state=DeliveryState.TAKEN)
    try:
        refund_sale(sale=sale, receipt=_refund_receipt(sale, "void"), refunded_at=at, at=at, actor=_actor(shop))
    except AllGivenBack:
        return Outcome(state=DeliveryState.TAKEN)
    except Refusal as refusal:
        return _refused(refusal, sale.customer)
    return Outcome(state=DeliveryState.TAKEN)


def _still(shop: Shop, sale: Purchase, order: ShopOrder) -> Outcome:
    """Whether the sale still says what the order says: what the shop changes after it was paid is for a person to judge."""
    if refund_told(shop=shop, sale=sale, receipt=_refund_receipt(sale, "void")) and not order.is_void:
        return Outcome(state=DeliveryState.IGNORED, reason="cancelled_before")
    if (sale.amount_minor, sale.currency) != (order.amount_minor, order.currency):
        return Outcome(state=DeliveryState.REFUSED, reason="order_changed")
    return Outcome(state=DeliveryState.TAKEN)


def _refund_receipt(sale: Purchase, ref: str) -> str:
    return f"{sale.receipt}/{ref}"


def _refused(refusal: Refusal, customer: Customer | None) -> Outcome:
    return Outcome(state=DeliveryState.REFUSED, reason=refusal.code, detail=refusal.sentence, customer=customer)


def _actor(shop: Shop) -> str:
    return f"shop:{shop.pk}"
