"""The gate: one atomic step that decides and reserves."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.adapters.gate_sql import take_slot
from regulars.contacts.events import ReservationPreempted
from regulars.contacts.models import Slot
from regulars.contacts.queries.explaining import Decision, explained
from regulars.contacts.queries.gate import Weighed, weigh
from regulars.contacts.rules.gate_deciding import Ask
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.gate_windows import Held
from regulars.contacts.rules.words import CHANNELS
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import Refusal

FARTHEST = timedelta(days=366)
TRIES = 60


class AskRefused(Refusal):
    code = "ask_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


class ReservationKeyTaken(Refusal):
    code = "reservation_key_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another place was reserved under this key. Use a new key for a new contact."))


class GateBusy(Refusal):
    """Others changed the same ledger each time; the caller asks again."""

    code = "gate_busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Too many want to contact this customer at once. Ask again in a moment."))


def decide_contact(
    *, scope: Scope, customer_id: int, ask: Ask, reserve: bool, key: str, at: datetime, actor: str, source: str = "gate"
) -> Decision:
    """Whether this customer may be contacted so, and if `reserve`, hold the place in the same step.

    The same `key` again gives the same reservation while it stands. Two at once never take one place: whoever comes second decides anew.
    `source` is what the place, and the contact that it becomes, came with: "gate", or "demo". A reservation is confirmed or released by its holder; else it lapses `hold_hours` after its instant.
    Raises NotFound, AskRefused, ReservationKeyTaken, GateBusy.
    """
    _refuse_faults(ask, at)
    for _try in range(TRIES):
        weighed = weigh(scope=scope, customer_id=customer_id, ask=ask, at=at)
        if reserve and key and (standing := _standing(weighed, ask, key)) is not None:
            return standing
        if not reserve or weighed.outcome.answer != "allow":
            return explained(weighed.outcome, rules_version=weighed.rules_version)
        slot = _slot(scope, weighed, ask, customer_id=customer_id, key=key, at=at, actor=actor, source=source)
        if _taken(scope, weighed, slot, at=at, actor=actor):
            return explained(weighed.outcome, reservation=str(slot["public_id"]), rules_version=weighed.rules_version)
    raise GateBusy


def _taken(scope: Scope, weighed: Weighed, slot: dict[str, Any], *, at: datetime, actor: str) -> bool:
    victims = weighed.outcome.preempted
    try:
        if not victims:
            # Inside somebody's transaction a key in use must not spoil all of it.
            with transaction.atomic() if slot["key"] and connection.in_atomic_block else nullcontext():
                return take_slot(slot=slot, expected=weighed.expected, preempt=(), at=at)
        with transaction.atomic():
            if not take_slot(slot=slot, expected=weighed.expected, preempt=[one.id for one in victims], at=at):
                return False
            for one in victims:
                tell_preempted(scope=scope, held=one, why="more_urgent", at=at, actor=actor)
            return True
    except IntegrityError:
        if (
            slot["key"]
            and Slot.objects.filter(business_id=scope.business_id, key=slot["key"], state__in=["reserved", "confirmed"])
            .exclude(customer_id__in=weighed.person.customer_ids)
            .exists()
        ):
            raise ReservationKeyTaken from None
        if not slot["key"]:
            raise
        return False


def tell_preempted(*, scope: Scope, held: Held, why: str, at: datetime, actor: str) -> None:
    """Announce that a reservation gave way, inside the caller's transaction."""
    announce(
        ReservationPreempted(
            tenant_id=scope.business_id, at=at, actor=actor, customer_id=held.customer_id, reservation=held.key, key=held.asked_as, why=why
        )
    )


def _standing(weighed: Weighed, ask: Ask, key: str) -> Decision | None:
    """The reservation that this key got before."""
    for one in weighed.ledger.held:
        if one.asked_as == key:
            same = (one.channel, one.purpose, one.contact_class) == (ask.channel, ask.purpose, ask.contact_class)
            if not same or (ask.weight is not None and ask.weight != one.weight):
                raise ReservationKeyTaken
            return Decision("allow", None, (), one.key, one.at, one.weight, weighed.rules_version)
    return None


def _slot(scope: Scope, weighed: Weighed, ask: Ask, *, customer_id: int, key: str, at: datetime, actor: str, source: str) -> dict[str, Any]:
    moment = weighed.outcome.at
    held_until = moment + timedelta(hours=weighed.rules.hold_hours)
    return {
        "public_id": new_id(),
        "business_id": scope.business_id,
        "customer_id": customer_id,
        "household": weighed.person.household,
        "key": key,
        "channel": ask.channel,
        "purpose": ask.purpose,
        "contact_class": ask.contact_class,
        "weight": weighed.outcome.weight,
        "priority": ask.priority,
        "value": ask.value,
        "address": ask.address,
        "at": moment,
        "expires_at": ask.expires_at,
        "held_until": min(held_until, ask.expires_at) if ask.expires_at else held_until,
        "state": "reserved",
        "contact_id": None,
        "rules_id": weighed.rules_version,
        "source": source,
        "batch_id": None,
        "made_at": at,
        "actor": actor,
        "settled_by": "",
        "settled_reason": "",
    }


def _refuse_faults(ask: Ask, at: datetime) -> None:
    if ask.channel not in CHANNELS:
        raise AskRefused("channel", _("There is no such channel."))
    if ask.contact_class not in set(ContactClass):
        raise AskRefused("class", _("There is no such class of contact."))
    if not 0 < len(ask.purpose) <= 40:
        raise AskRefused("purpose", _("Say for which purpose."))
    if ask.weight is not None and not 1 <= ask.weight <= 1000:
        raise AskRefused("weight", _("A weight is a whole number from 1 to 1000."))
    if not 1 <= ask.priority <= 9:
        raise AskRefused("priority", _("A priority is a whole number from 1 (most urgent) to 9."))
    for name, instant in (("wanted_at", ask.wanted_at), ("expires_at", ask.expires_at)):
        if instant is not None and (instant.tzinfo is None or instant > at + FARTHEST):
            raise AskRefused(name, _("Say the instant with its offset, within a year from now."))
    if len(ask.address) > 320 or "\x00" in ask.address:
        raise AskRefused("address", _("This is no address."))
