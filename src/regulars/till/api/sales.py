"""Sales at the till: earn and redeem in one, alone or as an offline till's batch, and their refunds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import ValidationError

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.idempotency import Answer, KeyMissing, once
from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.queries import Entry, document_of, shown_units
from regulars.loyalty.services import (
    NotASale,
    Offers,
    Piece,
    PointsPaid,
    Refunded,
    Sold,
    record_sale,
    refund_sale,
)
from regulars.purchases.queries import Purchase, Sale, SaleLine, purchase_of
from regulars.staff.queries import Actor
from regulars.till.api.asking import REFUSALS, caller, visible_branch, written
from regulars.till.api.loyalty import accounts_shown, entries_shown, member, program_named, read_units, seen_hold, smallest
from regulars.till.api.loyalty_shapes import BatchIn, BatchOut, MovedOut, RedeemIn, RefundIn, RefundOut, SaleIn, SaleOut
from regulars.till.api.purchases import AmountRefused, shown
from regulars.till.api.root import NotAsDescribed, api
from regulars.till.api.shapes import Identity, Key, LineIn

TAGS = ["sales"]


class RedeemTwice(Refusal):
    code = "redeem_unclear"

    def __init__(self) -> None:
        sentence = _("Name a hold, or a unit and how many of it.")
        super().__init__(sentence, fields={"redeem": sentence})


class LinesOrAmount(Refusal):
    code = "lines_or_amount"

    def __init__(self) -> None:
        sentence = _("Name lines or an amount, not both.")
        super().__init__(sentence, fields={"amount": sentence})


@api.post("/sales", response={200: SaleOut, 201: SaleOut, **REFUSALS}, url_name="sales", tags=TAGS, summary="Sell: redeem and earn in one")
def new_sale(request: HttpRequest, sale: SaleIn, idempotency_key: Key = None) -> HttpResponse:
    """All of it or nothing. 201 when it was recorded; 200 when the same receipt with the same content stood there already."""
    actor, scope = caller(request)
    at = clock.now()
    return written(request, route="POST /sales", at=at, act=lambda: _sell(scope, actor, sale, at))


@api.post(
    "/sales/batch", response={200: BatchOut, **REFUSALS}, url_name="sales_batch", tags=TAGS, summary="Hand in the sales of an offline till"
)
def new_sales(request: HttpRequest, batch: BatchIn, idempotency_key: Key = None) -> Any:
    """In their order, each on its own: what is refused stops nothing else. Send it again after any fault; receipts count once.

    Points that were spent twice while tills were offline are refused, or owed and disputed where the program says `offline_overspend: debt`."""
    actor, scope = caller(request)
    at = clock.now()
    if not idempotency_key or len(idempotency_key) > 200 or not idempotency_key.isprintable():
        raise KeyMissing
    # Each sale commits by itself, under a key of its own: a crash in the middle loses none and doubles none.
    stem = hashlib.sha256(idempotency_key.encode()).hexdigest()
    return {"items": [_answered(scope, actor, one, f"{stem}:{place}", at) for place, one in enumerate(batch.sales)]}


@api.post(
    "/sales/{id}/refunds",
    response={200: RefundOut, 201: RefundOut, **REFUSALS},
    url_name="sale_refunds",
    tags=TAGS,
    summary="Take a sale back, or a part",
)
def new_refund(request: HttpRequest, id: Identity, refund: RefundIn, idempotency_key: Key = None) -> HttpResponse:
    """Says what to pay back in money; points that paid come back, points that were earned go. 200 when the receipt stood there already."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        sale = _sale_seen(scope, id)
        if refund.lines and refund.amount is not None:
            raise LinesOrAmount
        done = refund_sale(
            sale=sale,
            receipt=refund.receipt,
            refunded_at=refund.at or at,
            at=at,
            actor=actor.name,
            branch=visible_branch(scope, refund.branch),
            source=refund.source,
            pieces=[Piece(position=one.line, quantity_milli=_milli(one.quantity)) for one in refund.lines],
            amount_minor=None if refund.amount is None else _minor(refund.amount, sale.currency),
        )
        return 201 if done.made else 200, _refunded(scope, done, at)

    return written(request, route=f"POST /sales/{id}/refunds", at=at, act=act)


def _sell(scope: Scope, actor: Actor, sale: SaleIn, at: datetime, *, offline: bool = False) -> tuple[int, dict[str, Any]]:
    branch = visible_branch(scope, sale.branch)
    customer = member(scope, sale.customer, source=sale.source)
    paid = _paid(scope, sale.redeem, at) if sale.redeem else None
    offers = _offers(sale) if sale.offers else None
    sold = record_sale(
        customer=customer, branch=branch, sale=_sale(sale, at), paid=paid, at=at, actor=actor.name, offers=offers, offline=offline
    )
    return 201 if sold.made else 200, _sold(scope, sold, customer, at)


def _answered(scope: Scope, actor: Actor, raw: dict[str, Any], key: str, at: datetime) -> dict[str, Any]:
    """One sale of a batch: its answer, or the problem with it."""
    receipt = str(raw.get("receipt", ""))[:80]
    try:
        sale = SaleIn.model_validate(raw)
        content = json.dumps(raw, sort_keys=True).encode()
        answer = once(
            credential=actor.name,
            route="POST /sales/batch",
            key=key,
            content=content,
            at=at,
            act=lambda: Answer(*_sell(scope, actor, sale, at, offline=True)),
        )
    except ValidationError as fault:
        fields = {"/" + "/".join(str(part) for part in one["loc"]): str(one["msg"]) for one in fault.errors(include_url=False)}
        problem = NotAsDescribed(_("This sale doesn't have the described shape."), fields=fields)
        return {"receipt": receipt, "status": problem.status, "problem": problem.as_problem()}
    except Refusal as refusal:
        return {"receipt": receipt, "status": refusal.status, "problem": refusal.as_problem()}
    return {"receipt": receipt, "status": answer.status, "problem" if answer.status >= 400 else "sale": answer.body}


def _paid(scope: Scope, redeem: RedeemIn, at: datetime) -> PointsPaid:
    """The payment with points as the service knows it."""
    if redeem.hold:
        if redeem.unit or redeem.program:
            raise RedeemTwice
        hold = seen_hold(scope, redeem.hold)
        units = None if redeem.units is None else read_units(document_of(hold.version).unit(hold.account.unit), redeem.units)
        return PointsPaid(hold=redeem.hold, units=units)
    if not redeem.unit or redeem.units is None:
        raise RedeemTwice
    program = program_named(scope, redeem.program)
    return PointsPaid(program=program, unit=redeem.unit, units=smallest(program, redeem.unit, redeem.units, at))


def _offers(sale: SaleIn) -> Offers:
    wanted = sale.offers
    assert wanted is not None
    expected = None if wanted.expected_total is None else _minor(wanted.expected_total, sale.currency)
    return Offers(quoted_at=wanted.quoted_at, expected_minor=expected)


def sale_lines(lines: Sequence[LineIn], currency: str) -> list[SaleLine]:
    """Lines as they came in. Raises AmountRefused."""
    return [
        SaleLine(
            amount_minor=_minor(line.amount, currency),
            product=line.product,
            category=line.category,
            quantity_milli=int(Decimal(line.quantity) * 1000),
        )
        for line in lines
    ]


def _sale(sale: SaleIn, at: datetime) -> Sale:
    return Sale(
        at=sale.at or at,
        currency=sale.currency,
        amount_minor=_minor(sale.amount, sale.currency),
        source=sale.source,
        receipt=sale.receipt,
        lines=sale_lines(sale.lines, sale.currency),
    )


def _sale_seen(scope: Scope, public_id: str) -> Purchase:
    try:
        return purchase_of(scope=scope, public_id=public_id)
    except NotFound:
        raise NotASale from None


def _minor(amount: str, currency: str) -> int:
    try:
        return minor_units(amount, currency)
    except NotMoney as fault:
        raise AmountRefused(str(fault)) from None


def _milli(quantity: str | None) -> int | None:
    return None if quantity is None else int(Decimal(quantity) * 1000)


def _sold(scope: Scope, sold: Sold, customer: Customer, at: datetime) -> dict[str, Any]:
    return {
        "purchase": shown(sold.purchase),
        "paid_with_points": str(Money(sold.worth_minor, sold.purchase.currency).major),
        "entries": [one.model_dump(mode="json") for one in entries_shown(sold.entries)],
        "accounts": [one.model_dump(mode="json") for one in accounts_shown(customer, at)],
    }


def _refunded(scope: Scope, done: Refunded, at: datetime) -> dict[str, Any]:
    refund = shown(purchase_of(scope=scope, public_id=str(done.refund.public_id))) if done.refund else None
    return RefundOut(
        sale=str(done.sale.public_id),
        refund=refund,
        pay_back=str(Money(done.amount_minor, done.sale.currency).major),
        currency=done.sale.currency,
        clawed=_moved(done.entries, "clawed"),
        restored=_moved(done.entries, "restored"),
        entries=entries_shown(done.entries),
        accounts=accounts_shown(done.sale.customer, at),
    ).model_dump(mode="json")


def _moved(entries: list[Entry], kind: str) -> list[MovedOut]:
    """How much of each unit moved, all its entries together."""
    sums: dict[tuple[str, str], int] = {}
    units = {}
    for entry in entries:
        if entry.kind == kind:
            place = (entry.account.program.code, entry.account.unit)
            sums[place] = sums.get(place, 0) + entry.units
            units[place] = document_of(entry.version).unit(entry.account.unit)
    return [
        MovedOut(program=program, unit=code, units=shown_units(unit, sums[program, code]))
        for (program, code), unit in sorted(units.items(), key=lambda item: item[0])
        if unit is not None
    ]
