"""One case as people read it: what was said, what happened, each promise with the account of its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Scope
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.queries import ReceivedMail
from regulars.policy.queries import Piece, Why, account, paragraphs_shown, target_in_words
from regulars.service.models import Case, Entry, Gesture, Link
from regulars.service.queries.lawbook import laws
from regulars.service.queries.streams import streams_of
from regulars.service.rules.clocks import Clock, Laws, Metric, Standing, standing_of
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import CaseState, Story, timings_of
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
PRIORITY_WORDS = {
    "low": gettext_lazy("Low"),
    "normal": gettext_lazy("Normal"),
    "high": gettext_lazy("High"),
    "urgent": gettext_lazy("Urgent"),
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
    What.SPLIT_OFF: gettext_lazy("A message was split off"),
    What.LINKED: gettext_lazy("Linked to another case"),
    What.GESTURE: gettext_lazy("Gesture"),
    What.ASKED: gettext_lazy("The customer was asked whether it is settled"),
    What.SAID_YES: gettext_lazy("The customer says it is settled"),
    What.SAID_NO: gettext_lazy("The customer says it is not settled"),
    What.NOT_DELIVERED: gettext_lazy("An answer did not arrive"),
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


def case_shown(*, scope: Scope, case: Case, at: datetime) -> CaseShown:
    """Everything that stands on the page of a case."""
    book = laws()
    stream = streams_of(case_ids=[case.pk])[case.pk]
    story = Story(book)
    for one in stream:
        story.take(one)
    people = {pk: name for pk, _public, name in employee_names(scope=scope)}
    entries = list(
        Entry.objects.filter(case=case).select_related("mail", "message").defer("mail__text", "message__text").order_by("at", "pk")
    )
    for entry in entries:
        entry.by = people.get(entry.staff_id, "")  # type: ignore[attr-defined, arg-type]  # for the template
    return CaseShown(
        case,
        story.state,
        promises_of(state=story.state, book=book, at=at, people=people),
        entries,
        [_happening(one, people, story.state) for one in stream],
        _links(case),
        list(Gesture.objects.filter(case=case).select_related("staff").order_by("at", "pk")),
        people,
    )


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


def gestures_of(*, case: Case) -> list[Gesture]:
    """What was given, asked for, refused or taken back in a case."""
    return list(Gesture.objects.filter(case=case).order_by("at", "pk"))


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
        text = next((one.text for one in paragraphs_shown(law.policy) if one.number == clock.paragraph), "")
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


def _links(case: Case) -> list[tuple[str, Case]]:
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
    mine = Link.objects.filter(case=case, undone_at__isnull=True).select_related("other")
    theirs = Link.objects.filter(other=case, undone_at__isnull=True).select_related("case")
    return [(words[row.kind, True], row.other) for row in mine] + [(words[row.kind, False], row.case) for row in theirs]


def _happening(one: Happening, people: Mapping[int, str], state: CaseState) -> HappeningShown:
    kind, _colon, number = one.actor.partition(":")
    by = people.get(int(number), "") if kind == "employee" and number.isdigit() else ""
    return HappeningShown(one.at, one.what.value, str(WHAT_WORDS[one.what]), _detail(one, people, state), by)


def _detail(one: Happening, people: Mapping[int, str], state: CaseState) -> str:
    body: Mapping[str, Any] = one.body
    parts = []
    if body.get("owner"):
        parts.append(_("to %(name)s") % {"name": people.get(body["owner"], "?")})
    if one.what in (What.BREACHED, What.ALARMED):
        clock = state.clock(body["clock"])
        parts.append(str(METRIC_WORDS[clock.metric]) if clock else body["clock"])
    if one.what is What.ALARMED:
        parts.append(body["step"])
    if one.what is What.CLASSIFIED and body.get("priority"):
        parts.append(str(PRIORITY_WORDS[body["priority"]]))
    parts += [str(body[name]) for name in ("what", "action", "why", "hint") if body.get(name)]
    return " · ".join(parts)
