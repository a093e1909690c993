"""From a draft over the staff's say to a version that holds, and who has confirmed it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import NotFound
from regulars.policy.models import Comment, Confirmation, Draft, Version, Vote
from regulars.policy.queries import confirmation_rate, policy_of_version, starting_point, version_at
from regulars.policy.services import (
    CommentsOpen,
    ConfirmedAnotherText,
    DraftMoved,
    NoDraft,
    PolicyRefused,
    answer_comment,
    comment_on_draft,
    confirm_policy,
    lay_out_draft,
    publish_policy,
    save_draft,
    vote_on_paragraph,
)
from regulars.policy.services.talking import CommentRefused
from regulars.staff.models import Employee
from regulars.staff.queries import Role
from regulars.staff.services import plan_leave

from tests.cast import NOON, Cast, employ

pytestmark = pytest.mark.django_db
TEXT = starting_point("small-shop", zone="Europe/Berlin")
DAY = timedelta(days=1)


def save(cast: Cast, text: str = TEXT, revision: int | None = None, at: datetime = NOON) -> Draft:
    return save_draft(scope=cast.scope, text=text, revision=revision, at=at, actor="employee:1")


def publish(cast: Cast, at: datetime, grade: str = "major", **more: object) -> Version:
    return publish_policy(scope=cast.scope, grade=grade, effective_at=None, at=at, actor="employee:1", **more)  # type: ignore[arg-type]


def commented(cast: Cast, text: str = TEXT, at: datetime = NOON) -> None:
    save(cast, text, at=at)
    lay_out_draft(scope=cast.scope, at=at, actor="employee:1")


def test_who_saves_names_the_revision_they_read(cast: Cast) -> None:
    first = save(cast, revision=0)
    assert save(cast, TEXT + "# a\n", revision=first.revision).revision == 2
    with pytest.raises(DraftMoved):
        save(cast, TEXT + "# b\n", revision=first.revision)
    with pytest.raises(DraftMoved):
        save(cast, TEXT + "# c\n", revision=0)
    assert Draft.objects.get().text.endswith("# a\n")


def test_a_draft_that_can_not_be_obeyed_is_not_saved(cast: Cast) -> None:
    with pytest.raises(PolicyRefused) as caught:
        save(cast, TEXT.replace("per_customer", "per_month"))
    assert "/authority/1/per_month" in caught.value.fields
    assert not Draft.objects.exists()


def test_w2_a_policy_waits_for_the_staff_to_comment(cast: Cast) -> None:
    save(cast)
    with pytest.raises(CommentsOpen):
        publish(cast, NOON + 30 * DAY)
    lay_out_draft(scope=cast.scope, at=NOON, actor="employee:1")
    with pytest.raises(CommentsOpen):
        publish(cast, NOON + 7 * DAY - timedelta(seconds=1))
    version = publish(cast, NOON + 7 * DAY, override_reason="not needed")
    assert (str(version), version.commented_days, version.override_reason) == ("1.0", 7, "")
    with pytest.raises(NoDraft):
        publish(cast, NOON + 8 * DAY)


def test_w2_an_override_is_kept_with_its_reason(cast: Cast) -> None:
    save(cast)
    version = publish(cast, NOON, override_reason="The regulator's order of today")
    assert version.override_reason == "The regulator's order of today"
    assert FactRow.objects.get(name="policy.PolicyPublished").body["overridden"] is True


def test_a_refused_publication_leaves_no_draft_behind(cast: Cast) -> None:
    with pytest.raises(CommentsOpen):
        publish(cast, NOON, text=TEXT)
    assert not Draft.objects.exists()


def test_the_version_in_force_is_the_last_that_had_begun(cast: Cast) -> None:
    commented(cast)
    publish(cast, NOON + 7 * DAY)
    save(cast, TEXT + "# 1.1\n", at=NOON + 8 * DAY)
    publish(cast, NOON + 9 * DAY, grade="minor", override_reason="a comma")
    save(cast, TEXT + "# 2.0\n", at=NOON + 10 * DAY)
    later = publish_policy(
        scope=cast.scope, grade="major", effective_at=NOON + 60 * DAY, override_reason="x", at=NOON + 11 * DAY, actor="employee:1"
    )
    found = [version_at(scope=cast.scope, at=NOON + days * DAY) for days in (6, 7, 9, 59, 60)]
    assert [str(one) if one else None for one in found] == [None, "1.0", "1.1", "1.1", "2.0"]
    assert policy_of_version(later).title == "How we look after our customers"


def test_a_version_is_never_changed(cast: Cast) -> None:
    save(cast)
    version = publish(cast, NOON, override_reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(text="softer")


def test_a_policy_does_not_begin_in_the_past(cast: Cast) -> None:
    save(cast)
    with pytest.raises(PolicyRefused):
        publish_policy(scope=cast.scope, grade="major", effective_at=NOON - DAY, override_reason="x", at=NOON, actor="employee:1")


def test_the_staff_comments_and_is_answered_once(cast: Cast) -> None:
    commented(cast)
    said = {"scope": cast.scope, "employee_id": cast.tom.pk, "at": NOON, "actor": "employee:2"}
    comment = comment_on_draft(paragraph="3.2", text=" A cake costs more. ", **said)
    comment_on_draft(paragraph="", text="Good.", **said)
    with pytest.raises(NotFound):
        comment_on_draft(paragraph="9.9", text="?", **said)
    with pytest.raises(CommentRefused):
        comment_on_draft(paragraph="", text=" ", **said)
    answered = {"scope": cast.scope, "public_id": str(comment.public_id), "at": NOON, "actor": "employee:1"}
    answer_comment(text="True: 20.", **answered)
    with pytest.raises(CommentRefused):
        answer_comment(text="Or 25.", **answered)
    assert list(Comment.objects.order_by("pk").values_list("text", "answer")) == [("A cake costs more.", "True: 20."), ("Good.", "")]


def test_one_vote_a_person_and_paragraph(cast: Cast) -> None:
    commented(cast)
    for employee, agrees in ((cast.tom, True), (cast.tom, False), (cast.ines, True)):
        vote_on_paragraph(scope=cast.scope, employee_id=employee.pk, paragraph="3.2", agrees=agrees, at=NOON, actor="employee:2")
    assert sorted(Vote.objects.values_list("employee_id", "agrees")) == sorted([(cast.tom.pk, False), (cast.ines.pk, True)])
    vote_on_paragraph(scope=cast.scope, employee_id=cast.tom.pk, paragraph="3.2", agrees=None, at=NOON, actor="employee:2")
    assert Vote.objects.count() == 1


def confirm(cast: Cast, version: Version, employee: Employee, at: datetime, fingerprint: str = "") -> Confirmation:
    return confirm_policy(
        scope=cast.scope,
        public_id=str(version.public_id),
        fingerprint=fingerprint or version.fingerprint,
        employee_id=employee.pk,
        at=at,
        actor=f"employee:{employee.pk}",
    )


def test_t40_a_confirmation_is_bound_to_the_text_and_given_once(cast: Cast) -> None:
    save(cast)
    version = publish(cast, NOON, override_reason="x")
    with pytest.raises(ConfirmedAnotherText):
        confirm(cast, version, cast.tom, NOON, fingerprint="0" * 64)
    first = confirm(cast, version, cast.tom, NOON + DAY)
    assert confirm(cast, version, cast.tom, NOON + 2 * DAY).pk == first.pk
    assert FactRow.objects.filter(name="policy.PolicyConfirmed").count() == 1


def test_a_minor_version_keeps_confirmations_and_a_major_one_asks_again(cast: Cast) -> None:
    Employee.objects.update(joined_at=NOON - DAY)
    save(cast)
    first = publish(cast, NOON, override_reason="x")
    confirm(cast, first, cast.tom, NOON + DAY)
    save(cast, TEXT + "# comma\n", at=NOON + DAY)
    minor = publish(cast, NOON + 2 * DAY, grade="minor", override_reason="x")
    save(cast, TEXT + "# new\n", at=NOON + 3 * DAY)
    major = publish(cast, NOON + 3 * DAY, override_reason="x")
    rates = [confirmation_rate(scope=cast.scope, version=one, at=NOON + 4 * DAY) for one in (first, minor, major)]
    assert [(one.confirmed, one.asked) for one in rates] == [(1, 2), (1, 2), (0, 2)]


def test_the_rate_of_a_past_day_counts_who_worked_here_then(cast: Cast) -> None:
    Employee.objects.update(joined_at=NOON - DAY)
    late = employ(cast.business, "Nora New", Role.AGENT)
    Employee.objects.filter(pk=late.pk).update(joined_at=NOON + 5 * DAY)
    save(cast)
    version = publish(cast, NOON, override_reason="x")
    confirm(cast, version, cast.tom, NOON + 2 * DAY)
    Employee.objects.filter(pk=cast.tom.pk).update(left_at=NOON + 10 * DAY)
    rates = [confirmation_rate(scope=cast.scope, version=version, at=NOON + days * DAY) for days in (1, 3, 6, 11)]
    assert [(one.confirmed, one.asked) for one in rates] == [(0, 2), (1, 2), (1, 3), (0, 2)]
    due = {one.employee.pk: one.due_at for one in rates[2].people}
    assert (due[cast.ines.pk], due[late.pk]) == (NOON + 14 * DAY, NOON + 19 * DAY)


def test_another_business_sees_and_confirms_nothing(cast: Cast) -> None:
    from regulars.business.queries import Scope

    save(cast)
    version = publish(cast, NOON, override_reason="x")
    theirs = Scope(cast.other.pk)
    assert version_at(scope=theirs, at=NOON + DAY) is None
    with pytest.raises(NotFound):
        confirm_policy(
            scope=theirs, public_id=str(version.public_id), fingerprint=version.fingerprint, employee_id=cast.mallory.pk, at=NOON, actor="x"
        )


def test_who_is_on_leave_is_asked_when_they_are_back(cast: Cast) -> None:
    Employee.objects.update(joined_at=NOON - DAY)
    save(cast)
    version = publish(cast, NOON, override_reason="x")
    plan_leave(employee=cast.tom, from_on=NOON.date(), until_on=(NOON + 3 * DAY).date(), at=NOON, actor="employee:1")
    assert [confirmation_rate(scope=cast.scope, version=version, at=NOON + days * DAY).asked for days in (1, 4)] == [1, 2]
    due = {one.employee.pk: one.due_at for one in confirmation_rate(scope=cast.scope, version=version, at=NOON + 4 * DAY).people}
    assert due[cast.tom.pk] > due[cast.ines.pk]
