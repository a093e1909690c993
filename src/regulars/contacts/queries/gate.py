"""What the gate knows of a person, and the state of their budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.models import Freeze, Slot
from regulars.contacts.queries.explaining import Decision, UsedContact, explained, used
from regulars.contacts.queries.gate_rules import RulesKnown, kept_rules, rules_known
from regulars.contacts.queries.ledger import Ledger, Ledgers, read_ledgers
from regulars.contacts.queries.reading import customer_in
from regulars.contacts.rules.gate_clock import instant_of_wall
from regulars.contacts.rules.gate_deciding import Ask, Outcome, Person, decide, limits_for
from regulars.contacts.rules.gate_document import GateRules
from regulars.customers.queries import PersonRead, PersonStanding, Reach, cluster_of, household_of, person_standings_of, zone_known_of
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound


@dataclass(frozen=True)
class Weighed:
    """A question with everything that its answer was made from."""

    outcome: Outcome
    person: Person
    ledger: Ledger
    rules: GateRules
    rules_version: int
    subjects: tuple[str, ...]

    @property
    def expected(self) -> dict[str, int]:
        """The number of the last change of each subject, as read."""
        return {subject: self.ledger.versions.get(subject, 0) for subject in self.subjects}


@dataclass(frozen=True)
class BudgetLine:
    """One cap as it stands for a customer now."""

    cap: str
    most: int
    window_days: float
    spent: int
    contacts: tuple[UsedContact, ...]


@dataclass(frozen=True)
class Question:
    """One of several that are weighed together. `without` leaves one slot out, as if it were not there."""

    customer_id: int
    ask: Ask
    at: datetime
    without: int | None = None


def weigh(*, scope: Scope, customer_id: int, ask: Ask, at: datetime, without: int | None = None) -> Weighed:
    """Decide a question without writing anything. Raises NotFound."""
    weighed = weigh_all(scope=scope, questions=[Question(customer_id, ask, at, without)])[0]
    if weighed is None:
        raise NotFound(_("There is no such customer."))
    return weighed


def weigh_all(*, scope: Scope, questions: Sequence[Question], read: PersonRead | None = None) -> list[Weighed | None]:
    """Decide many without writing anything, in three statements for all of them together; None where there is no such customer.

    `read`: what was read of the person that they are all about.
    """
    known = kept_rules(business_id=scope.business_id)
    for _attempt in range(3):
        judged = [known.at(max(one.ask.wanted_at or one.at, one.at)) for one in questions]
        people = _people(scope, questions, [rules for _number, rules in judged], read)
        ledgers = _ledgers_of(scope, people, [rules for _number, rules in judged], min(one.at for one in questions))
        if ledgers is None or ledgers.newest_rules == known.newest:
            break
        known = rules_known(business_id=scope.business_id, newest=ledgers.newest_rules)
    found: list[Weighed | None] = []
    for one, person, (number, rules) in zip(questions, people, judged, strict=True):
        if person is None or ledgers is None:
            found.append(None)
            continue
        ledger = ledgers.of(person.customer_ids, person.household, one.at)
        held = ledger.held if one.without is None else [each for each in ledger.held if each.id != one.without]
        whole = replace(person, frozen=ledger.frozen) if ledger.frozen else person
        found.append(Weighed(decide(one.ask, whole, rules, held, one.at), whole, ledger, rules, number, subjects_of(person)))
    return found


def _people(scope: Scope, questions: Sequence[Question], rules: Sequence[GateRules], read: PersonRead | None) -> list[Person | None]:
    """Everything about these people that the gate must know."""
    if scope.branch_ids is not None:
        for one in questions:
            customer_in(scope=scope, customer_id=one.customer_id)
    asked = [Reach(one.customer_id, one.ask.channel, one.ask.purpose, one.ask.address) for one in questions]
    standings = person_standings_of(scope=scope, asked=asked, read=read)
    return [
        _person(scope, one, standing, its_rules) if standing.customer_ids else None
        for one, standing, its_rules in zip(questions, standings, rules, strict=True)
    ]


def _person(scope: Scope, one: Question, known: PersonStanding, rules: GateRules) -> Person:
    ask = one.ask
    letters = any(cap.household and cap.covers(ask.channel, ask.purpose, ask.contact_class) for cap in rules.caps)
    return Person(
        customer_ids=known.customer_ids,
        may=known.consent.allowed,
        may_code=known.consent.code,
        may_sentence=known.consent.sentence,
        zones=known.zone.plausible,
        zone_known=bool(known.zone.zone),
        channels_never=known.wishes.channels_never,
        hours=known.wishes.hours,
        at_most=known.wishes.at_most,
        household=household_of(scope=scope, customer_id=one.customer_id, customer_ids=known.customer_ids).key if letters else "",
    )


def subjects_of(person: Person) -> tuple[str, ...]:
    """The names under which changes of a person's ledger are counted."""
    own = f"customer:{person.customer_ids[0]}"
    return (own,) if person.household in ("", own) else (own, person.household)


def budget_of(*, scope: Scope, customer_id: int, at: datetime) -> list[BudgetLine]:
    """How much of each cap is spent now, and by what, for promotional contacts by e-mail (what a person looks at first)."""
    ask = Ask(channel="email", purpose="offers", contact_class="promotional")
    weighed = weigh(scope=scope, customer_id=customer_id, ask=ask, at=at)
    lines: dict[tuple[str, timedelta], BudgetLine] = {}
    for limit in limits_for(ask, weighed.person, weighed.rules, weighed.ledger.held):
        inside = tuple(one for one in limit.entries if one.at > at - limit.window)
        spent = sum(limit.weight_of(one) for one in inside)
        line = BudgetLine(limit.name, limit.most, limit.window / timedelta(days=1), spent, tuple(used(one) for one in inside))
        # A cap with a share kept for service is two limits of one name: whichever leaves less room is what counts.
        known = lines.get((limit.name, limit.window))
        if known is None or line.most - line.spent < known.most - known.spent:
            lines[limit.name, limit.window] = line
    return list(lines.values())


def ask_gate(*, scope: Scope, customer_id: int, ask: Ask, at: datetime) -> Decision:
    """May we contact them, when, why not? Reserves nothing. Raises NotFound."""
    weighed = weigh(scope=scope, customer_id=customer_id, ask=ask, at=at)
    return explained(weighed.outcome, rules_version=weighed.rules_version)


def ask_gate_about(*, scope: Scope, customer_id: int, asks: Sequence[Ask], at: datetime, read: PersonRead | None = None) -> list[Decision]:
    """Several questions about one person, read together; the answers in the order asked. Raises NotFound.

    `read`: what was read of this person a moment ago, for a page that shows more of it. Reservations never use it.
    """
    weighed = weigh_all(scope=scope, questions=[Question(customer_id, ask, at) for ask in asks], read=read)
    found = [explained(one.outcome, rules_version=one.rules_version) for one in weighed if one is not None]
    if len(found) < len(asks):
        raise NotFound(_("There is no such customer."))
    return found


def instant_on_their_clock(*, scope: Scope, customer_id: int, wall: datetime) -> datetime:
    """A wall time on the customer's own clock as an instant; of several plausible clocks the latest, so that it is never too early."""
    zones = zone_known_of(scope=scope, customer_id=customer_id).plausible
    return max(instant_of_wall(wall, zone) for zone in zones)


def slot_of(*, scope: Scope, reservation: str) -> Slot:
    """A reservation by its id, with customer and contact. Raises NotFound."""
    uuid = parsed(reservation)
    rows = Slot.objects.select_related("customer", "contact")
    row = rows.filter(public_id=uuid, business_id=scope.business_id).first() if uuid else None
    if row is None or not scope.sees_branch(row.customer.home_branch_id):
        raise NotFound(_("There is no such reservation."))
    return row


def slots_of(*, scope: Scope, customer_id: int, size: int = 20) -> list[Slot]:
    """The newest entries of a person's ledger, those that lapsed too, newest first: the gate's journal."""
    cluster = cluster_of(scope=scope, customer_id=customer_id)
    return list(Slot.objects.filter(customer_id__in=cluster, business_id=scope.business_id).order_by("-at", "-pk")[:size])


def freezes_of(*, scope: Scope, customer_id: int) -> list[Freeze]:
    """What froze this person, open ones first."""
    cluster = cluster_of(scope=scope, customer_id=customer_id)
    rows = Freeze.objects.filter(customer_id__in=cluster, business_id=scope.business_id).order_by("-since")[:50]
    return sorted(rows, key=lambda row: row.closed_at is not None)


def ask_of_slot(slot: Slot, *, at: datetime) -> Ask:
    """The question that a slot answered, asked for `at`."""
    return Ask(
        channel=slot.channel,
        purpose=slot.purpose,
        contact_class=slot.contact_class,
        weight=slot.weight,
        priority=slot.priority,
        wanted_at=at,
        expires_at=slot.expires_at,
        address=slot.address,
        value=slot.value,
    )


def _ledgers_of(scope: Scope, people: Sequence[Person | None], rules: Sequence[GateRules], at: datetime) -> Ledgers | None:
    """The ledgers of all who are known; None when nobody is."""
    known = [(person, its_rules) for person, its_rules in zip(people, rules, strict=True) if person is not None]
    if not known:
        return None
    longest = max(max(its.longest, timedelta(days=one.at_most[1]) if one.at_most else timedelta()) for one, its in known)
    return read_ledgers(
        business_id=scope.business_id,
        customer_ids=sorted({record for one, _its in known for record in one.customer_ids}),
        households=sorted({one.household for one, _its in known if one.household}),
        subjects=sorted({subject for one, _its in known for subject in subjects_of(one)}),
        since=at - longest,
        now=at,
    )


__all__ = [
    "Question",
    "RulesKnown",
    "ask_gate",
    "ask_gate_about",
    "ask_of_slot",
    "budget_of",
    "freezes_of",
    "slot_of",
    "slots_of",
    "subjects_of",
    "weigh",
    "weigh_all",
]
