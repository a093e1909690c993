"""The demo's certificates and coaching: kinds, who achieved what, the reminders that went out, what two people agreed on."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.training import CERTIFICATES, COACHING, KINDS, Coached
from regulars.staff.queries import Employee, employee_by_email
from regulars.staff.services import (
    close_coaching,
    name_certificate_kind,
    record_certificate,
    remind_of_certificates,
    reply_to_coaching,
    write_coaching_note,
)

ACTOR = f"system:{demo.SOURCE}"


def load_demo_training(*, business_id: int, at: datetime) -> None:
    """Record each certificate and talk on its day. Joins the caller's transaction."""
    scope = Scope(business_id)
    today = at.astimezone(ZoneInfo(demo.ZONE)).date()
    for code, name, months, window_days in KINDS:
        name_certificate_kind(scope=scope, code=code, name=name, months=months, window_days=window_days, at=at, actor=ACTOR)
    for one in CERTIFICATES:
        person = _person(one.who)
        record_certificate(
            scope=scope,
            employee=person,
            kind_code=one.kind,
            achieved_on=today - timedelta(days=one.days_ago),
            valid_through=today + timedelta(days=one.left),
            verifier=one.verifier,
            reference=one.reference,
            at=at - timedelta(days=min(one.days_ago, 600)),
            actor=ACTOR,
        )
    remind_of_certificates(at=at, actor=ACTOR)
    for talk in COACHING:
        _coach(scope, talk, at)


def _coach(scope: Scope, talk: Coached, at: datetime) -> None:
    written = at - timedelta(days=talk.days_ago)
    coach, coachee = _person(talk.coach), _person(talk.coachee)
    again = at.astimezone(ZoneInfo(demo.ZONE)).date() + timedelta(days=talk.again)
    row = write_coaching_note(
        scope=scope,
        coach=coach,
        coachee=coachee,
        evidence=talk.evidence,
        actions=talk.actions,
        follow_up_on=again,
        at=written,
        actor=ACTOR,
    )
    number = str(row.public_id)
    if talk.reply:
        answered = written + timedelta(days=1)
        reply_to_coaching(scope=scope, public_id=number, employee_id=coachee.pk, reply=talk.reply, at=answered, actor=ACTOR)
    if talk.outcome:
        ended = at + timedelta(days=min(talk.again, 0))
        close_coaching(scope=scope, public_id=number, employee_id=coach.pk, outcome=talk.outcome, at=ended, actor=ACTOR)


def _person(who: str) -> Employee:
    found = employee_by_email(email=f"{who}@fennel-rye.example")
    assert found is not None, who
    return found
