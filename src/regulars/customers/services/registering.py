"""Registering a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.customers.events import CustomerRegistered
from regulars.customers.models import ContactPoint, Customer, ExternalId
from regulars.customers.rules.contact_points import ContactKind, NotReachable, normal_form
from regulars.customers.rules.names import CustomerKind, shown_name, sorting_name
from regulars.customers.services.comparing import compare_customer
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.reaching import ContactPointRefused
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal


class Nameless(Refusal):
    code = "nameless"

    def __init__(self) -> None:
        sentence = _("A customer needs a name, an organisation's name, a contact point or a number to be found by.")
        super().__init__(sentence, fields={"given_name": sentence})


class ExternalIdTaken(Refusal):
    code = "external_id_taken"
    status = 409

    def __init__(self, value: str) -> None:
        sentence = _("The number “%(value)s” belongs to another customer already.") % {"value": value}
        super().__init__(sentence, fields={"external_id": sentence})


class UnknownCustomerZone(Refusal):
    code = "unknown_zone"

    def __init__(self, zone: str) -> None:
        sentence = _("There is no time zone called “%(zone)s”.") % {"zone": zone[:60]}
        super().__init__(sentence, fields={"zone": sentence})


@dataclass(frozen=True, kw_only=True)
class NewCustomer:
    """What is known of a customer at the start. `external_ids` maps source to number; `contact_points` are (kind, value)."""

    kind: CustomerKind = CustomerKind.PERSON
    given_name: str = ""
    family_name: str = ""
    organisation_name: str = ""
    language: str = ""
    zone: str = ""
    note: str = ""
    external_ids: dict[str, str] = field(default_factory=dict)
    contact_points: list[tuple[ContactKind, str]] = field(default_factory=list)
    region: str = ""


def register_customer(*, business_id: int, who: NewCustomer, branch_id: int | None, at: datetime, actor: str) -> Customer:
    """Register a customer. Refuses one without anything to be found by, taken external ids, unreadable contact points."""
    points = _normal_points(who)
    fallback = next(iter(who.external_ids.values()), "") or (points[0][1] if points else "")
    shown = shown_name(
        given=who.given_name.strip(),
        family=who.family_name.strip(),
        organisation=who.organisation_name.strip(),
        language=who.language,
        fallback=fallback,
    )
    if not shown:
        raise Nameless
    if who.zone and who.zone not in available_timezones():
        raise UnknownCustomerZone(who.zone)
    with transaction.atomic():
        customer = Customer.objects.create(
            business_id=business_id,
            home_branch_id=branch_id,
            kind=who.kind,
            given_name=who.given_name.strip(),
            family_name=who.family_name.strip(),
            organisation_name=who.organisation_name.strip(),
            display_name=shown[:255],
            sort_name=sorting_name(
                given=who.given_name, family=who.family_name, organisation=who.organisation_name, shown=shown, language=who.language
            ),
            language=who.language,
            zone=who.zone,
            note=who.note,
            created_at=at,
        )
        _add_external_ids(customer, who.external_ids)
        ContactPoint.objects.bulk_create(
            ContactPoint(customer=customer, kind=kind, value=value, normal=normal, added_at=at) for kind, value, normal in points
        )
        index_for_search([customer.pk])
        compare_customer(customer.pk)
        announce(
            CustomerRegistered(tenant_id=business_id, at=at, actor=actor, customer_id=customer.pk, headline="Registered as a customer"),
            after={"name": shown},
        )
    return customer


def _normal_points(who: NewCustomer) -> list[tuple[ContactKind, str, str]]:
    points = []
    for kind, value in who.contact_points:
        try:
            points.append((kind, value.strip(), normal_form(kind, value, who.region)))
        except NotReachable as fault:
            raise ContactPointRefused(kind, fault.code) from None
    return list({(kind, normal): (kind, value, normal) for kind, value, normal in points}.values())


def _add_external_ids(customer: Customer, external_ids: dict[str, str]) -> None:
    for source, value in external_ids.items():
        try:
            with transaction.atomic():
                ExternalId.objects.create(business_id=customer.business_id, customer=customer, source=source, value=value)
        except IntegrityError:
            raise ExternalIdTaken(value) from None
