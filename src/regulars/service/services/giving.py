"""Gestures: making things good at once within one's authority, asking for approval beyond it. Two ledgers, double entry (B3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope, business_of
from regulars.customers.queries import cluster_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.money import Money, currencies
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.queries import Authority, authority_kinds_of, authority_of, policy_of_version, version_at
from regulars.service.events import GestureDecided, GestureGiven
from regulars.service.models import Case, Gesture, GestureBudget, LedgerLine
from regulars.service.queries.deciding import decides_freely
from regulars.service.rules.happenings import What
from regulars.service.services.writing import CaseWriter, locked_case


class GestureRefused(Refusal):
    code = "gesture_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


class GestureKeyTaken(Refusal):
    code = "gesture_key_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another gesture was booked under this key before."))


class GestureDone(Refusal):
    code = "gesture_done"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This gesture was decided or taken back before."))


class NotYours(Refusal):
    code = "beyond_authority"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("This is beyond your own authority, or you asked for it yourself. Somebody with more authority decides."))


@dataclass(frozen=True, kw_only=True)
class NewGesture:
    """What is given: a kind that the policy names ("refund", "goodwill"), an amount in minor units, and what for."""

    kind: str
    amount_minor: int
    currency: str = ""
    words: str = ""


@dataclass(frozen=True)
class Room:
    """What somebody may still give in a case: the limits, what is used up of each, and what is left."""

    authority: Authority | None
    on_case: int
    on_customer: int
    by_person: int
    left: int


def give(*, scope: Scope, public_id: str, new: NewGesture, employee_id: int | None, key: str, at: datetime, actor: str) -> Gesture:
    """Book a gesture at once when it lies within the giver's authority, else ask for approval; once for its key.

    Bookings for one customer take turns at a row, so two at once can't both use the last of a limit (X2). A program (no employee) has no
    authority: its gestures ask. Raises NotFound, GestureRefused, GestureKeyTaken.
    """
    currency = new.currency or business_of(scope=scope).currency
    _refuse_faults(new, currency)
    known = _known(scope, key, new)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            case = locked_case(scope=scope, public_id=public_id)
            _take_turn(scope, case)
            room = room_for(scope=scope, case=case, employee_id=employee_id, kind=new.kind, at=at)
            why = _beyond(room, new.amount_minor, currency)
            row = _row(scope, case, new, currency, room, why, employee_id=employee_id, key=key, at=at, actor=actor)
            writer = CaseWriter(case, at=at, actor=actor)
            writer.add(
                What.GESTURE,
                {"gesture": str(row.public_id), "state": row.state, "kind": row.kind, "amount": row.amount_minor, "currency": row.currency},
            )
            writer.save()
            if row.state == "booked":
                _book(row, case, at=at, actor=actor)
            return row
    except IntegrityError:
        known = _known(scope, key, new)
        if known is None:
            raise
        return known


def approve_gesture(*, scope: Scope, public_id: str, employee_id: int, why: str, at: datetime, actor: str) -> Gesture:
    """Approve what somebody asked for, within one's own authority. It is booked at this instant. Raises NotFound, GestureDone, NotYours."""
    with transaction.atomic():
        row, case = _awaiting(scope, public_id)
        _take_turn(scope, case)
        room = room_for(scope=scope, case=case, employee_id=employee_id, kind=row.kind, at=at)
        covered = not _beyond(room, row.amount_minor, row.currency)
        if row.staff_id == employee_id or not (covered or decides_freely(scope=scope, employee_id=employee_id, kind=row.kind, at=at)):
            raise NotYours
        _decide(row, "booked", why, at, actor)
        row.at = at
        row.save(update_fields=["at"])
        _book(row, case, at=at, actor=actor)
    return row


def refuse_gesture(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> Gesture:
    """Refuse what somebody asked for, with the reason; it stays on record. Raises NotFound, GestureDone, GestureRefused."""
    if not why.strip():
        raise GestureRefused("why", _("Say why. It stays beside the request, for all to learn from."))
    with transaction.atomic():
        row, _case = _awaiting(scope, public_id)
        _decide(row, "refused", why, at, actor)
    return row


def reverse_gesture(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> Gesture:
    """Take a booked gesture back by a counter-booking; both stay, the amount is free again (X4). Raises NotFound, GestureDone."""
    if not why.strip():
        raise GestureRefused("why", _("Say why it is taken back."))
    with transaction.atomic():
        found = _gesture(scope, public_id)
        case = locked_case(scope=scope, case_id=found.case_id)
        _take_turn(scope, case)
        if not Gesture.objects.filter(pk=found.pk, state="booked").update(
            state="reversed", decided_by=actor, decided_at=at, decided_why=why.strip()[:300]
        ):
            raise GestureDone
        found.refresh_from_db()
        _lines(found, booking=2, sign=-1, at=at, actor=actor)
        announce(
            GestureDecided(tenant_id=found.business_id, at=at, actor=actor, gesture_id=found.pk, verdict="reversed"), after={"why": why}
        )
    return found


def room_for(*, scope: Scope, case: Case, employee_id: int | None, kind: str, at: datetime) -> Room:
    """What this employee may still give in this case. Booked gestures of everybody count; those taken back do not."""
    authority = authority_of(scope=scope, employee_id=employee_id, kind=kind, at=at) if employee_id is not None else None
    return Room(None, 0, 0, 0, 0) if authority is None else _room(scope, case, employee_id, authority)


def rooms_for(*, scope: Scope, case: Case, employee_id: int, at: datetime) -> list[Room]:
    """What this employee may still give in this case, of everything that they may give at all, in the order of the policy."""
    found = authority_kinds_of(scope=scope, employee_id=employee_id, at=at)
    return [_room(scope, case, employee_id, one) for one in found]


def _room(scope: Scope, case: Case, employee_id: int | None, authority: Authority) -> Room:
    booked = Gesture.objects.filter(state="booked", kind=authority.kind)
    on_case = booked.filter(case=case).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    on_customer = by_person = 0
    if authority.period_start is not None:
        cluster = list(cluster_of(scope=scope, customer_id=case.customer_id)) or [case.customer_id]
        lately = booked.filter(at__gte=authority.period_start, at__lt=authority.period_end)
        on_customer = lately.filter(customer_id__in=cluster).aggregate(sum=Sum("amount_minor"))["sum"] or 0
        if authority.per_person is not None:
            by_person = lately.filter(staff_id=employee_id).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    limits = [
        authority.per_gesture,
        None if authority.per_case is None else authority.per_case - on_case,
        None if authority.per_customer is None else authority.per_customer - on_customer,
        None if authority.per_person is None else authority.per_person - by_person,
    ]
    return Room(authority, on_case, on_customer, by_person, max(0, min((one for one in limits if one is not None), default=0)))


def _beyond(room: Room, amount: int, currency: str) -> str:
    """Which limit a gesture would break; "" when none."""
    one = room.authority
    if one is None:
        return "no_authority"
    if one.currency != currency:
        return "other_currency"
    if one.per_gesture is not None and amount > one.per_gesture:
        return "per_gesture"
    if one.per_case is not None and room.on_case + amount > one.per_case:
        return "per_case"
    if one.per_customer is not None and room.on_customer + amount > one.per_customer:
        return "per_customer"
    if one.per_person is not None and room.by_person + amount > one.per_person:
        return "per_person"
    return ""


def _row(
    scope: Scope,
    case: Case,
    new: NewGesture,
    currency: str,
    room: Room,
    why: str,
    *,
    employee_id: int | None,
    key: str,
    at: datetime,
    actor: str,
) -> Gesture:
    version = version_at(scope=scope, at=at)
    return Gesture.objects.create(
        business_id=scope.business_id,
        case=case,
        customer_id=case.customer_id,
        kind=new.kind,
        ledger=ledger_of(scope=scope, kind=new.kind, at=at),
        amount_minor=new.amount_minor,
        currency=currency,
        words=new.words.strip(),
        state="awaiting" if why else "booked",
        why=why,
        policy=version,
        paragraph=room.authority.paragraph if room.authority else "",
        staff_id=employee_id,
        actor=actor,
        at=at,
        key=key,
        origin="demo" if case.source == "demo" else "",
    )


def ledger_of(*, scope: Scope, kind: str, at: datetime) -> str:
    """In which of the two ledgers a kind stands, by the policy in force. Raises GestureRefused for a kind that it does not name."""
    version = version_at(scope=scope, at=at)
    for one in policy_of_version(version).authority if version else ():
        if one.kind == kind:
            return one.ledger
    raise GestureRefused("kind", _("The policy in force names no such kind of gesture."))


def _book(row: Gesture, case: Case, *, at: datetime, actor: str) -> None:
    _lines(row, booking=1, sign=1, at=at, actor=actor)
    announce(
        GestureGiven(
            tenant_id=row.business_id,
            at=at,
            actor=actor,
            customer_id=row.customer_id,
            case_id=case.pk,
            gesture_id=row.pk,
            ledger=row.ledger,
            booked_at=at,
            headline=gettext_noop("Made good in case #%(number)s: %(amount)s"),
            headline_values={"number": case.pk, "amount": Money(row.amount_minor, row.currency).shown()},
        )
    )


def _lines(row: Gesture, *, booking: int, sign: int, at: datetime, actor: str) -> None:
    sides = ((f"given:{row.kind}", row.amount_minor), (f"customer:{row.customer_id}", -row.amount_minor))
    LedgerLine.objects.bulk_create(
        [
            LedgerLine(
                business_id=row.business_id,
                gesture=row,
                booking=booking,
                ledger=row.ledger,
                account=account,
                amount_minor=sign * amount,
                currency=row.currency,
                at=at,
                actor=actor,
            )
            for account, amount in sides
        ]
    )


def _take_turn(scope: Scope, case: Case) -> None:
    GestureBudget.objects.get_or_create(customer_id=case.customer_id, defaults={"business_id": scope.business_id})
    GestureBudget.objects.filter(customer_id=case.customer_id).update(bookings=F("bookings") + 1)


def _decide(row: Gesture, state: str, why: str, at: datetime, actor: str) -> None:
    changed = Gesture.objects.filter(pk=row.pk, state="awaiting").update(
        state=state, decided_by=actor, decided_at=at, decided_why=why.strip()[:300]
    )
    if not changed:
        raise GestureDone
    row.refresh_from_db()
    announce(GestureDecided(tenant_id=row.business_id, at=at, actor=actor, gesture_id=row.pk, verdict=state), after={"why": why})


def _awaiting(scope: Scope, public_id: str) -> tuple[Gesture, Case]:
    row = _gesture(scope, public_id)
    return row, locked_case(scope=scope, case_id=row.case_id)


def _gesture(scope: Scope, public_id: str) -> Gesture:
    row = (
        Gesture.objects.filter(business_id=scope.business_id, public_id=public_id).select_related("case").first()
        if parsed(public_id)
        else None
    )
    if row is None or not scope.sees_branch(row.case.branch_id):
        raise NotFound(_("There is no such gesture."))
    return row


def _known(scope: Scope, key: str, new: NewGesture) -> Gesture | None:
    row = Gesture.objects.filter(business_id=scope.business_id, key=key).first()
    if row is not None and (row.kind, row.amount_minor) != (new.kind, new.amount_minor):
        raise GestureKeyTaken
    return row


def _refuse_faults(new: NewGesture, currency: str) -> None:
    if currency not in currencies():
        raise GestureRefused("currency", _("There is no such currency."))
    if not 0 < new.amount_minor < 10**12:
        raise GestureRefused("amount", _("A gesture gives something: an amount above nothing."))
    if len(new.words) > 300:
        raise GestureRefused("words", _("Say in up to 300 characters what it is for."))


__all__ = [
    "GestureDone",
    "GestureKeyTaken",
    "GestureRefused",
    "NewGesture",
    "NotYours",
    "Room",
    "approve_gesture",
    "give",
    "ledger_of",
    "refuse_gesture",
    "reverse_gesture",
    "room_for",
]
