"""What becomes of a reservation: looked at once more, confirmed, given back, lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.adapters.gate_sql import raise_pressure
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries.explaining import Decision, explained
from regulars.contacts.queries.gate import ask_of_slot, slot_of, weigh
from regulars.contacts.rules.gate_deciding import Outcome, Why
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.services.deciding import FARTHEST, AskRefused
from regulars.contacts.services.recording import write_contact
from regulars.customers.queries import survivor_of
from regulars.groundwork.kernel.refusals import Refusal

NATURES = {
    ContactClass.PROMOTIONAL: "offer",
    ContactClass.SURVEY: "survey",
    ContactClass.SERVICE: "follow-up",
    ContactClass.REPLY: "follow-up",
}


class ReservationGone(Refusal):
    code = "reservation_gone"
    status = 409

    def __init__(self, state: str) -> None:
        sentences = {
            "released": _("This place was given back. Ask the gate again."),
            "preempted": _("This place went to something more urgent, or the rules have changed. Ask the gate again."),
            "expired": _("This place was held for a time and nobody used it. Ask the gate again."),
        }
        super().__init__(sentences[state])
        self.state = state


def recheck_reservation(*, scope: Scope, reservation: str, at: datetime) -> Decision:
    """Ask once more, right before it goes out: consent, quiet hours, freeze, caps as they are now. "allow" also pins the reservation:
    from here on nothing may take its place. Anything else leaves it as it is; release it, or ask again for `until`.

    Raises NotFound.
    """
    slot = slot_of(scope=scope, reservation=reservation)
    if slot.state == "confirmed":
        return Decision("allow", None, (), reservation, slot.at, slot.weight, slot.rules_id or 0)
    lapsed = slot.state == "reserved" and slot.pinned_at is None and slot.held_until <= at
    if slot.state != "reserved" or lapsed:
        return _gone(slot, "expired" if lapsed else slot.state, at)
    weighed = weigh(scope=scope, customer_id=slot.customer_id, ask=ask_of_slot(slot, at=at), at=at, without=slot.pk)
    if weighed.outcome.answer != "allow" or weighed.outcome.preempted:
        return explained(_without_preemption(weighed.outcome), rules_version=weighed.rules_version)
    pinned = Slot.objects.filter(pk=slot.pk, state="reserved").update(pinned_at=at)
    if not pinned:
        slot.refresh_from_db()
        return _gone(slot, slot.state, at)
    return explained(weighed.outcome, reservation=reservation, rules_version=weighed.rules_version)


def confirm_reservation(
    *,
    scope: Scope,
    reservation: str,
    at: datetime,
    actor: str,
    contact: ContactParticulars | None = None,
    counts_at: datetime | None = None,
) -> Contact:
    """It went out: write the contact down and let the place count from `counts_at` (None: `at`; a letter: its expected day of arrival).

    A repeat gives the same contact. A reservation that lapsed by time can still be confirmed, for the ledger tells what happened. Whoever
    sends announces it; this doesn't. Raises NotFound, ReservationGone (given back, pre-empted), AskRefused (`counts_at`), ContactRefused.
    """
    slot = slot_of(scope=scope, reservation=reservation)
    if slot.contact is not None and slot.state == "confirmed":
        return slot.contact
    said = contact or _plain_contact(slot)
    moment = counts_at or at
    if moment.tzinfo is None or abs(moment - at) > FARTHEST:
        raise AskRefused("counts_at", _("Say the instant with its offset, within a year from now."))
    with transaction.atomic():
        took = Slot.objects.filter(Q(state="reserved") | Q(state="expired"), pk=slot.pk).update(
            state="confirmed", at=moment, settled_at=at, settled_by=actor, settled_reason="", pinned_at=None
        )
        if not took:
            slot.refresh_from_db()
            if slot.contact is not None and slot.state == "confirmed":
                return slot.contact
            raise ReservationGone(slot.state)
        row = write_contact(
            scope=scope,
            customer_id=slot.customer_id,
            particulars=replace(said, happened_at=said.happened_at or at),
            at=at,
            actor=actor,
            source=slot.source,
            key=reservation,
            checked=contact is not None,
        )
        Slot.objects.filter(pk=slot.pk).update(contact=row)
        if moment != slot.at or slot.state == "expired" or slot.held_until <= at:
            raise_pressure(subjects=_subjects(scope, slot))
    return row


def release_reservation(*, scope: Scope, reservation: str, reason: str, at: datetime, actor: str) -> Slot:
    """Give a place back: the message was dropped, or, after it was confirmed, it came back undelivered. The contact stays in the log.

    A repeat changes nothing. Raises NotFound.
    """
    slot = slot_of(scope=scope, reservation=reservation)
    Slot.objects.filter(pk=slot.pk, state__in=["reserved", "confirmed"]).update(
        state="released", settled_at=at, settled_by=actor, settled_reason=reason.strip()[:200], pinned_at=None
    )
    slot.refresh_from_db()
    return slot


def expire_reservations(*, at: datetime) -> int:
    """Mark the reservations that nobody used in time; by rule they count no more since then anyhow. Returns how many."""
    late = Slot.objects.filter(state="reserved", held_until__lte=at, pinned_at__isnull=True)
    return late.update(state="expired", settled_at=at, settled_by="system:gate", settled_reason="nobody used it")


def _gone(slot: Slot, state: str, at: datetime) -> Decision:
    return explained(Outcome("refuse", None, (Why(f"reservation_{state}"),), at, slot.weight))


def _without_preemption(outcome: Outcome) -> Outcome:
    """At the last moment nothing else is pushed out: what has no room any more waits."""
    return replace(outcome, answer="refuse", reasons=(Why("reservation_preempted"),)) if outcome.preempted else outcome


def _plain_contact(slot: Slot) -> ContactParticulars:
    return ContactParticulars(
        channel=slot.channel,
        direction="out",
        began_by="customer" if slot.contact_class == ContactClass.REPLY else "business",
        nature=NATURES.get(ContactClass(slot.contact_class), "notice"),
    )


def _subjects(scope: Scope, slot: Slot) -> list[str]:
    own = f"customer:{survivor_of(scope=scope, customer_id=slot.customer_id)}"
    return [own, slot.household] if slot.household and slot.household != own else [own]
