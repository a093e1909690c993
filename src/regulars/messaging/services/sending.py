"""Sending: queued → claimed → in flight → accepted | failed | uncertain. The last look (switch, list, consent, gate) and the mark "in flight"
are one transaction; what a crash leaves in flight is repeated under the same Message-ID or told as uncertain, by its class.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from regulars.business.queries import Scope
from regulars.contacts.services import (
    Ask,
    AskRefused,
    Confirmation,
    ContactParticulars,
    ContactRefused,
    Decision,
    GateQuestion,
    confirm_reservations,
    decide_contacts,
    recheck_reservations,
    release_reservation,
)
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.messaging.adapters.dkim_key import dkim_key
from regulars.messaging.adapters.flight_sql import Barriers, barriers, mark_accepted, mark_in_flight, still_claimed
from regulars.messaging.adapters.relay import FOLDER, Answer, FolderRelay, Parcel, Relay, hand_over_all, relay_for
from regulars.messaging.events import MessagesHandedOver, MessageUncertain
from regulars.messaging.models import MailSwitch, Message, MessageState
from regulars.messaging.rules.addresses import kept_recipient
from regulars.messaging.rules.reports import verdict_of_reply
from regulars.messaging.rules.sending import Pace, may_repeat, wait_before
from regulars.messaging.rules.signing import signed
from regulars.messaging.services.composing import message_bytes, return_address
from regulars.messaging.services.linking import with_links
from regulars.messaging.services.setbacks import record_setback, tell_not_delivered
from regulars.messaging.services.writing import BULK

ACTOR = "system:mail"
LEASE = timedelta(minutes=5)
CLAIM = 200
# How many messages a connection hands over between two visits to the database, which cost nearly the same for few and many: as many as fit into
# a second, and only of what a crash would repeat. What it would leave uncertain goes out one by one on each connection.
ROUNDS, ROUNDS_SECONDS = 3, 1.0
AGAIN = timedelta(minutes=1)
NATURES = {"promotional": "offer", "survey": "survey", "service": "follow-up", "reply": "follow-up"}
Clock = Callable[[], datetime]


@dataclass
class Outlet:
    """The way out of one process: some connections to the mail server, and the pace that each domain is spoken to."""

    make: Callable[[], Relay]
    connections: int
    owner: str
    pace: Pace
    relays: list[Relay] = field(default_factory=list)
    rounds: int = 1

    def __enter__(self) -> Outlet:
        self.relays = [self.make() for _number in range(self.connections)]
        return self

    def __exit__(self, *_fault: object) -> None:
        for relay in self.relays:
            relay.close()


_PACE = Pace(per_minute=settings.REGULARS.mail_pace)


def outlet(*, owner: str) -> Outlet:
    """The way out that the settings name."""
    return outlets(owner=owner, lanes=1)[0]


def outlets(*, owner: str, lanes: int) -> list[Outlet]:
    """The way out that the settings name as up to `lanes` ways, which share its connections and its pace."""
    chosen = settings.REGULARS
    count = min(lanes, chosen.mail_connections)
    shares = [chosen.mail_connections // count + (place < chosen.mail_connections % count) for place in range(count)]
    return [Outlet(relay_for(chosen.mail_url, settings.VAR), share, f"{owner}:{place}", _PACE) for place, share in enumerate(shares)]


def folder_outlet(*, owner: str, line_breaks: bool = False) -> Outlet:
    """The way into the folder, whatever the settings name; `line_breaks` as the relay knows it."""
    return Outlet(lambda: FolderRelay(settings.VAR / FOLDER, line_breaks=line_breaks), 1, owner, Pace(per_minute=0))


def send_due(*, through: Outlet, now: Clock, limit: int = CLAIM) -> int:
    """Send up to `limit` messages that are due. Returns how many were claimed; 0: nothing is due."""
    recover_lost(at=now())
    rows = _claimed(through, now(), limit)
    place = 0
    while place < len(rows):
        group = _together(rows[place : place + through.connections * through.rounds], through)
        place += len(group)
        ready = retried(lambda group=group: _marked_in_flight(group, through, now()))  # type: ignore[misc]
        answers = _handed_over(ready, through, now())
        retried(lambda ready=ready, answers=answers: _settled(ready, answers, through, now()))  # type: ignore[misc]
    return len(rows)


def _together(rows: list[Message], through: Outlet) -> list[Message]:
    return rows if all(may_repeat(row.contact_class) for row in rows) else rows[: through.connections]


def recover_lost(*, at: datetime) -> None:
    """Take over what a worker left behind: the claimed goes back, what was in flight is repeated or told as uncertain."""
    lost = Message.objects.filter(state__in=[MessageState.CLAIMED, MessageState.IN_FLIGHT], leased_until__lt=Now())
    if not lost.exists():
        return
    with transaction.atomic():
        for row in lost.select_for_update():
            held = Message.objects.filter(pk=row.pk, fence=row.fence, state=row.state)
            if row.state == MessageState.CLAIMED or may_repeat(row.contact_class):
                again = "" if row.state == MessageState.CLAIMED else "repeated"
                held.update(state=MessageState.QUEUED, leased_until=None, lease_owner="", fence=F("fence") + 1, reason=again)
            elif held.update(
                state=MessageState.UNCERTAIN, leased_until=None, lease_owner="", fence=F("fence") + 1, reason="interrupted", settled_at=at
            ):
                announce(MessageUncertain(tenant_id=row.business_id, at=at, actor=ACTOR, message_id=row.pk))


def _claimed(through: Outlet, at: datetime, limit: int) -> list[Message]:
    stopped = MailSwitch.objects.filter(resumed_at__isnull=True).values_list("business_id", flat=True)
    due = Message.objects.filter(state=MessageState.QUEUED, due_at__lte=at).exclude(business_id__in=list(stopped))
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).order_by("due_at", "id")
        rows = list(locked[:limit])
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=MessageState.CLAIMED, fence=F("fence") + 1, lease_owner=through.owner, leased_until=Now() + LEASE
        )
    for row in rows:
        row.fence += 1
        row.state = MessageState.CLAIMED
    return rows


def _marked_in_flight(group: Sequence[Message], through: Outlet, at: datetime) -> list[Message]:
    """The last look. Whoever passes is in flight when this commits; whoever doesn't is withheld, or waits."""
    with transaction.atomic():
        held = still_claimed(claims=[(row.pk, row.fence) for row in group])
        barred = barriers(business_ids={row.business_id for row in group}, addresses={row.address.lower() for row in group})
        asking = [
            row
            for row in sorted(group, key=lambda one: (one.customer_id or 0, one.pk))
            if row.pk in held and _may_ask(row, barred, through, at)
        ]
        decisions = _decided(asking, at)
        places = {row.pk: place for row in asking if (place := _place(row, decisions.get(row.pk), at)) is not None}
        claims = [(row.pk, row.fence, places[row.pk]) for row in asking if row.pk in places]
        flying = mark_in_flight(claims=claims, at=at, lease=LEASE) if claims else set()
    ready = [row for row in asking if row.pk in flying]
    for row in ready:
        row.attempts += 1
        row.reservation = places[row.pk]
    return ready


def _may_ask(row: Message, barred: Barriers, through: Outlet, at: datetime) -> bool:
    """Everything but the gate: the switch, the list, whether the customer and the link are still there, the pace of the domain."""
    listed = barred.listed.get((row.business_id, row.address.lower()))
    if row.business_id in barred.stopped:
        _put_back(row, "stopped", at)
    elif listed is not None and (listed or row.contact_class in BULK):
        _withhold(row, "suppressed", at)
    elif row.customer_id is None:
        _withhold(row, "customer_gone", at)
    elif with_links(row) is None:
        _withhold(row, "link_over", at)
    elif (free := through.pace.taken_from(row.route_domain, at)) > at:
        _put_back(row, "pace", free)
    else:
        return True
    return False


def _decided(rows: Sequence[Message], at: datetime) -> dict[int, Decision | Refusal]:
    """What the gate says now: to those that hold a place, whether it stands; the others ask for one."""
    found: dict[int, Decision | Refusal] = {}
    for business_id in {row.business_id for row in rows}:
        scope = Scope(business_id)
        own = [row for row in rows if row.business_id == business_id]
        holding, asking = [row for row in own if row.reservation], [row for row in own if not row.reservation]
        if holding:
            stands = recheck_reservations(scope=scope, reservations=[row.reservation for row in holding], at=at)
            found |= {row.pk: stands[row.reservation] for row in holding if row.reservation in stands}
        if asking:
            answers = decide_contacts(scope=scope, questions=[_question(row) for row in asking], reserve=True, at=at, actor=ACTOR)
            found |= {row.pk: answer for row, answer in zip(asking, answers, strict=True)}
    return found


def _question(row: Message) -> GateQuestion:
    assert row.customer_id is not None
    ask = Ask(
        channel="email",
        purpose=row.purpose,
        contact_class=row.contact_class,
        priority=row.priority,
        expires_at=row.expires_at,
        address=row.address,
    )
    return GateQuestion(row.customer_id, ask, f"message:{row.public_id}:{row.fence}", row.origin or "gate")


def _place(row: Message, decision: Decision | Refusal | None, at: datetime) -> str | None:
    """The place with which it may go now; None when it waits or is withheld, as the gate said. No decision: its place is unknown."""
    if decision is None or isinstance(decision, Refusal):
        row.reservation = ""
        if isinstance(decision, AskRefused | NotFound):
            _withhold(row, "customer_gone" if isinstance(decision, NotFound) else decision.code, at)
        else:
            _put_back(row, decision.code if decision else "reservation_gone", at + AGAIN)
        return None
    if decision.answer == "allow":
        return decision.reservation or row.reservation
    code = decision.reasons[0].code if decision.reasons else "gate"
    if code.startswith("reservation_"):
        row.reservation = ""
        _put_back(row, code, at)
    elif decision.answer == "defer" and decision.until is not None and (row.expires_at is None or decision.until < row.expires_at):
        _release(row, code, at)
        _put_back(row, code, decision.until, give_up=decision.until)
    else:
        _withhold(row, code, at)
    return None


def _put_back(row: Message, reason: str, due_at: datetime, *, give_up: datetime | None = None) -> None:
    fields: dict[str, object] = {"reservation": row.reservation, "reason": reason[:60], "due_at": due_at}
    if give_up is not None:
        fields["give_up_at"] = give_up + timedelta(hours=72)
    Message.objects.filter(pk=row.pk, fence=row.fence).update(state=MessageState.QUEUED, leased_until=None, lease_owner="", **fields)


def _withhold(row: Message, reason: str, at: datetime) -> None:
    _release(row, reason, at)
    Message.objects.filter(pk=row.pk, fence=row.fence).update(
        state=MessageState.WITHHELD, leased_until=None, lease_owner="", reason=reason[:60], settled_at=at
    )


def _release(row: Message, reason: str, at: datetime) -> None:
    if row.reservation:
        release_reservation(scope=Scope(row.business_id), reservation=row.reservation, reason=reason, at=at, actor=ACTOR)
        row.reservation = ""
        Message.objects.filter(pk=row.pk).update(reservation="")


def _handed_over(ready: Sequence[Message], through: Outlet, at: datetime) -> list[Answer]:
    """Hand them over in rounds of one for each connection. When that begins to last, the others are let go again: nothing of them was sent."""
    answers: list[Answer] = []
    begun, rounds = time.monotonic(), 0
    for rows in batched(ready, through.connections):
        if rounds and time.monotonic() - begun > ROUNDS_SECONDS:
            break
        answers += hand_over_all([(relay, _parcel(row, at)) for relay, row in zip(through.relays, rows, strict=False)])
        rounds += 1
    if rounds:
        through.rounds = max(1, min(ROUNDS, int(ROUNDS_SECONDS * rounds / max(time.monotonic() - begun, 0.001))))
    return answers + [Answer("unasked", 0, "")] * (len(ready) - len(answers))


def _parcel(row: Message, at: datetime) -> Parcel:
    recipient = kept_recipient(row.address)
    content = message_bytes(row)
    chosen = settings.REGULARS
    if chosen.mail_dkim_key is not None:
        domain = row.sender_address.rpartition("@")[2]
        content = signed(
            content, domain=domain, selector=chosen.mail_dkim_selector, key=dkim_key(chosen.mail_dkim_key), at_seconds=int(at.timestamp())
        )
    return Parcel(str(row.public_id), return_address(row), recipient.address, recipient.needs_smtputf8, content)


def _settled(ready: Sequence[Message], answers: Sequence[Answer], through: Outlet, at: datetime) -> None:
    pairs = list(zip(ready, answers, strict=True))
    with transaction.atomic():
        taken = [(row, answer) for row, answer in pairs if answer.kind == "accepted"]
        ended = mark_accepted(claims=[(row.pk, row.fence, _words(answer)) for row, answer in taken], at=at) if taken else set()
        done = [row for row, _answer in taken if row.pk in ended]
        if done:
            _confirm(done, at)
        for row, answer in pairs:
            if answer.kind != "accepted":
                _settle_no(row, answer, through, at)
        for business_id in sorted({row.business_id for row in done}):
            ids = [row.pk for row in done if row.business_id == business_id]
            announce(MessagesHandedOver(tenant_id=business_id, at=at, actor=ACTOR, message_ids=ids))


def _settle_no(row: Message, answer: Answer, through: Outlet, at: datetime) -> None:
    held = Message.objects.filter(pk=row.pk, fence=row.fence, state=MessageState.IN_FLIGHT)
    if answer.kind == "unasked":
        held.update(state=MessageState.QUEUED, leased_until=None, lease_owner="", attempts=F("attempts") - 1)
        return
    if answer.kind == "unknown" and not may_repeat(row.contact_class):
        if held.update(**_end(MessageState.UNCERTAIN, "interrupted", answer, at)):
            announce(MessageUncertain(tenant_id=row.business_id, at=at, actor=ACTOR, message_id=row.pk))
        return
    if answer.kind in ("later", "away", "unknown"):
        if answer.code in (421, 450, 451):
            through.pace.rest(row.route_domain, at, row.attempts)
        later = at + wait_before(row.attempts)
        if later <= row.give_up_at:
            words = {"reply_text": _words(answer), "reason": "repeated" if answer.kind == "unknown" else answer.kind}
            held.update(state=MessageState.QUEUED, leased_until=None, lease_owner="", due_at=later, **words)
            return
    if not held.update(**_end(MessageState.FAILED, _failure(answer), answer, at)):
        return
    if answer.kind == "unsupported" or answer.kind == "away":
        _release(row, _failure(answer), at)
    else:
        record_setback(
            message=row,
            verdict=verdict_of_reply(answer.code, answer.words),
            status=str(answer.code),
            diagnostic=answer.words,
            source="smtp",
            at=at,
        )
        _release(row, "refused", at)
    tell_not_delivered(message=row, verdict=_failure(answer), at=at)


def _failure(answer: Answer) -> str:
    return {"unsupported": "unsupported_by_route", "refused": "refused", "away": "server_away"}.get(answer.kind, "gave_up")


def _end(state: MessageState, reason: str, answer: Answer, at: datetime) -> dict[str, object]:
    return {
        "state": state,
        "reason": reason,
        "reply_text": _words(answer),
        "leased_until": None,
        "lease_owner": "",
        "settled_at": at,
    }


def _words(answer: Answer) -> str:
    return f"{answer.code} {answer.words}".strip()[:500] if answer.code else answer.words[:500]


def _confirm(rows: Sequence[Message], at: datetime) -> None:
    """Write the contacts down and let their places count from now. A place that was given away meanwhile loses nothing: the mail is out."""
    for business_id in sorted({row.business_id for row in rows}):
        scope = Scope(business_id)
        said = [Confirmation(row.reservation, row.actor, _contact(row)) for row in rows if row.business_id == business_id]
        found = confirm_reservations(scope=scope, confirmations=said, at=at)
        # Where the business has given up the word, the gate's own one stands in.
        plain = [replace(one, contact=None) for one, answer in zip(said, found, strict=True) if isinstance(answer, ContactRefused)]
        if plain:
            confirm_reservations(scope=scope, confirmations=plain, at=at)


def _contact(row: Message) -> ContactParticulars:
    return ContactParticulars(
        channel="email",
        direction="out",
        nature=NATURES.get(row.contact_class, "notice"),
        began_by="customer" if row.contact_class == "reply" else "business",
        note=row.subject[:500],
        links={"message": str(row.public_id)},
    )
