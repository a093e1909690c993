"""One case as people read it: what was said, what happened, each promise with the account of its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.queries import TermKind, Terms, terms_of
from regulars.groundwork.kernel.bulk.instances import objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.money import Money
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.queries import Enclosure, Message, ReceivedMail, enclosure_of, enclosures_of
from regulars.policy.queries import PRIORITY_WORDS, Piece, Why, account, gesture_in_words, step_in_words, target_in_words
from regulars.service.models import Case, Entry, Gesture
from regulars.service.queries.lawbook import laws
from regulars.service.queries.streams import streams_of
from regulars.service.rules.clocks import Clock, Laws, Metric, Standing, standing_of
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import Story
from regulars.service.rules.states import CaseState, timings_of
from regulars.staff.queries import employee_names

METRIC_WORDS = {
    Metric.FIRST_ANSWER: gettext_lazy("First answer"),
    Metric.NEXT_ANSWER: gettext_lazy("Next answer"),
    Metric.RESOLUTION: gettext_lazy("Resolution"),
    Metric.ANSWER_UNLESS_SETTLED: gettext_lazy("Answer unless settled"),
    Metric.FINAL_ANSWER: gettext_lazy("Final answer"),
    Metric.OWN: gettext_lazy("Promised"),
}
STANDING_WORDS = {
    Standing.RUNNING: gettext_lazy("running"),
    Standing.PAUSED: gettext_lazy("resting"),
    Standing.OVERDUE: gettext_lazy("broken"),
    Standing.KEPT: gettext_lazy("kept"),
    Standing.KEPT_LATE: gettext_lazy("kept late"),
    Standing.CANCELLED: gettext_lazy("no longer owed"),
    Standing.LAPSED: gettext_lazy("passed"),
}
STATUS_WORDS = {
    "open": gettext_lazy("Open"),
    "waiting": gettext_lazy("Waiting for the customer"),
    "resolved": gettext_lazy("Resolved"),
    "closed": gettext_lazy("Closed"),
    "merged": gettext_lazy("Merged"),
}
WHAT_WORDS = {
    What.OPENED: gettext_lazy("Opened"),
    What.CUSTOMER_WROTE: gettext_lazy("The customer wrote"),
    What.COURTESY: gettext_lazy("The customer said thank you"),
    What.ACKNOWLEDGED: gettext_lazy("Acknowledged by machine"),
    What.ANSWERED: gettext_lazy("Answered"),
    What.NOTED: gettext_lazy("Noted"),
    What.WAITING_BEGAN: gettext_lazy("Waiting for the customer began"),
    What.WAITING_ENDED: gettext_lazy("Waiting ended"),
    What.CLASSIFIED: gettext_lazy("Classified anew"),
    What.ASSIGNED: gettext_lazy("Handed over"),
    What.SNOOZED: gettext_lazy("Put off"),
    What.WOKEN: gettext_lazy("Taken up again"),
    What.RESOLVED: gettext_lazy("Resolved"),
    What.REOPENED: gettext_lazy("Opened again"),
    What.REJECTED: gettext_lazy("The customer did not accept the answer"),
    What.CLOSED: gettext_lazy("Closed: the grace is over"),
    What.PROMISED: gettext_lazy("Promised"),
    What.ATTEMPTED: gettext_lazy("Tried, nobody reached"),
    What.KEPT: gettext_lazy("Promise kept"),
    What.WITHDRAWN: gettext_lazy("Promise withdrawn"),
    What.POLICY_APPLIED: gettext_lazy("Another version of the policy holds"),
    What.BREACHED: gettext_lazy("A promise broke"),
    What.ALARMED: gettext_lazy("Alarm"),
    What.ABSORBED: gettext_lazy("Another case was merged into this one"),
    What.MERGED: gettext_lazy("Merged into another case"),
    What.UNMERGED: gettext_lazy("Stands on its own again"),
    What.GAVE_BACK: gettext_lazy("A merged case stands on its own again"),
    What.SPLIT_OFF: gettext_lazy("A message was split off"),
    What.LINKED: gettext_lazy("Linked to another case"),
    What.GESTURE: gettext_lazy("Gesture"),
    What.ASKED: gettext_lazy("The customer was asked whether it is settled"),
    What.SAID_YES: gettext_lazy("The customer says it is settled"),
    What.SAID_NO: gettext_lazy("The customer says it is not settled"),
    What.NOT_DELIVERED: gettext_lazy("An answer did not arrive"),
    What.MAIL_REFUSED: gettext_lazy("A mail in the name of one of us was refused"),
    What.FELL_SILENT: gettext_lazy("A working day without a step of ours: owner and supervisors were told"),
}


@dataclass(frozen=True)
class PromiseShown:
    """One promise of a case: where it stands now, due when, by which paragraph of which version; `pieces` account for the deadline."""

    clock: Clock
    key: str
    title: str
    what: str
    standing: Standing
    due_at: datetime | None
    breached: bool
    paragraph: str
    version: str
    target: str
    text: str
    pieces: tuple[Piece, ...]
    staff: str

    @property
    def standing_word(self) -> str:
        """Where it stands, in a word."""
        return str(STANDING_WORDS[self.standing])

    @property
    def account(self) -> list[tuple[Piece, str]]:
        """Each interval counted or skipped, in words."""
        return [(piece, piece_in_words(piece)) for piece in self.pieces]

    @property
    def tone(self) -> str:
        """How it is drawn."""
        return {
            Standing.OVERDUE: "bad",
            Standing.KEPT_LATE: "warn",
            Standing.KEPT: "good",
            Standing.RUNNING: "info",
        }.get(self.standing, "")


def piece_in_words(piece: Piece) -> str:
    """Why an interval of a deadline's account was counted or skipped."""
    length = duration_in_words(piece.seconds)
    sentences = {
        Why.WORKING: _("%(length)s of working time counted"),
        Why.CLOCK: _("%(length)s counted"),
        Why.CLOSED: _("outside working time: nothing counted"),
        Why.HOLIDAY: _("a holiday: nothing counted"),
        Why.EXCEPTION: _("outside the hours of this day, which has its own: nothing counted"),
        Why.PAUSED: _("waiting for the customer: %(length)s of working time not counted"),
        Why.DAY_OF_START: _("the day it began does not count"),
        Why.DAY_COUNTED: _("this day counted"),
    }
    return sentences[piece.why] % {"length": length}


def duration_in_words(seconds: float) -> str:
    """“2 h 30 min”."""
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return _("%(hours)s h") % {"hours": hours} if hours else _("%(minutes)s min") % {"minutes": minutes}


@dataclass(frozen=True)
class HappeningShown:
    """One line of the stream in words."""

    at: datetime
    what: str
    words: str
    detail: str
    by: str
    why: str = ""


@dataclass(frozen=True)
class CaseShown:
    """All of one case."""

    case: Case
    state: CaseState
    promises: list[PromiseShown]
    entries: list[Entry]
    happenings: list[HappeningShown]
    links: list[tuple[str, Case]]
    gestures: list[Gesture]
    people: dict[int, str]

    @property
    def handover(self) -> HappeningShown | None:
        """What was said when the case last went into other hands, if anything was: whoever has it now reads it first."""
        last = next((one for one in reversed(self.happenings) if one.what == What.ASSIGNED.value), None)
        return last if last is not None and last.why else None


def case_shown(*, scope: Scope, case: Case, at: datetime) -> CaseShown:
    """Everything that stands on the page of a case."""
    book = laws(known=case.policy)
    stream = streams_of(case_ids=[case.pk])[case.pk]
    story = Story(book)
    for one in stream:
        story.take(one)
    people = {pk: name for pk, _public, name in employee_names(scope=scope)}
    terms = terms_of(scope=scope)
    return CaseShown(
        case,
        story.state,
        promises_of(state=story.state, book=book, at=at, people=people),
        _entries(case, people),
        [_happening(one, people, story.state, terms) for one in stream],
        _links(scope, case),
        gestures_of(case=case),
        people,
    )


def _entries(case: Case, people: Mapping[int, str]) -> list[Entry]:
    entries = objects(Entry, "FROM service_entry t WHERE t.case_id = %s ORDER BY t.at, t.id", case.pk)
    mail_ids = [one.mail_id for one in entries if one.mail_id]
    message_ids = [one.message_id for one in entries if one.message_id]
    mails = ReceivedMail.objects.defer("text").in_bulk(mail_ids) if mail_ids else {}
    sent = Message.objects.defer("text").in_bulk(message_ids) if message_ids else {}
    files = enclosures_of(message_ids=[number for number, message in sent.items() if message.enclosed])
    for entry in entries:
        entry.mail = mails[entry.mail_id] if entry.mail_id else None
        entry.message = sent[entry.message_id] if entry.message_id else None
        entry.files = files.get(entry.message_id or 0, [])  # type: ignore[attr-defined]  # for the template
        entry.by = people.get(entry.staff_id, "")  # type: ignore[attr-defined, arg-type]  # for the template
    return entries


def promises_of(*, state: CaseState, book: Laws, at: datetime, people: Mapping[int, str] | None = None) -> list[PromiseShown]:
    """The promises of a case, open ones first, each with its account."""
    timings = timings_of(state, book)
    shown = [_promise(clock, timings[clock.key].due_at, state, book, at, people or {}) for clock in state.clocks]
    order = {Standing.OVERDUE: 0, Standing.RUNNING: 1, Standing.PAUSED: 2}
    far = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(shown, key=lambda one: (order.get(one.standing, 3), one.due_at or far))


def entries_of(*, case: Case) -> list[Entry]:
    """What was said in a case, in order."""
    return list(Entry.objects.filter(case=case).select_related("staff", "message").defer("message__text").order_by("at", "pk"))


def case_of_mail(*, mail: ReceivedMail) -> str:
    """The id of the case that a mail is in. Raises NotFound."""
    entry = Entry.objects.filter(mail=mail).select_related("case").first()
    if entry is None:
        raise NotFound(_("This mail is in no case."))
    return str(entry.case.public_id)


def file_of_entry(*, case: Case, entry: str, number: int) -> Enclosure:
    """A file that went with what was said in a case. Raises NotFound."""
    row = (
        Entry.objects.filter(case=case, public_id=entry, message__isnull=False).select_related("message").first() if parsed(entry) else None
    )
    if row is None or row.message is None:
        raise NotFound(_("There is no such file."))
    return enclosure_of(message=row.message, number=number)


def gestures_of(*, case: Case) -> list[Gesture]:
    """What was given, asked for, refused or taken back in a case."""
    return objects(Gesture, "FROM service_gesture t WHERE t.case_id = %s ORDER BY t.at, t.id", case.pk)


def promises_by_stream(*, case: Case, at: datetime) -> tuple[list[Happening], list[PromiseShown]]:
    """The stream of a case and its promises as they stand at an instant."""
    book = laws()
    stream = streams_of(case_ids=[case.pk])[case.pk]
    story = Story(book)
    for one in stream:
        story.take(one)
    return stream, promises_of(state=story.state, book=book, at=at)


def _promise(clock: Clock, due: datetime | None, state: CaseState, book: Laws, at: datetime, people: Mapping[int, str]) -> PromiseShown:
    version, text, target, pieces = "", "", "", tuple[Piece, ...]()
    if clock.version_id is not None and clock.target is not None:
        law = book.law(clock.version_id)
        version, target = law.label, target_in_words(clock.target)
        text = next((one.text for one in law.policy.paragraphs if one.paragraph == clock.paragraph), "")
        if due is not None:
            pauses = list(clock.pauses)
            pieces = tuple(account(book.working(clock.version_id, clock.calendar), clock.target, clock.started_at, pauses))
    return PromiseShown(
        clock=clock,
        key=clock.key,
        title=str(METRIC_WORDS[clock.metric]),
        what=clock.what,
        standing=standing_of(clock, due, at),
        due_at=due,
        breached=clock.key in state.breached,
        paragraph=clock.paragraph,
        version=version,
        target=target,
        text=text,
        pieces=pieces,
        staff=people.get(clock.staff_id, "") if clock.staff_id else "",
    )


def _links(scope: Scope, case: Case) -> list[tuple[str, Case]]:
    words = {
        ("continues", True): _("continues"),
        ("continues", False): _("is continued by"),
        ("split", True): _("was split from"),
        ("split", False): _("was the source of"),
        ("merged", True): _("was merged into"),
        ("merged", False): _("took in"),
        ("alike", True): _("belongs with"),
        ("alike", False): _("belongs with"),
    }
    rows = fetch_prepared(
        "SELECT t.kind, t.case_id, t.other_id FROM service_link t WHERE (t.case_id = %s OR t.other_id = %s) AND t.undone_at IS NULL ORDER BY t.id",
        case.pk,
        case.pk,
    )
    found = [(kind, other if mine == case.pk else mine, mine == case.pk) for kind, mine, other in rows]
    others = Case.objects.in_bulk([number for _kind, number, _mine in found]) if found else {}
    return [
        (words[kind, mine], others[number])
        for kind, number, mine in sorted(found, key=lambda one: not one[2])
        if scope.sees_branch(others[number].branch_id)
    ]


def _happening(one: Happening, people: Mapping[int, str], state: CaseState, terms: Terms) -> HappeningShown:
    kind, _colon, number = one.actor.partition(":")
    by = people.get(int(number), "") if kind == "employee" and number.isdigit() else ""
    return HappeningShown(
        one.at, one.what.value, str(WHAT_WORDS[one.what]), _detail(one, people, state, terms), by, str(one.body.get("why", ""))
    )


def _detail(one: Happening, people: Mapping[int, str], state: CaseState, terms: Terms) -> str:
    body: Mapping[str, Any] = one.body
    parts = []
    if body.get("owner"):
        parts.append(_("to %(name)s") % {"name": people.get(body["owner"], "?")})
    if one.what in (What.BREACHED, What.ALARMED):
        clock = state.clock(body["clock"])
        parts.append(str(METRIC_WORDS[clock.metric]) if clock else body["clock"])
    if one.what is What.MAIL_REFUSED:
        parts.append(people.get(body["staff"], "?"))
    if one.what is What.ALARMED:
        parts.append(step_in_words(body["step"]))
    if one.what is What.CLASSIFIED:
        parts += [terms.label(kind, body[kind.value]) for kind in (TermKind.NATURE, TermKind.TOPIC) if body.get(kind.value)]
        parts += [str(PRIORITY_WORDS[body["priority"]])] if body.get("priority") else []
    if one.what is What.RESOLVED and body.get("cause"):
        parts.append(terms.label(TermKind.TOPIC, body["cause"]))
    if one.what is What.GESTURE and body.get("currency"):
        parts += [gesture_in_words(body["kind"]), Money(body["amount"], body["currency"]).shown(get_language() or "en")]
    parts += [str(body[name]) for name in ("what", "action", "why", "hint") if body.get(name)]
    return " · ".join(parts)
