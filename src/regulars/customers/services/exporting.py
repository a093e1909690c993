"""Handing out everything that is stored about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of
from regulars.customers.adapters.archive import archive_of
from regulars.customers.events import CustomerExported
from regulars.customers.models import Customer
from regulars.customers.queries.exporting import sections_for
from regulars.customers.queries.finding import visible
from regulars.customers.queries.together import cluster_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound

FORMAT = "regulars-person-1"


@dataclass(frozen=True)
class CustomerExport:
    """An access export: a file name, the zip, and the same content as values."""

    file_name: str
    archive: bytes
    sections: dict[str, list[dict[str, Any]]]


def export_of_customer(*, scope: Scope, customer_id: int, at: datetime, actor: str) -> CustomerExport:
    """Everything that any floor stores about this person and their merged records, as JSON and CSV in one zip.

    Leaves a line in the audit trail: who handed out whose records, when. Raises NotFound.
    """
    with transaction.atomic():
        if not visible(scope).filter(pk=customer_id).exists():
            raise NotFound(_("There is no such customer."))
        ids = cluster_of(scope=scope, customer_id=customer_id)
        sections = sections_for(scope=scope, customer_ids=ids)
        business = business_of(scope=scope)
        person = Customer.objects.get(pk=ids[0])
        announce(
            CustomerExported(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                customer_id=ids[0],
                sections=len(sections),
                headline="Everything stored was handed out",
            )
        )
    document = {"format": FORMAT, "business": business.name, "made_at": at, "person": person.public_id}
    readme = _(
        "This is everything that %(business)s stores about you, as of %(at)s.\n\n"
        "export.json holds all of it for programs; each .csv file holds one part of it for people, and opens in any spreadsheet program.\n"
        "consents.csv shows what you allowed or forbade, when, where and with which wording.\n"
    ) % {"business": business.name, "at": at.isoformat(timespec="minutes")}
    return CustomerExport(f"customer-{person.public_id}.zip", archive_of(document, sections, readme), sections)
