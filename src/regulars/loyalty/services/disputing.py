"""Disputes: an offline till took more than there was, and somebody looks at it later (case 38)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.events import DisputeSettled, OfflineOverspent
from regulars.loyalty.models import Dispute, Program
from regulars.loyalty.queries.disputes import dispute_with_id
from regulars.loyalty.queries.showing import shown_units
from regulars.loyalty.services.booking import Line, Purse, open_purse
from regulars.loyalty.services.programs import terms_at
from regulars.purchases.queries import Purchase

WHY_MAX = 400


class DisputeNotFound(NotFound):
    code = "dispute_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such dispute."))


class DisputeOver(Refusal):
    code = "dispute_settled"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This dispute was settled already."))


class DisputeUnexplained(Refusal):
    code = "reason_missing"

    def __init__(self) -> None:
        sentence = _("Say what you found, in at most %(most)s characters.") % {"most": WHY_MAX}
        super().__init__(sentence, fields={"why": sentence})


def open_dispute(*, program: Program, purchase: Purchase, unit: str, units: int, at: datetime, actor: str) -> Dispute:
    """Note that a sale took units that weren't there; once for the sale, in the transaction that books it."""
    row = Dispute.objects.create(program=program, customer=purchase.customer, purchase=purchase, unit=unit, units=units, at=at)
    sort = terms_at(program=program, at=at).unit(unit)
    words: dict[str, str | int] = {"units": shown_units(sort, units), "unit": sort.name, "receipt": purchase.receipt}
    fact = OfflineOverspent(
        tenant_id=program.business_id,
        at=at,
        actor=actor,
        customer_id=purchase.customer_id,
        dispute_id=row.pk,
        units=units,
        headline=gettext_noop("An offline till took %(units)s %(unit)s more than there were (receipt %(receipt)s)"),
        headline_values=words,
    )
    announce(fact)
    return row


def settle_dispute(*, scope: Scope, public_id: str, how: Literal["kept", "forgiven"], why: str, at: datetime, actor: str) -> Dispute:
    """Somebody looked: what is owed stays owed ("kept"), or what is still owed of it is written off ("forgiven"). Once, with what was found.

    Raises DisputeNotFound, DisputeOver, DisputeUnexplained.
    """
    if not why.strip() or len(why) > WHY_MAX:
        raise DisputeUnexplained
    known = dispute_with_id(scope=scope, public_id=public_id)
    if known is None:
        raise DisputeNotFound
    with transaction.atomic():
        purse = open_purse(terms=terms_at(program=known.program, at=at), customer=known.customer, unit=known.unit, at=at, actor=actor)
        said = {"settled_at": at, "settled_by": actor, "settled_how": how, "settled_why": why.strip()}
        if not Dispute.objects.filter(pk=known.pk, settled_at=None).update(**said):
            raise DisputeOver
        if how == "forgiven":
            _forgive(purse, known)
        announce(
            DisputeSettled(tenant_id=known.program.business_id, at=at, actor=actor, dispute_id=known.pk, how=how),
            after={"why": why.strip()},
        )
    known.refresh_from_db()
    return known


def _forgive(purse: Purse, dispute: Dispute) -> None:
    """Of what earnings have repaid since nothing is given back: it was taken for goods that the member has."""
    left = dispute.units
    for account in purse.accounts:
        part = min(account.debt, left)
        if part:
            line = Line(
                kind="written_off",
                other="written_off",
                at=purse.at,
                purchase_id=dispute.purchase_id,
                why={"dispute": str(dispute.public_id)},
            )
            purse.note(account, part, line, giver="written_off", getter="member")
            purse.forgive(account, part)
            left -= part
