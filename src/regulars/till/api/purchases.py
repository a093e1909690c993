"""Purchases by API."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer, customer_by_external_id, customer_of
from regulars.customers.services import ExternalIdTaken, NewCustomer, register_customer
from regulars.groundwork.kernel import clock, ids
from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.purchases.queries import Kind, Purchase, Sale, SaleLine, purchase_of, purchases_before
from regulars.purchases.services import record_purchase
from regulars.till.api.asking import REFUSALS, caller, opened, sealed, visible_branch, written
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key, LineOut, PurchaseIn, PurchaseList, PurchaseOut


class AmountRefused(Refusal):
    code = "amount_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(_("This amount can't be taken: %(reason)s.") % {"reason": reason}, fields={"amount": reason})


class CustomerNotFound(NotFound):
    code = "customer_not_found"

    def __init__(self, field: str = "customer") -> None:
        sentence = _("There is no customer with this id.")
        super().__init__(sentence, fields={field: sentence})


@api.get("/purchases", response={200: PurchaseList, **REFUSALS}, url_name="purchases", tags=["purchases"], summary="List purchases")
def list_purchases(
    request: HttpRequest,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
    customer: Annotated[str, Query(max_length=64, description="only this customer's (their id here)")] = "",
) -> dict[str, Any]:
    """Newest first."""
    _actor, scope = caller(request)
    chosen = customer_of(scope=scope, public_id=customer) if customer else None
    page = purchases_before(scope=scope, cursor=opened(cursor), size=size, customer=chosen)
    return {"items": [shown(row) for row in page.rows], "next": sealed(page.next_cursor)}


@api.get("/purchases/{id}", response={200: PurchaseOut, **REFUSALS}, url_name="purchase", tags=["purchases"], summary="One purchase")
def one_purchase(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """With its lines."""
    _actor, scope = caller(request)
    return shown(purchase_of(scope=scope, public_id=id))


@api.post(
    "/purchases",
    response={200: PurchaseOut, 201: PurchaseOut, **REFUSALS},
    url_name="purchases",
    tags=["purchases"],
    summary="Record a sale or refund",
)
def new_purchase(
    request: HttpRequest,
    purchase: PurchaseIn,
    idempotency_key: Key = None,
) -> HttpResponse:
    """201 when it was recorded; 200 when the same receipt with the same content stood there already."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        branch = visible_branch(scope, purchase.branch)
        sale = sale_of(purchase)
        customer = buyer(scope, purchase, branch, actor_name=actor.name)
        recorded = record_purchase(customer=customer, branch=branch, sale=sale, at=at, actor=actor.name)
        row = purchase_of(scope=scope, public_id=str(recorded.purchase.public_id))
        return 201 if recorded.made else 200, shown(row)

    return written(request, route="POST /purchases", at=at, act=act)


def buyer(scope: Scope, purchase: PurchaseIn, branch: Branch | None, *, actor_name: str) -> Customer:
    """The customer by id here or external id; registered when unknown and wished so."""
    known = customer_known(scope, purchase.customer, source=purchase.source)
    if known:
        return known
    if not purchase.create_customer:
        raise CustomerNotFound
    try:
        return register_customer(
            business_id=scope.business_id,
            who=NewCustomer(external_ids={purchase.source: purchase.customer}),
            branch_id=branch.pk if branch else None,
            at=clock.now(),
            actor=actor_name,
        )
    except ExternalIdTaken:
        # Taken by a customer whom this caller may not see: the answer must not tell.
        raise CustomerNotFound from None


def customer_known(scope: Scope, number: str, *, source: str = "") -> Customer | None:
    """The visible customer with this id here, or this number in the caller's own system or any other. Raises NotFound for unknown ids."""
    if ids.parsed(number):
        return customer_of(scope=scope, public_id=number)
    own = customer_by_external_id(scope=scope, value=number, source=source) if source else None
    return own or customer_by_external_id(scope=scope, value=number)


def sale_of(purchase: PurchaseIn) -> Sale:
    """The request as a sale. Raises AmountRefused for unknown currencies and too many decimals."""
    try:
        lines = [
            SaleLine(
                amount_minor=minor_units(line.amount, purchase.currency),
                product=line.product,
                category=line.category,
                quantity_milli=int(Decimal(line.quantity) * 1000),
            )
            for line in purchase.lines
        ]
        return Sale(
            at=purchase.at,
            currency=purchase.currency,
            amount_minor=minor_units(purchase.amount, purchase.currency),
            kind=Kind(purchase.kind),
            source=purchase.source,
            receipt=purchase.receipt,
            original_receipt=purchase.original,
            lines=lines,
        )
    except NotMoney as fault:
        raise AmountRefused(str(fault)) from None


def shown(row: Purchase) -> dict[str, Any]:
    """A purchase as JSON."""
    return PurchaseOut(
        id=str(row.public_id),
        customer=str(row.customer.public_id),
        at=row.at.astimezone(UTC),
        kind=row.kind,
        amount=str(Money(row.amount_minor, row.currency).major),
        currency=row.currency,
        receipt=row.receipt,
        branch=row.branch.code if row.branch else None,
        source=row.source,
        original=str(row.original.public_id) if row.original else None,
        lines=[
            LineOut(
                product=line.product,
                category=line.category,
                quantity=f"{Decimal(line.quantity_milli) / 1000:f}",
                amount=str(Money(line.amount_minor, row.currency).major),
            )
            for line in row.lines.all()
        ],
    ).model_dump(mode="json")
