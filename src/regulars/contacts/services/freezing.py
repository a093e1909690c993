"""Freezing a customer: promotions and surveys wait until a complaint is closed, and some days more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.contacts.events import ContactsFrozen, FreezeLifted
from regulars.contacts.models import Freeze
from regulars.contacts.queries.reading import customer_in
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class FreezeRefused(Refusal):
    code = "freeze_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


def freeze_contacts(*, scope: Scope, customer_id: int, reason: str, source: str, at: datetime, actor: str) -> Freeze:
    """Hold promotions and surveys to a customer back from `at` on. `source` names what froze ("case:41"); the same again changes nothing.

    Raises NotFound, FreezeRefused (no reason).
    """
    customer = customer_in(scope=scope, customer_id=customer_id)
    reason, source = reason.strip(), source.strip()
    if not 0 < len(reason) <= 200:
        raise FreezeRefused("reason", _("Say in up to 200 characters why."))
    if not 0 < len(source) <= 80:
        raise FreezeRefused("source", _("Say what froze, for example a case."))
    try:
        with transaction.atomic():
            row = Freeze.objects.create(
                business_id=customer.business_id, customer=customer, reason=reason, source=source, since=at, actor=actor
            )
            announce(
                ContactsFrozen(
                    tenant_id=row.business_id,
                    at=at,
                    actor=actor,
                    customer_id=customer.pk,
                    freeze_id=row.pk,
                    headline=gettext_noop("Offers and surveys held back: %(reason)s"),
                    headline_values={"reason": reason[:120]},
                )
            )
    except IntegrityError:
        return Freeze.objects.get(customer=customer, source=source, closed_at__isnull=True)
    return row


def lift_freeze(*, scope: Scope, customer_id: int, source: str, at: datetime, actor: str) -> Freeze:
    """The complaint is closed: from `at` on the days run after which the customer may be contacted again. A repeat changes nothing.

    Raises NotFound.
    """
    customer = customer_in(scope=scope, customer_id=customer_id)
    with transaction.atomic():
        closed = Freeze.objects.filter(customer=customer, source=source, closed_at__isnull=True).update(closed_at=at, closed_by=actor)
        row = Freeze.objects.filter(customer=customer, source=source).order_by("-pk").first()
        if row is None:
            raise NotFound(_("Nothing is frozen by this."))
        if closed:
            announce(
                FreezeLifted(
                    tenant_id=row.business_id,
                    at=at,
                    actor=actor,
                    customer_id=customer.pk,
                    freeze_id=row.pk,
                    headline=gettext_noop("Complaint closed: %(reason)s"),
                    headline_values={"reason": row.reason[:120]},
                )
            )
    return row


def withdraw_freezes(*, business_id: int, sources: Collection[str]) -> int:
    """Take away the freezes of sources that are withdrawn as a whole: the demo's cases. Returns how many."""
    return Freeze.objects.filter(business_id=business_id, source__in=list(sources)).delete()[0]
