"""Strangers who write to us: each becomes one customer, however many of their mails are read at the same moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from regulars.customers.events import CustomerRegistered
from regulars.customers.models import ContactPoint, Customer
from regulars.customers.queries.reaching import customers_at
from regulars.customers.rules.contact_points import NotReachable, normal_form
from regulars.customers.rules.names import shown_name, sorting_name
from regulars.customers.services.comparing import compare_customer
from regulars.customers.services.indexing import index_for_search
from regulars.groundwork.kernel.facts import announce_many
from regulars.groundwork.kernel.turns import take_turns


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody who wrote from an e-mail address for the first time; `at` is when."""

    address: str
    given_name: str
    family_name: str
    branch_id: int | None
    at: datetime


def wait_for_addresses(*, business_id: int, addresses: Collection[str]) -> None:
    """Until the caller's transaction ends, nobody else makes customers of these e-mail addresses (normal form) by `register_newcomers`, nor
    who asks here first. Whether somebody has them is to be looked up afterwards."""
    take_turns(names=[f"newcomer:{business_id}:{one}" for one in addresses])


def register_newcomers(*, business_id: int, newcomers: Sequence[Newcomer], actor: str) -> dict[str, Customer]:
    """Register those whose address nobody has by now; returns them by their address as given. Joins the caller's transaction.

    Of two with one address the first counts; an address that nobody could be reached at is left out. A hundred cost few more statements
    than two.
    """
    normal = _normal(newcomers)
    wait_for_addresses(business_id=business_id, addresses=normal.values())
    known = customers_at(business_id=business_id, addresses=normal.keys())
    new = [one for one in newcomers if one.address in normal and one.address not in known]
    rows = [_row(business_id, one) for one in new]
    Customer.objects.bulk_create(rows)
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(customer=row, kind="email", value=one.address.strip(), normal=normal[one.address], added_at=one.at)
            for one, row in zip(new, rows, strict=True)
        ]
    )
    index_for_search([row.pk for row in rows])
    for row in rows:
        compare_customer(row.pk)
    announce_many(
        [
            CustomerRegistered(tenant_id=business_id, at=one.at, actor=actor, customer_id=row.pk, headline="Registered as a customer")
            for one, row in zip(new, rows, strict=True)
        ]
    )
    return {one.address: row for one, row in zip(new, rows, strict=True)}


def _normal(newcomers: Sequence[Newcomer]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in newcomers:
        with suppress(NotReachable):
            if (normal := normal_form("email", one.address)) not in found.values():
                found[one.address] = normal
    return found


def _row(business_id: int, one: Newcomer) -> Customer:
    given, family = one.given_name.strip(), one.family_name.strip()
    shown = shown_name(given=given, family=family, organisation="", language="", fallback=one.address.strip())
    return Customer(
        business_id=business_id,
        home_branch_id=one.branch_id,
        given_name=given,
        family_name=family,
        display_name=shown[:255],
        sort_name=sorting_name(given=given, family=family, organisation="", shown=shown, language=""),
        created_at=one.at,
    )
