"""Contact points of a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.events import ContactPointAdded, ContactPointRemoved
from regulars.customers.models import ContactPoint, Customer
from regulars.customers.queries.together import cluster_of
from regulars.customers.rules.contact_points import ContactKind, NotReachable, normal_form
from regulars.customers.services.comparing import compare_customer
from regulars.customers.services.indexing import index_for_search
from regulars.customers.services.present import not_forgotten
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class ContactPointRefused(Refusal):
    code = "contact_point_refused"

    def __init__(self, kind: str, reason: str) -> None:
        sentences = {
            "not_an_email": _("This is no single e-mail address. It looks like name@example.com."),
            "not_a_phone": _("This is no phone number. Best begin with the country code: +36 30 123 4567."),
            "empty": _("This is empty."),
        }
        sentence = sentences.get(reason, _("This can't be used to reach somebody."))
        super().__init__(sentence, fields={kind: sentence})


def add_contact_point(*, customer: Customer, kind: ContactKind, value: str, region: str, at: datetime, actor: str) -> ContactPoint:
    """Add an address or number; one that is there already is returned as it is."""
    try:
        normal = normal_form(kind, value, region)
    except NotReachable as fault:
        raise ContactPointRefused(kind, fault.code) from None
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        not_forgotten(customer.pk)
        point, made = ContactPoint.objects.get_or_create(
            customer=customer, kind=kind, normal=normal, defaults={"value": value.strip(), "added_at": at}
        )
        if made:
            index_for_search([customer.pk])
            compare_customer(customer.pk)
            announce(
                ContactPointAdded(
                    tenant_id=customer.business_id,
                    at=at,
                    actor=actor,
                    customer_id=customer.pk,
                    contact_point_id=point.pk,
                    headline="Contact point added",
                ),
                after={"kind": kind, "normal": normal},
            )
    return point


def remove_contact_point(*, customer: Customer, contact_point_id: int, at: datetime, actor: str) -> None:
    """Remove an address or number, also one of a merged record. Raises NotFound."""
    with transaction.atomic():
        ids = cluster_of(scope=Scope(customer.business_id), customer_id=customer.pk)
        point = ContactPoint.objects.select_for_update().filter(customer_id__in=ids, pk=contact_point_id).first()
        if point is None:
            raise NotFound(_("There is no such contact point."))
        before = {"kind": point.kind, "normal": point.normal}
        owner = point.customer_id
        point.delete()
        index_for_search([owner])
        compare_customer(owner)
        announce(
            ContactPointRemoved(
                tenant_id=customer.business_id,
                at=at,
                actor=actor,
                customer_id=customer.pk,
                kind=before["kind"],
                headline="Contact point removed",
            ),
            before=before,
        )
