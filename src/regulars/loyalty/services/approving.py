"""Adjustments that take two people: somebody asked, somebody else decides (four eyes)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.events import AdjustmentDecided
from regulars.loyalty.models import AdjustmentRequest, Entry
from regulars.loyalty.queries.adjustments import request_with_id
from regulars.loyalty.services.adjusting import REASON_MAX, book_adjustment
from regulars.loyalty.services.booking import Line, open_purse
from regulars.loyalty.services.spending import spendable_terms

ACTOR = "system:loyalty"


class RequestNotFound(NotFound):
    code = "adjustment_not_found"

    def __init__(self) -> None:
        super().__init__(_("There is no such request."))


class SecondPersonNeeded(Refusal):
    code = "second_person_needed"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("You asked for this yourself: somebody else decides."))


class RequestSettled(Refusal):
    code = "adjustment_settled"
    status = 409

    def __init__(self, state: str) -> None:
        words = {
            "approved": _("This request was approved already."),
            "refused": _("This request was refused already."),
            "lapsed": _("Nobody decided in time: this request has lapsed. Ask again."),
        }
        super().__init__(words[state], state=state)


class RefusalUnexplained(Refusal):
    code = "reason_missing"

    def __init__(self) -> None:
        sentence = _("Say why, in at most %(most)s characters: who asked reads it.") % {"most": REASON_MAX}
        super().__init__(sentence, fields={"why": sentence})


def approve_adjustment(*, scope: Scope, public_id: str, at: datetime, actor: str, why: str = "") -> list[Entry]:
    """Book what somebody else asked for, now and by the version in force. Of two who decide at once one does, the other hears of it.

    Raises RequestNotFound, SecondPersonNeeded, RequestSettled, NotEnoughUnits, ProgramFrozen; nothing is decided then.
    """
    known = _known(scope, public_id)
    if actor in (known.asked_by, known.asked_for_by):
        raise SecondPersonNeeded  # in words, for people; the constraint of the table has the last one
    terms = spendable_terms(program=known.program, unit=known.unit, units=abs(known.units), at=at, by_hand=True)
    with transaction.atomic():
        purse = open_purse(terms=terms, customer=known.customer, unit=known.unit, at=at, actor=actor)
        _decide(known, "approved", at, actor, why)
        reason = {"reason": known.reason, "asked_by": known.asked_by}
        return book_adjustment(purse, known.units, Line(kind="adjusted", other="adjusted", at=at, key=f"asked:{known.pk}", why=reason))


def refuse_adjustment(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> AdjustmentRequest:
    """Refuse what was asked for, with the reason; it stays on record. Who asked may take it back so. Raises RequestNotFound, RequestSettled,
    RefusalUnexplained."""
    if not why.strip() or len(why) > REASON_MAX:
        raise RefusalUnexplained
    known = _known(scope, public_id)
    with transaction.atomic():
        _decide(known, "refused", at, actor, why)
    return known


def lapse_adjustments(*, at: datetime) -> int:
    """Settle the requests that nobody decided in time. Gives how many; twice equals once."""
    lapsed = 0
    for row in AdjustmentRequest.objects.filter(state="asked", ends_at__lte=at).select_related("program").order_by("ends_at")[:200]:
        with transaction.atomic():
            changed = AdjustmentRequest.objects.filter(pk=row.pk, state="asked")
            if changed.update(state="lapsed", decided_at=row.ends_at, decided_by=ACTOR):
                _tell(row, "lapsed", at, ACTOR)
                lapsed += 1
    return lapsed


def _known(scope: Scope, public_id: str) -> AdjustmentRequest:
    found = request_with_id(scope=scope, public_id=public_id)
    if found is None:
        raise RequestNotFound
    return found


def _decide(row: AdjustmentRequest, state: str, at: datetime, actor: str, why: str) -> None:
    changed = AdjustmentRequest.objects.filter(pk=row.pk, state="asked", ends_at__gt=at).update(
        state=state, decided_at=at, decided_by=actor, decided_why=why.strip()
    )
    row.refresh_from_db(fields=["state", "decided_at", "decided_by", "decided_why"])
    if not changed:
        raise RequestSettled("lapsed" if row.state == "asked" else row.state)
    _tell(row, state, at, actor)


def _tell(row: AdjustmentRequest, verdict: str, at: datetime, actor: str) -> None:
    fact = AdjustmentDecided(tenant_id=row.program.business_id, at=at, actor=actor, request_id=row.pk, verdict=verdict)
    announce(fact, after={"why": row.decided_why})
