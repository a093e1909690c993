"""The staff proposes, and is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.business.queries import Scope
from regulars.groundwork.kernel.models import AuditLine, FactRow
from regulars.groundwork.kernel.refusals import NotFound
from regulars.policy.models import Proposal, Support
from regulars.policy.queries import proposals, starting_point
from regulars.policy.services import (
    ProposalRefused,
    answer_proposal,
    link_proposal,
    make_proposal,
    merge_proposals,
    publish_policy,
    save_draft,
    support_proposal,
)
from regulars.staff.queries import Role

from tests.cast import NOON, PASSWORD, Cast, employ

pytestmark = pytest.mark.django_db


def propose(cast: Cast, title: str = "Bigger cakes", anonymous: bool = False) -> Proposal:
    return make_proposal(
        scope=cast.scope,
        employee_id=cast.tom.pk,
        anonymous=anonymous,
        title=title,
        text="Let us give a whole cake.",
        at=NOON,
        actor=f"employee:{cast.tom.pk}",
    )


def merge(cast: Cast, loser: Proposal, winner: Proposal) -> None:
    merge_proposals(scope=cast.scope, public_id=str(loser.public_id), into=str(winner.public_id), at=NOON, actor="employee:1")


def test_t44_merged_proposals_count_each_voter_once_and_name_both_authors(cast: Cast) -> None:
    people = [employ(cast.business, f"P{number} Person", Role.AGENT) for number in range(10)]
    one, two = (
        propose(cast),
        make_proposal(scope=cast.scope, employee_id=people[0].pk, anonymous=False, title="Cake", text="More of it.", at=NOON, actor="x"),
    )
    for row, voters in ((one, people[:7]), (two, people[5:])):
        for voter in voters:
            support_proposal(scope=cast.scope, public_id=str(row.public_id), employee_id=voter.pk, supports=True, at=NOON)
    assert [shown.votes for shown in proposals(scope=cast.scope)] == [7, 5]
    merge(cast, two, one)
    (shown,) = proposals(scope=cast.scope)
    assert (shown.votes, shown.authors) == (10, [cast.tom.name, people[0].name])
    assert Support.objects.count() == 12, "nothing is moved or lost"


def test_t44_authors_hear_what_became_of_theirs_until_they_look(cast: Cast) -> None:
    lin = employ(cast.business, "Lin Agent", Role.AGENT)
    mine, hers = (
        propose(cast),
        make_proposal(scope=cast.scope, employee_id=lin.pk, anonymous=False, title="Cake", text="More of it.", at=NOON, actor="x"),
    )
    merge(cast, hers, mine)
    tom, other = Client(), Client()
    for client, email in ((tom, cast.tom.email), (other, lin.email)):
        assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    assert "“Cake” is the same as “Bigger cakes”" in other.get("/").content.decode()
    assert "your proposal" not in tom.get("/").content.decode(), "nothing has become of his yet"
    answer_proposal(scope=cast.scope, public_id=str(mine.public_id), verdict="accepted", answer="Good.", at=NOON, actor="employee:1")
    assert "“Bigger cakes” was accepted." in tom.get("/").content.decode()
    assert "“Cake” was accepted." in other.get("/").content.decode()
    assert other.get("/policy/proposals/").status_code == 200
    assert "your proposal" not in other.get("/").content.decode()


def test_t44_an_anonymous_proposal_keeps_no_trace_of_its_author(cast: Cast) -> None:
    row = propose(cast, anonymous=True)
    who = f"employee:{cast.tom.pk}"
    assert row.author_id is None
    assert not FactRow.objects.filter(actor=who).exists()
    assert not AuditLine.objects.filter(actor=who).exists()
    assert proposals(scope=cast.scope)[0].authors == []


def test_a_proposal_can_not_be_merged_with_itself_twice_or_in_a_circle(cast: Cast) -> None:
    one, two, three = propose(cast, "1"), propose(cast, "2"), propose(cast, "3")
    merge(cast, two, one)
    for loser, winner in ((one, one), (two, three), (one, two), (three, two)):
        with pytest.raises(ProposalRefused):
            merge(cast, loser, winner)
    merge(cast, one, three)
    assert {row.title: row.merged_into_id for row in Proposal.objects.all()} == {"1": three.pk, "2": three.pk, "3": None}


def test_an_answer_is_given_once_with_its_reason_and_owed_in_time(cast: Cast) -> None:
    row = propose(cast)
    said = {"scope": cast.scope, "public_id": str(row.public_id), "at": NOON, "actor": "employee:1"}
    assert not proposals(scope=cast.scope)[0].late(NOON + timedelta(days=14))
    assert proposals(scope=cast.scope)[0].late(NOON + timedelta(days=14, seconds=1))
    with pytest.raises(ProposalRefused):
        answer_proposal(verdict="declined", answer=" ", **said)
    answer_proposal(verdict="accepted", answer="Good idea.", **said)
    with pytest.raises(ProposalRefused):
        answer_proposal(verdict="declined", answer="No.", **said)
    assert not proposals(scope=cast.scope)[0].late(NOON + timedelta(days=99))


def test_an_accepted_proposal_is_linked_to_what_came_of_it(cast: Cast) -> None:
    row = propose(cast)
    save_draft(scope=cast.scope, text=starting_point("small-shop", zone="UTC"), revision=None, at=NOON, actor="x")
    version = publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="x", at=NOON, actor="x")
    said = {"scope": cast.scope, "public_id": str(row.public_id), "at": NOON, "actor": "employee:1"}
    with pytest.raises(ProposalRefused):
        link_proposal(version=version, **said)
    answer_proposal(verdict="accepted", answer="Good.", **said)
    link_proposal(version=version, **said)
    assert proposals(scope=cast.scope)[0].row.version == version


def test_another_business_sees_and_touches_nothing(cast: Cast) -> None:
    row = propose(cast)
    theirs = Scope(cast.other.pk)
    assert proposals(scope=theirs) == []
    with pytest.raises(NotFound):
        support_proposal(scope=theirs, public_id=str(row.public_id), employee_id=cast.mallory.pk, supports=True, at=NOON)
    assert not Support.objects.exists()
