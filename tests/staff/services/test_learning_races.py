"""Two at once, for real: the same certificate, a revocation, the reminders of two workers, an answer to a coaching note."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.staff.models import Certificate, CertificateReminder, CoachingNote
from regulars.staff.services import (
    name_certificate_kind,
    record_certificate,
    remind_of_certificates,
    reply_to_coaching,
    revoke_certificate,
    write_coaching_note,
)

from tests.cast import ACTOR, NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same moment, each over a connection of its own; what refuses answers its code."""
    start = threading.Barrier(len(acts))
    said: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            retried(act)
            said.append("done")
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(said)


@pytest.fixture
def kind(cast: Cast) -> str:
    return name_certificate_kind(
        scope=cast.scope, code="hygiene", name="Food hygiene", months=12, window_days=60, at=NOON, actor=ACTOR
    ).code


def record(cast: Cast, kind: str, achieved_on: date, valid_through: date | None = None, at: datetime = NOON) -> Certificate:
    return record_certificate(
        scope=cast.scope,
        employee=cast.tom,
        kind_code=kind,
        achieved_on=achieved_on,
        valid_through=valid_through,
        verifier="County",
        at=at,
        actor=ACTOR,
    )[0]


def facts(name: str) -> int:
    return FactRow.objects.filter(name=name).count()


def test_the_same_certificate_recorded_four_times_at_once_stands_there_once(cast: Cast, kind: str) -> None:
    record(cast, kind, date(2025, 4, 1))
    assert together(*[lambda: record(cast, kind, date(2026, 3, 20))] * 4) == ["done"] * 4
    assert Certificate.objects.count() == 2
    assert Certificate.objects.latest("achieved_on").valid_through == date(2027, 4, 1)  # built on the old one, once
    assert facts("staff.CertificateRecorded") == 2


def test_one_of_two_revocations_counts(cast: Cast, kind: str) -> None:
    number = str(record(cast, kind, date(2026, 3, 20)).public_id)
    revoke = lambda why: lambda: revoke_certificate(scope=cast.scope, public_id=number, reason=why, at=NOON, actor=ACTOR)  # noqa: E731
    assert together(revoke("a"), revoke("b")) == ["certificate_refused", "done"]
    assert facts("staff.CertificateRevoked") == 1


def test_two_workers_remind_once(cast: Cast, kind: str) -> None:
    at = now()
    record(cast, kind, at.date() - timedelta(days=300), at.date() + timedelta(days=20), at)
    assert together(*[lambda: remind_of_certificates(at=at)] * 3) == ["done"] * 3
    assert CertificateReminder.objects.count() == facts("staff.CertificateRunsOut") == 1


def test_of_two_answers_one_stands(cast: Cast) -> None:
    note = write_coaching_note(
        scope=cast.scope, coach=cast.ines, coachee=cast.tom, evidence="Seen.", actions="Agreed.", at=NOON, actor=ACTOR
    )

    def reply(words: str) -> Callable[[], object]:
        return lambda: reply_to_coaching(
            scope=cast.scope, public_id=str(note.public_id), employee_id=cast.tom.pk, reply=words, at=NOON, actor=ACTOR
        )

    assert together(reply("One."), reply("Two.")) == ["coaching_refused", "done"]
    assert CoachingNote.objects.get().reply in ("One.", "Two.")
    assert facts("staff.CoachingNoted") == 2
