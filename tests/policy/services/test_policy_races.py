"""Two at once, for real: an answer to a comment, reminders to confirm, a language."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.models import FactRow
from regulars.policy.models import Comment, Reminder, Translation
from regulars.policy.queries import starting_point
from regulars.policy.services import (
    answer_comment,
    comment_on_draft,
    publish_policy,
    remind_to_confirm,
    save_draft,
    translate_policy,
)

from tests.cast import ACTOR, NOON, Cast
from tests.staff.services.test_learning_races import together

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = starting_point("small-shop", zone="Europe/Berlin")


def facts(name: str) -> int:
    return FactRow.objects.filter(name=name).count()


def test_of_two_answers_to_a_comment_one_stands(cast: Cast) -> None:
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=NOON, actor=ACTOR)
    for _round in range(6):
        said = comment_on_draft(scope=cast.scope, employee_id=cast.tom.pk, paragraph="", text="Why?", at=NOON, actor=ACTOR)
        acts = [partial(_answer, cast, str(said.public_id), words) for words in ("So.", "Thus.", "Because.", "Hence.")]
        assert together(*acts) == ["comment_refused"] * 3 + ["done"]
        assert Comment.objects.get(pk=said.pk).answer
    assert facts("policy.PolicyCommented") == 12


def _answer(cast: Cast, number: str, words: str) -> object:
    return answer_comment(scope=cast.scope, public_id=number, text=words, at=NOON, actor=ACTOR)


def test_two_workers_remind_once(cast: Cast) -> None:
    at = now()
    publish_policy(
        scope=cast.scope,
        grade="major",
        effective_at=None,
        override_reason="first",
        text=TEXT,
        at=at - timedelta(days=20),
        actor=ACTOR,
    )
    assert together(*[lambda: remind_to_confirm(at=at)] * 3) == ["done"] * 3
    assert Reminder.objects.count() == facts("policy.ConfirmationDue") == 2  # Ines and Tom


def test_a_language_added_twice_at_once_stands_there_once(cast: Cast) -> None:
    version = publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=TEXT, at=NOON, actor=ACTOR)
    text = TEXT.replace('language = "en"', 'language = "hu"')
    add = lambda: translate_policy(scope=cast.scope, public_id=str(version.public_id), text=text, at=NOON, actor=ACTOR)  # noqa: E731
    assert together(add, add, add) == ["done"] * 3
    assert Translation.objects.count() == facts("policy.PolicyTranslated") == 1
