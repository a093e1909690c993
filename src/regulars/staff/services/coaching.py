"""Coaching: what two people agreed on, answered by the one and followed up by the other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of, zone_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import CoachingNoted
from regulars.staff.models import CoachingNote, Employee
from regulars.staff.queries.coaching import coaching_note_of

WORDS_MAX, LINK_MAX = 4_000, 500
AHEAD_MAX = timedelta(days=366)


class CoachingRefused(Refusal):
    code = "coaching_refused"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()), fields=fields)


def write_coaching_note(
    *,
    scope: Scope,
    coach: Employee,
    coachee: Employee,
    evidence: str,
    link: str = "",
    actions: str,
    follow_up_on: date | None = None,
    at: datetime,
    actor: str,
) -> CoachingNote:
    """Note what was seen, what the two agreed on and when to talk again. It is not changed afterwards. Raises NotFound, CoachingRefused."""
    if coachee.business_id != scope.business_id or coachee.left_at is not None:
        raise NotFound(_("There is no such employee."))
    today = at.astimezone(zone_of(business=business_of(scope=scope))).date()
    link, faults = link.strip(), {}
    if coach.pk == coachee.pk:
        faults["coachee"] = _("Coaching takes two.")
    if link and not _leads_somewhere(link):
        faults["link"] = _("A link is a page of ours (/…) or an address with https://, up to 500 signs.")
    if follow_up_on is not None and not today <= follow_up_on <= today + AHEAD_MAX:
        faults["follow_up_on"] = _("You talk again today or later, within a year.")
    faults |= _faults_of_words(evidence=evidence, actions=actions)
    if faults:
        raise CoachingRefused(faults)
    with transaction.atomic():
        row = CoachingNote.objects.create(
            coach=coach,
            coachee=coachee,
            evidence=evidence.strip(),
            link=link,
            actions=actions.strip(),
            follow_up_on=follow_up_on,
            written_at=at,
        )
        _tell(scope, row, "written", at, actor)
    return row


def reply_to_coaching(*, scope: Scope, public_id: str, employee_id: int, reply: str, at: datetime, actor: str) -> CoachingNote:
    """What the coached person says to it, once. Raises NotFound (for the coach too), CoachingRefused."""
    row = coaching_note_of(scope=scope, public_id=public_id, employee_id=employee_id)
    if row.coachee_id != employee_id:
        raise NotFound(_("Only the coached person answers."))
    _needs_words(reply=reply)
    with transaction.atomic():
        if not CoachingNote.objects.filter(pk=row.pk, replied_at=None).update(reply=reply.strip(), replied_at=at):
            raise CoachingRefused({"reply": _("There is an answer already.")})
        _tell(scope, row, "answered", at, actor)
    return row


def close_coaching(*, scope: Scope, public_id: str, employee_id: int, outcome: str, at: datetime, actor: str) -> CoachingNote:
    """What came of it, noted by the coach, once. Raises NotFound (for the coached person too), CoachingRefused."""
    row = coaching_note_of(scope=scope, public_id=public_id, employee_id=employee_id)
    if row.coach_id != employee_id:
        raise NotFound(_("Only the coach notes what came of it."))
    _needs_words(outcome=outcome)
    with transaction.atomic():
        if not CoachingNote.objects.filter(pk=row.pk, closed_at=None).update(outcome=outcome.strip(), closed_at=at):
            raise CoachingRefused({"outcome": _("What came of it is noted already.")})
        _tell(scope, row, "closed", at, actor)
    return row


def _faults_of_words(**given: str) -> dict[str, str]:
    return {name: _("Write 1 to 4,000 signs.") for name, text in given.items() if not text.strip() or len(text.strip()) > WORDS_MAX}


def _needs_words(**given: str) -> None:
    faults = _faults_of_words(**given)
    if faults:
        raise CoachingRefused(faults)


def _leads_somewhere(link: str) -> bool:
    if len(link) > LINK_MAX or any(sign.isspace() or sign == "\\" for sign in link):
        return False
    parts = urlsplit(link)
    return (parts.scheme in ("http", "https") and bool(parts.netloc)) or (link.startswith("/") and not link.startswith("//"))


def _tell(scope: Scope, row: CoachingNote, act: str, at: datetime, actor: str) -> None:
    announce(CoachingNoted(tenant_id=scope.business_id, at=at, actor=actor, note_id=row.pk, act=act))
