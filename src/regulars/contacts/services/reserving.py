"""What becomes of a reservation: looked at once more, confirmed, given back, lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.adapters.gate_sql import pin_slots, raise_pressure, settle_slots
from regulars.contacts.models import Contact, Slot
from regulars.contacts.queries.explaining import Decision, explained
from regulars.contacts.queries.gate import Question, Weighed, ask_of_slot, slot_of, weigh_all
from regulars.contacts.queries.terms import Terms, terms_of
from regulars.contacts.rules.gate_deciding import Outcome, Why
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.particulars import ContactParticulars
from regulars.contacts.services.deciding import FARTHEST, AskRefused
from regulars.contacts.services.recording import ContactRefused, faults_in, new_contact
from regulars.contacts.services.recording_many import write_contacts
from regulars.customers.queries import survivors_of
from regulars.groundwork.kernel.bulk.copying import next_ids
from regulars.groundwork.kernel.bulk.instances import among, objects, uuid_value
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal

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


@dataclass(frozen=True)
class Confirmation:
    """One of several reservations that went out: what is written down about it (None: as its class says), since when it counts, who says so."""

    reservation: str
    actor: str
    contact: ContactParticulars | None = None
    counts_at: datetime | None = None


def recheck_reservation(*, scope: Scope, reservation: str, at: datetime) -> Decision:
    """Ask once more, right before it goes out: consent, quiet hours, freeze, caps as they are now. "allow" also pins the reservation:
    from here on nothing may take its place. Anything else leaves it as it is; release it, or ask again for `until`.

    Raises NotFound.
    """
    found = recheck_reservations(scope=scope, reservations=[reservation], at=at)
    if reservation not in found:
        raise NotFound(_("There is no such reservation."))
    return found[reservation]


def recheck_reservations(*, scope: Scope, reservations: Sequence[str], at: datetime) -> dict[str, Decision]:
    """Ask once more for many, in a few statements for all of them; those that there are not stand in no answer."""
    slots = _slots(scope, reservations)
    found: dict[str, Decision] = {}
    standing: dict[str, Slot] = {}
    for name, slot in slots.items():
        lapsed = slot.state == "reserved" and slot.pinned_at is None and slot.held_until <= at
        if slot.state == "confirmed":
            found[name] = Decision("allow", None, (), name, slot.at, slot.weight, slot.rules_id or 0)
        elif slot.state != "reserved" or lapsed:
            found[name] = _gone(slot, "expired" if lapsed else slot.state)
        else:
            standing[name] = slot
    if not standing:
        return found
    questions = [Question(slot.customer_id, ask_of_slot(slot, at=at), at, slot.pk) for slot in standing.values()]
    passing: dict[str, Weighed] = {}
    for name, weighed in zip(standing, weigh_all(scope=scope, questions=questions), strict=True):
        if weighed is None:
            continue
        if weighed.outcome.answer == "allow" and not weighed.outcome.preempted:
            passing[name] = weighed
        else:
            found[name] = explained(_without_preemption(weighed.outcome), rules_version=weighed.rules_version)
    pinned = pin_slots(ids=[standing[name].pk for name in passing], at=at) if passing else set()
    for name, weighed in passing.items():
        slot = standing[name]
        if slot.pk in pinned:
            found[name] = explained(weighed.outcome, reservation=name, rules_version=weighed.rules_version)
        else:
            slot.refresh_from_db()
            found[name] = _gone(slot, slot.state)
    return found


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
    one = Confirmation(reservation, actor, contact, counts_at)
    found = confirm_reservations(scope=scope, confirmations=[one], at=at)[0]
    if isinstance(found, Refusal):
        raise found
    return found


def confirm_reservations(*, scope: Scope, confirmations: Sequence[Confirmation], at: datetime) -> list[Contact | Refusal]:
    """Confirm many as `confirm_reservation` confirms one, in one transaction and a few statements; the answers in the order given.

    A refusal stands in its place and is not raised; the others are confirmed all the same.
    """
    slots = _slots(scope, [one.reservation for one in confirmations])
    found: dict[int, Contact | Refusal] = {}
    open_: dict[int, tuple[Confirmation, Slot]] = {}
    terms = terms_of(scope=scope) if any(one.contact is not None for one in confirmations) else None
    for n, one in enumerate(confirmations):
        slot = slots.get(one.reservation)
        if slot is None:
            found[n] = NotFound(_("There is no such reservation."))
        elif slot.contact is not None and slot.state == "confirmed":
            found[n] = slot.contact
        elif (refusal := _fault_of(one, terms, at)) is not None:
            found[n] = refusal
        else:
            open_[n] = (one, slot)
    if open_:
        with transaction.atomic(savepoint=False):  # no refusal of its own is raised inside
            found |= _confirmed(scope, open_, at)
    return [found[n] for n in range(len(confirmations))]


def _confirmed(scope: Scope, open_: dict[int, tuple[Confirmation, Slot]], at: datetime) -> dict[int, Contact | Refusal]:
    settled = [
        (slot.pk, contact_id, one.counts_at or at, one.actor)
        for (one, slot), contact_id in zip(open_.values(), next_ids(table="contacts_contact", count=len(open_)), strict=True)
    ]
    took = settle_slots(settled=settled, at=at)
    found: dict[int, Contact | Refusal] = {}
    rows: list[Contact] = []
    moved: list[Slot] = []
    for (n, (one, slot)), (pk, contact_id, moment, actor) in zip(open_.items(), settled, strict=True):
        if pk not in took:
            slot.refresh_from_db()
            found[n] = slot.contact if slot.contact is not None and slot.state == "confirmed" else ReservationGone(slot.state)
            continue
        row = new_contact(
            one=one.contact or _plain_contact(slot),
            business_id=scope.business_id,
            customer_id=slot.customer_id,
            at=at,
            actor=actor,
            source=slot.source,
            key=one.reservation,
        )
        row.pk = contact_id
        rows.append(row)
        found[n] = row
        if moment != slot.at or slot.state == "expired" or slot.held_until <= at:
            moved.append(slot)
    write_contacts(rows=rows)
    if moved:
        raise_pressure(subjects=_subjects(scope, moved))
    return found


def _fault_of(one: Confirmation, terms: Terms | None, at: datetime) -> Refusal | None:
    moment = one.counts_at or at
    if moment.tzinfo is None or abs(moment - at) > FARTHEST:
        return AskRefused("counts_at", _("Say the instant with its offset, within a year from now."))
    if one.contact is None or terms is None:
        return None
    faults = faults_in(one=one.contact, terms=terms, at=at)
    return ContactRefused(faults) if faults else None


def _slots(scope: Scope, reservations: Sequence[str]) -> dict[str, Slot]:
    """The visible ones of these, by the name they were asked under."""
    wanted = {name: number for name in reservations if (number := parsed(name)) is not None}
    if not wanted:
        return {}
    condition, values = among([uuid_value(number) for number in wanted.values()])
    rows = objects(Slot, f"FROM contacts_slot t WHERE t.public_id {condition} AND t.business_id = %s", *values, scope.business_id)
    known = {row.public_id: row for row in rows if scope.branch_ids is None or scope.sees_branch(row.customer.home_branch_id)}
    return {name: known[number] for name, number in wanted.items() if number in known}


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


def _gone(slot: Slot, state: str) -> Decision:
    return explained(Outcome("refuse", None, (Why(f"reservation_{state}"),), slot.at, slot.weight))


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


def _subjects(scope: Scope, slots: Sequence[Slot]) -> list[str]:
    kept = survivors_of(scope=scope, customer_ids=[slot.customer_id for slot in slots])
    own = [f"customer:{kept[slot.customer_id]}" for slot in slots]
    return own + [slot.household for slot in slots if slot.household]
