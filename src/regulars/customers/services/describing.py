"""Setting the plain particulars of a customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from regulars.customers.events import CustomerDescribed
from regulars.customers.models import Customer, ExternalId
from regulars.customers.rules.names import shown_name, sorting_name
from regulars.customers.services.comparing import compare_customer
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.present import not_forgotten
from regulars.customers.services.registering import Nameless, NewCustomer
from regulars.groundwork.kernel.facts import announce

FIELDS = ("kind", "given_name", "family_name", "organisation_name", "language", "zone", "note")


def describe_customer(*, customer: Customer, who: NewCustomer, branch_id: int | None, at: datetime, actor: str) -> Customer:
    """Set name, kind, language, zone, note and home branch; contact points and numbers have verbs of their own."""
    with transaction.atomic():
        row = Customer.objects.select_for_update().get(pk=customer.pk)
        not_forgotten(row.pk)
        before = {key: getattr(row, key) for key in FIELDS}
        for key in FIELDS:
            value = getattr(who, key)
            setattr(row, key, value.strip() if isinstance(value, str) else value)
        row.home_branch_id = branch_id
        row.display_name = shown_name(
            given=row.given_name,
            family=row.family_name,
            organisation=row.organisation_name,
            language=row.language,
            fallback=_number_of(row),
        )[:255]
        if not row.display_name:
            raise Nameless
        row.sort_name = sorting_name(
            given=row.given_name, family=row.family_name, organisation=row.organisation_name, shown=row.display_name, language=row.language
        )
        row.save()
        index_for_search([row.pk])
        compare_customer(row.pk)
        announce(
            CustomerDescribed(tenant_id=row.business_id, at=at, actor=actor, customer_id=row.pk, headline="Particulars changed"),
            before=before,
            after={key: getattr(row, key) for key in FIELDS},
        )
    return row


def mark_as_buyers(*, customer_ids: Collection[int]) -> int:
    """Prospects become customers with their first purchase. Joins the caller's transaction; returns how many changed."""
    return Customer.objects.filter(pk__in=customer_ids, prospect=True).update(prospect=False)


def _number_of(row: Customer) -> str:
    first = ExternalId.objects.filter(customer=row).order_by("pk").first()
    return first.value if first else ""
