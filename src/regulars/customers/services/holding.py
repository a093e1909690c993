"""Legal holds: what must not be forgotten yet."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.events import LegalHoldLifted, LegalHoldPlaced
from regulars.customers.models import LegalHold
from regulars.customers.queries.finding import visible
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class HoldReasonMissing(Refusal):
    code = "hold_reason_missing"

    def __init__(self) -> None:
        sentence = _("Say why this customer must be kept; whoever wants to forget them will read it.")
        super().__init__(sentence, fields={"reason": sentence})


class HeldAlready(Refusal):
    code = "held_already"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This customer is held already."))


class NotHeld(Refusal):
    code = "not_held"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("No hold stands on this customer."))


def place_hold(*, scope: Scope, customer_id: int, reason: str, at: datetime, actor: str) -> LegalHold:
    """Keep a customer from being forgotten, by hand or by a retention rule. Raises NotFound, HoldReasonMissing, HeldAlready."""
    if not reason.strip():
        raise HoldReasonMissing
    if not visible(scope).filter(pk=customer_id).exists():
        raise NotFound(_("There is no such customer."))
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(customer_id=customer_id, reason=reason.strip()[:200], placed_by=actor, placed_at=at)
            announce(
                LegalHoldPlaced(
                    tenant_id=scope.business_id, at=at, actor=actor, customer_id=customer_id, headline="A legal hold was placed"
                ),
                after={"reason": hold.reason},
            )
    except IntegrityError:
        raise HeldAlready from None
    return hold


def lift_hold(*, scope: Scope, customer_id: int, at: datetime, actor: str) -> None:
    """End the hold. Raises NotFound, NotHeld."""
    if not visible(scope).filter(pk=customer_id).exists():
        raise NotFound(_("There is no such customer."))
    with transaction.atomic():
        rows = LegalHold.objects.filter(customer_id=customer_id, lifted_at__isnull=True)
        if not rows.update(lifted_at=at, lifted_by=actor):
            raise NotHeld
        announce(
            LegalHoldLifted(tenant_id=scope.business_id, at=at, actor=actor, customer_id=customer_id, headline="The legal hold was lifted")
        )
