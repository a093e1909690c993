"""Registering many customers at once, and taking away those whom only one source knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from regulars.customers.models import ConsentEvent, ContactPoint, Customer, ExternalId, Household, HouseholdMember, WishStatement
from regulars.customers.rules.contact_points import normal_form
from regulars.customers.rules.names import shown_name, sorting_name
from regulars.customers.services.comparing import compare_customers
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.registering import NewCustomer

ROWS_AT_ONCE = 500
# What work with a customer leaves behind, on this floor and above: as long as any of it is there, they stay.
WORK = (
    "purchases", "contacts", "follow_ups", "slots", "freezes", "messages", "received_mails", "consents", "wishes", "holds",
    "organisations", "people", "opt_ins", "cases", "gestures",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One customer of many: the number that the source gives them, and what is known of them."""

    number: str
    who: NewCustomer
    branch_id: int | None
    at: datetime
    prospect: bool = False


def register_customers(*, business_id: int, source: str, registrations: Sequence[Registration]) -> dict[str, int]:
    """Register many customers in one transaction; returns number → id.

    No fact for each of them: whoever calls announces one for all. Raises IntegrityError when a number is taken.
    """
    with transaction.atomic():
        customers = [_customer(business_id, one) for one in registrations]
        Customer.objects.bulk_create(customers, batch_size=ROWS_AT_ONCE)
        pairs = list(zip(registrations, customers, strict=True))
        ExternalId.objects.bulk_create(
            [ExternalId(business_id=business_id, customer=row, source=source, value=one.number) for one, row in pairs],
            batch_size=ROWS_AT_ONCE,
        )
        points = [
            ContactPoint(customer=row, kind=kind, value=value, normal=normal_form(kind, value, one.who.region), added_at=one.at)
            for one, row in pairs
            for kind, value in one.who.contact_points
        ]
        ContactPoint.objects.bulk_create(points, batch_size=ROWS_AT_ONCE)
        for start in range(0, len(customers), ROWS_AT_ONCE):
            index_for_search([row.pk for row in customers[start : start + ROWS_AT_ONCE]])
        compare_customers(business_id=business_id)
    return {one.number: row.pk for one, row in pairs}


@dataclass(frozen=True)
class RemovedCustomers:
    """How many went, and how many of the source's own stay because real work belongs to them."""

    removed: int
    staying: int


def remove_customers(*, business_id: int, source: str) -> RemovedCustomers:
    """Take away the customers whom only `source` knows, with what "system:SOURCE" noted of them.

    Those stay who have purchases, contacts, promises, reserved places, messages, mails, a hold, cases, or a permission, wish or tie that
    somebody else wrote down; the source's own permissions and wishes go from them too. Records that were forgotten and hold nothing go.
    """
    actor = f"system:{source}"
    with transaction.atomic():
        known = ExternalId.objects.filter(business_id=business_id)
        others = known.exclude(source=source).values("customer_id")
        ours = known.filter(source=source).exclude(customer_id__in=others).values("customer_id")
        own = list(
            Customer.objects.filter(Q(pk__in=ours) | Q(forgotten__isnull=False), business_id=business_id).values_list("pk", flat=True)
        )
        ConsentEvent.objects.filter(customer_id__in=own, actor=actor).delete()
        WishStatement.objects.filter(customer_id__in=own, actor=actor).delete()
        leaving = Customer.objects.filter(pk__in=own)
        for name in WORK:
            leaving = leaving.filter(**{f"{name}__isnull": True})
        going = list(leaving.values_list("pk", flat=True))
        homes = list(HouseholdMember.objects.filter(customer_id__in=going).values_list("household_id", flat=True))
        Customer.objects.filter(pk__in=going).delete()
        lonely = Household.objects.filter(pk__in=homes).annotate(living=Count("members", filter=Q(members__until__isnull=True)))
        Household.objects.filter(pk__in=[one.pk for one in lonely if one.living < 2]).delete()
    return RemovedCustomers(len(going), len(own) - len(going))


def _customer(business_id: int, one: Registration) -> Customer:
    who = one.who
    shown = shown_name(
        given=who.given_name, family=who.family_name, organisation=who.organisation_name, language=who.language, fallback=one.number
    )
    return Customer(
        business_id=business_id,
        home_branch_id=one.branch_id,
        kind=who.kind,
        given_name=who.given_name,
        family_name=who.family_name,
        organisation_name=who.organisation_name,
        display_name=shown[:255],
        sort_name=sorting_name(
            given=who.given_name, family=who.family_name, organisation=who.organisation_name, shown=shown, language=who.language
        ),
        language=who.language,
        prospect=one.prospect,
        created_at=one.at,
    )
