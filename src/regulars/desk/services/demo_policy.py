"""The demo's policy: its second version, with what was said on the way there, and who has confirmed it."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.policy import CHANGES, COMMENTS, CONFIRMED, PROPOSALS, VOTES
from regulars.policy.queries import Version, proposals, starting_point
from regulars.policy.services import (
    answer_comment,
    answer_proposal,
    comment_on_draft,
    confirm_policy,
    lay_out_draft,
    link_proposal,
    make_proposal,
    publish_policy,
    remind_to_confirm,
    save_draft,
    support_proposal,
    vote_on_paragraph,
)
from regulars.staff.queries import employee_by_email

ACTOR = f"system:{demo.SOURCE}"
DAY = timedelta(days=1)


def load_demo_policy(*, business_id: int, at: datetime) -> None:
    """Write, discuss, publish and confirm, each at its time. Joins the caller's transaction."""
    scope = Scope(business_id)
    first = starting_point("small-shop", zone=demo.ZONE, currency=demo.CURRENCY)
    _published(scope, first, at - 210 * DAY, at - 200 * DAY, (*CONFIRMED[:3], "linh", "zoltan", "rui"))
    _propose(scope, at)
    second = first
    for before, after in CHANGES:
        assert before in second, before
        second = second.replace(before, after, 1)
    save_draft(scope=scope, text=second, revision=None, at=at - 26 * DAY, actor=ACTOR)
    lay_out_draft(scope=scope, at=at - 26 * DAY, actor=ACTOR)
    for one in COMMENTS:
        said = comment_on_draft(
            scope=scope, employee_id=_person(one.who), paragraph=one.paragraph, text=one.text, at=at - one.days_ago * DAY, actor=ACTOR
        )
        if one.answer:
            answer_comment(
                scope=scope, public_id=str(said.public_id), text=one.answer, at=at - one.days_ago * DAY + timedelta(hours=5), actor=ACTOR
            )
    for who, paragraph, agrees in VOTES:
        vote_on_paragraph(scope=scope, employee_id=_person(who), paragraph=paragraph, agrees=agrees, at=at - 20 * DAY, actor=ACTOR)
    version = publish_policy(scope=scope, grade="major", effective_at=None, at=at - 16 * DAY, actor=ACTOR)
    _confirm(scope, version, CONFIRMED, at - 15 * DAY)
    remind_to_confirm(at=at)
    cakes = next(one for one in proposals(scope=scope) if one.row.answered_at)
    link_proposal(scope=scope, public_id=str(cakes.row.public_id), version=version, at=at - 16 * DAY, actor=ACTOR)


def _published(scope: Scope, text: str, written: datetime, published: datetime, people: tuple[str, ...]) -> None:
    save_draft(scope=scope, text=text, revision=None, at=written, actor=ACTOR)
    lay_out_draft(scope=scope, at=written, actor=ACTOR)
    version = publish_policy(scope=scope, grade="major", effective_at=None, at=published, actor=ACTOR)
    _confirm(scope, version, people, published + DAY)


def _confirm(scope: Scope, version: Version, people: tuple[str, ...], at: datetime) -> None:
    for place, who in enumerate(people):
        confirm_policy(
            scope=scope,
            public_id=str(version.public_id),
            fingerprint=version.fingerprint,
            employee_id=_person(who),
            at=at + place * timedelta(hours=7),
            actor=ACTOR,
        )


def _propose(scope: Scope, at: datetime) -> None:
    for who, days_ago, title, text, supporters, answer in PROPOSALS:
        made = at - days_ago * DAY
        row = make_proposal(scope=scope, employee_id=_person(who), anonymous=False, title=title, text=text, at=made, actor=ACTOR)
        for supporter in supporters:
            support_proposal(scope=scope, public_id=str(row.public_id), employee_id=_person(supporter), supports=True, at=made + DAY)
        if answer:
            answer_proposal(scope=scope, public_id=str(row.public_id), verdict="accepted", answer=answer, at=made + 9 * DAY, actor=ACTOR)


def _person(who: str) -> int:
    found = employee_by_email(email=f"{who}@fennel-rye.example")
    assert found is not None, who
    return found.pk
