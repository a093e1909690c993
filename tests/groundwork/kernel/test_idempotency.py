"""Idempotent requests: C1, C2, C3, C5."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regulars.groundwork.kernel import idempotency
from regulars.groundwork.kernel.idempotency import Answer, InFlight, KeyMissing, KeyReused, once
from regulars.groundwork.kernel.models import KeptAnswer
from regulars.groundwork.kernel.refusals import Refusal

from tests.cast import NOON


class Full(Refusal):
    code = "full"
    status = 409


class Away(Refusal):
    code = "away"
    status = 503


def ask(act: Callable[[], Answer], *, key: str | None = "k", content: bytes = b"{}", credential: str = "key:1") -> Answer:
    return once(credential=credential, route="POST /x", key=key, content=content, at=NOON, act=act)


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer_and_one_effect() -> None:
    effects = []

    def act() -> Answer:
        effects.append(1)
        return Answer(201, {"n": len(effects)})

    first, second = ask(act), ask(act)
    assert (first.status, first.body, first.replayed) == (201, {"n": 1}, False)
    assert (second.status, second.body, second.replayed) == (201, {"n": 1}, True)
    assert effects == [1]


@pytest.mark.django_db
def test_the_same_key_with_other_content_is_refused_and_another_credential_is_free() -> None:
    ask(lambda: Answer(201, {}))
    with pytest.raises(KeyReused):
        ask(lambda: Answer(201, {}), content=b"other")
    assert not ask(lambda: Answer(201, {}), credential="key:2").replayed


@pytest.mark.django_db
@pytest.mark.parametrize("key", [None, "", "x" * 201, "a\nb"])
def test_a_missing_or_unusable_key_is_refused(key: str | None) -> None:
    with pytest.raises(KeyMissing):
        ask(lambda: Answer(201, {}), key=key)


@pytest.mark.django_db
def test_a_refusal_about_the_request_is_kept_but_one_about_the_moment_is_not() -> None:
    def full() -> Answer:
        raise Full("No room.")

    def away() -> Answer:
        raise Away("Later.")

    assert ask(full, key="full").status == 409
    assert ask(lambda: Answer(201, {}), key="full").replayed, "the kept refusal"
    with pytest.raises(Away):
        ask(away, key="away")
    assert ask(lambda: Answer(201, {}), key="away").status == 201


@pytest.mark.django_db(transaction=True)
def test_a_bug_leaves_nothing_so_that_a_retry_is_safe() -> None:
    def bug() -> Answer:
        KeptAnswer.objects.create(credential="trace", route="", key="", fingerprint="", status=0, body="", kept_at=NOON)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(bug)
    assert not KeptAnswer.objects.exists()
    assert ask(lambda: Answer(201, {})).status == 201


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_requests_with_one_key_have_one_effect() -> None:
    effects: list[int] = []
    answers: list[object] = []

    def act() -> Answer:
        effects.append(1)
        return Answer(201, {"n": 1})

    def request() -> None:
        try:
            answers.append(ask(act))
        except InFlight as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=request) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert KeptAnswer.objects.count() == 1
    fresh = [answer for answer in answers if isinstance(answer, Answer) and not answer.replayed]
    assert len(fresh) == 1
    if connection.vendor == "sqlite":
        assert effects == [1]


@pytest.mark.django_db(transaction=True)
def test_answers_are_forgotten_after_seven_days() -> None:
    ask(lambda: Answer(201, {}))
    assert idempotency.forget_old_answers(at=NOON + idempotency.KEPT_FOR) == 0
    from datetime import timedelta

    assert idempotency.forget_old_answers(at=NOON + idempotency.KEPT_FOR + timedelta(seconds=1)) == 1
