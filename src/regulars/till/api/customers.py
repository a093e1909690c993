"""Customers by API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query

from regulars.customers.queries import Customer, CustomerKind, customer_of, customers_after, find_customers, particulars_of, traits_of
from regulars.customers.services import NewCustomer, register_customer
from regulars.groundwork.kernel import clock
from regulars.till.api.asking import REFUSALS, caller, opened, sealed, visible_branch, written
from regulars.till.api.root import api
from regulars.till.api.shapes import CustomerIn, CustomerList, CustomerOut, CustomerWhole, Identity, Key

Size = Annotated[int, Query(ge=1, le=200, description="how many a page")]


@api.get(
    "/customers", response={200: CustomerList, **REFUSALS}, url_name="customers", tags=["customers"], summary="List or search customers"
)
def list_customers(
    request: HttpRequest,
    size: Size = 50,
    cursor: Annotated[str, Query(max_length=600)] = "",
    q: Annotated[str, Query(max_length=200, description="prefixes of name, e-mail, phone, card or id")] = "",
) -> dict[str, Any]:
    """By name; with `q` those whose names, addresses or numbers begin with the given words (one page)."""
    _actor, scope = caller(request)
    if q:
        return {"items": [shown(row) for row in find_customers(scope=scope, text=q, size=size)], "next": None}
    page = customers_after(scope=scope, cursor=opened(cursor), size=size)
    return {"items": [shown(row) for row in page.rows], "next": sealed(page.next_cursor)}


@api.get("/customers/{id}", response={200: CustomerWhole, **REFUSALS}, url_name="customer", tags=["customers"], summary="One customer")
def one_customer(request: HttpRequest, id: Identity) -> dict[str, Any]:
    """With contact points, external ids and published traits."""
    _actor, scope = caller(request)
    return whole(customer_of(scope=scope, public_id=id))


@api.post(
    "/customers",
    response={201: CustomerWhole, **REFUSALS},
    url_name="customers",
    tags=["customers"],
    summary="Register a customer",
)
def new_customer(
    request: HttpRequest,
    who: CustomerIn,
    idempotency_key: Key = None,
) -> HttpResponse:
    """Refused when the external id is taken or nothing is given to find the customer by."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        branch = visible_branch(scope, who.branch)
        row = register_customer(
            business_id=scope.business_id,
            who=NewCustomer(
                kind=CustomerKind(who.kind),
                given_name=who.given_name,
                family_name=who.family_name,
                organisation_name=who.organisation_name,
                language=who.language,
                zone=who.zone,
                external_ids={who.source: who.external_id} if who.external_id else {},
                contact_points=[(point.kind, point.value) for point in who.contact_points],
            ),
            branch_id=branch.pk if branch else None,
            at=at,
            actor=actor.name,
        )
        return 201, whole(row)

    return written(request, route="POST /customers", at=at, act=act)


def shown(row: Customer) -> dict[str, Any]:
    """A customer in a list."""
    return CustomerOut(
        id=str(row.public_id),
        name=row.display_name,
        kind=row.kind,
        given_name=row.given_name,
        family_name=row.family_name,
        organisation_name=row.organisation_name,
        language=row.language,
        zone=row.zone,
        branch=row.home_branch.code if row.home_branch else None,
        prospect=row.prospect,
    ).model_dump(mode="json")


def whole(row: Customer) -> dict[str, Any]:
    """A customer alone."""
    known = particulars_of(customer=row)
    return shown(row) | {
        "contact_points": [{"kind": point.kind, "value": point.value} for point in known.contact_points],
        "external_ids": [{"source": number.source, "value": number.value} for number in known.external_ids],
        "traits": [
            {"name": trait.name, "value": trait.value, "published_at": trait.published_at.isoformat()}
            for trait in traits_of(customer=row).values()
        ],
    }
