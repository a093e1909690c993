"""The gate: one atomic step that decides and reserves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.adapters.gate_sql import take_in_place, take_slots
from regulars.contacts.events import ReservationPreempted
from regulars.contacts.models import Slot
from regulars.contacts.queries.explaining import Decision, explained
from regulars.contacts.queries.gate import Question, Weighed, weigh_all
from regulars.contacts.rules.gate_deciding import Ask
from regulars.contacts.rules.gate_document import ContactClass
from regulars.contacts.rules.gate_windows import Held
from regulars.contacts.rules.words import CHANNELS
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.gathering import Gathering
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import NotFound, Refusal

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


@dataclass(frozen=True)
class GateQuestion:
    """May this customer be contacted so? `key` names the reservation for whoever may ask again ("": nobody)."""

    customer_id: int
    ask: Ask
    key: str = ""
    source: str = "gate"


def decide_contact(
    *, scope: Scope, customer_id: int, ask: Ask, reserve: bool, key: str, at: datetime, actor: str, source: str = "gate"
) -> Decision:
    """Whether this customer may be contacted so, and if `reserve`, hold the place in the same step.

    The same `key` again gives the same reservation while it stands. Two at once never take one place: whoever comes second decides anew.
    `source` is what the place, and the contact that it becomes, came with: "gate", or "demo". A reservation is confirmed or released by its
    holder; else it lapses `hold_hours` after its instant. Raises NotFound, AskRefused, ReservationKeyTaken, GateBusy.
    """
    asked = _Asked(scope, GateQuestion(customer_id, ask, key, source), at, actor, translation.get_language() or "en")
    found = _ASKING.ask(asked) if reserve and not connection.in_atomic_block else _answers([asked], reserve=reserve)[0]
    if isinstance(found, Refusal):
        raise found
    return found


def decide_contacts(
    *, scope: Scope, questions: Sequence[GateQuestion], reserve: bool, at: datetime, actor: str
) -> list[Decision | Refusal]:
    """Decide many questions as `decide_contact` decides one, in a few statements for all of them; the answers in the order asked.

    A refusal (NotFound, AskRefused, ReservationKeyTaken, GateBusy) stands in its place and is not raised. Of questions about one person (or
    one household, for letters) the first is answered first.
    """
    return _answers([_Asked(scope, one, at, actor) for one in questions], reserve=reserve)


@dataclass(frozen=True)
class _Asked:
    """A question with its circumstances."""

    scope: Scope
    question: GateQuestion
    at: datetime
    actor: str
    language: str = ""


def _answers(asked: Sequence[_Asked], *, reserve: bool) -> list[Decision | Refusal]:
    """Answers to questions of one scope, in the language of this thread."""
    round_ = _Round(asked, reserve)
    while round_.open:
        round_.go()
    return [round_.answers[n] for n in range(len(asked))]


def _answers_for_all(asked: Sequence[_Asked]) -> list[Decision | Refusal]:
    """Reservations for threads that ask at once, each in the language of who asked."""
    alike: dict[tuple[Scope, str], list[int]] = {}
    for n, one in enumerate(asked):
        alike.setdefault((one.scope, one.language), []).append(n)
    found: dict[int, Decision | Refusal] = {}
    for (_scope, language), places in alike.items():
        with translation.override(language):
            found |= zip(places, _answers([asked[n] for n in places], reserve=True), strict=True)
    return [found[n] for n in range(len(asked))]


_ASKING: Gathering[_Asked, Decision | Refusal] = Gathering(_answers_for_all)


class _Round:
    """Some questions on their way to their answers: those that lose a race, or have to wait for one before them, are asked again."""

    def __init__(self, asked: Sequence[_Asked], reserve: bool) -> None:
        self.asked, self.reserve = asked, reserve
        self.answers: dict[int, Decision | Refusal] = {}
        self.lost = [0] * len(asked)
        for n, one in enumerate(asked):
            try:
                _refuse_faults(one.question.ask, one.at)
            except AskRefused as refusal:
                self.answers[n] = refusal
        self.open = [n for n in range(len(asked)) if n not in self.answers]

    def go(self) -> None:
        """Weigh what is open; answer what needs no place, try for the places of the others."""
        open_ = [self.asked[n] for n in self.open]
        questions = [Question(one.question.customer_id, one.question.ask, one.at) for one in open_]
        weighed = dict(zip(self.open, weigh_all(scope=open_[0].scope, questions=questions), strict=True))
        trying: dict[int, tuple[Weighed, dict[str, Any]]] = {}
        busy: set[str] = set()
        for n, one in weighed.items():
            if one is None:
                self.answers[n] = NotFound(_("There is no such customer."))
                continue
            if not busy.isdisjoint(one.subjects):
                continue  # its ledger is about to change
            answer = self._answered(one, self.asked[n].question)
            if answer is not None:
                self.answers[n] = answer
                continue
            busy.update(one.subjects)
            trying[n] = (one, _slot(one, self.asked[n]))
        self._try(trying)
        self.open = [n for n in self.open if n not in self.answers]

    def _answered(self, weighed: Weighed, question: GateQuestion) -> Decision | Refusal | None:
        """The answer, unless there is a place to be taken for it."""
        if self.reserve and question.key and (standing := _standing(weighed, question)) is not None:
            return standing
        if not self.reserve or weighed.outcome.answer != "allow":
            return explained(weighed.outcome, rules_version=weighed.rules_version)
        return None

    def _try(self, trying: dict[int, tuple[Weighed, dict[str, Any]]]) -> None:
        plain = {n: pair for n, pair in trying.items() if not pair[0].outcome.preempted}
        taken = take_slots(wanted=[(slot, weighed.expected) for weighed, slot in plain.values()]) if plain else set()
        for n, (weighed, slot) in trying.items():
            one = self.asked[n]
            if slot["public_id"] in taken if n in plain else _taken_in_place(one.scope, weighed, slot, at=one.at):
                self.answers[n] = explained(weighed.outcome, reservation=str(slot["public_id"]), rules_version=weighed.rules_version)
                continue
            self.lost[n] += 1
            if self.lost[n] > 1 and slot["key"] and _key_is_anothers(one.scope, weighed, slot["key"]):
                self.answers[n] = ReservationKeyTaken()
            elif self.lost[n] >= TRIES:
                self.answers[n] = GateBusy()


def _taken_in_place(scope: Scope, weighed: Weighed, slot: dict[str, Any], *, at: datetime) -> bool:
    """Take a place that weaker reservations hold, and say so, in one transaction."""
    victims = weighed.outcome.preempted
    try:
        with transaction.atomic():
            if not take_in_place(slot=slot, expected=weighed.expected, preempt=[one.id for one in victims], at=at):
                return False
            for one in victims:
                tell_preempted(scope=scope, held=one, why="more_urgent", at=at, actor=slot["actor"])
            return True
    except IntegrityError:
        if not slot["key"]:
            raise
        return False


def _key_is_anothers(scope: Scope, weighed: Weighed, key: str) -> bool:
    standing = Slot.objects.filter(business_id=scope.business_id, key=key, state__in=["reserved", "confirmed"])
    return standing.exclude(customer_id__in=weighed.person.customer_ids).exists()


def tell_preempted(*, scope: Scope, held: Held, why: str, at: datetime, actor: str) -> None:
    """Announce that a reservation gave way, inside the caller's transaction."""
    announce(
        ReservationPreempted(
            tenant_id=scope.business_id, at=at, actor=actor, customer_id=held.customer_id, reservation=held.key, key=held.asked_as, why=why
        )
    )


def _standing(weighed: Weighed, question: GateQuestion) -> Decision | Refusal | None:
    """The reservation that this key got before."""
    ask = question.ask
    for one in weighed.ledger.held:
        if one.asked_as == question.key:
            same = (one.channel, one.purpose, one.contact_class) == (ask.channel, ask.purpose, ask.contact_class)
            if not same or (ask.weight is not None and ask.weight != one.weight):
                return ReservationKeyTaken()
            return Decision("allow", None, (), one.key, one.at, one.weight, weighed.rules_version)
    return None


def _slot(weighed: Weighed, asked: _Asked) -> dict[str, Any]:
    question, ask = asked.question, asked.question.ask
    moment = weighed.outcome.at
    held_until = moment + timedelta(hours=weighed.rules.hold_hours)
    return {
        "public_id": new_id(),
        "business_id": asked.scope.business_id,
        "customer_id": question.customer_id,
        "household": weighed.person.household,
        "key": question.key,
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
        "source": question.source,
        "batch_id": None,
        "made_at": asked.at,
        "actor": asked.actor,
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
