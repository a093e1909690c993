"""Jobs survive what happens to workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from regulars.groundwork.kernel import jobs
from regulars.groundwork.kernel.models import Job, JobState, WorkerBeat
from regulars.groundwork.kernel.worker import Worker, run_until_idle

from tests.groundwork.kernel.proof import PROOF_ENVIRONMENT

LEASE = timedelta(seconds=30)


@pytest.fixture
def kind() -> Iterator[Any]:
    """A kind of job whose behaviour the test sets: `kind.act`."""

    class Behaviour:
        act: Any = staticmethod(lambda work: None)

    behaviour = Behaviour()
    jobs.job("test.quick", attempts=3, first_gap_seconds=0.0)(lambda work: behaviour.act(work))
    jobs.job("test.long", lane="long", attempts=3, first_gap_seconds=0.0)(lambda work: behaviour.act(work))
    yield behaviour
    del jobs.KINDS["test.quick"], jobs.KINDS["test.long"]


@pytest.mark.django_db
def test_a_job_of_one_kind_and_key_is_queued_once(kind: Any) -> None:
    assert jobs.enqueue("test.quick", {}, key="a")
    assert not jobs.enqueue("test.quick", {}, key="a")
    assert Job.objects.filter(kind="test.quick").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_queued_in_a_transaction_that_fails_was_never_queued(kind: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("test.quick", {}, key="a")
        raise ZeroDivisionError
    assert not Job.objects.filter(kind="test.quick").exists()


@pytest.mark.django_db(transaction=True)
def test_a_late_worker_can_not_settle_what_another_took_over(kind: Any) -> None:
    jobs.enqueue("test.long", {}, key="a")
    first = jobs.claim(lane="long", owner="first", lease=timedelta(seconds=-1))
    second = jobs.claim(lane="long", owner="second", lease=LEASE)
    assert first
    assert second
    assert second.fence > first.fence
    assert jobs.perform(first) == "lost"
    assert Job.objects.get(pk=first.job_id).lease_owner == "second"
    with pytest.raises(jobs.LeaseLost):
        first.beat()
    assert jobs.perform(second) == "done"


@pytest.mark.django_db(transaction=True)
def test_a_leased_job_is_nobody_elses(kind: Any) -> None:
    jobs.enqueue("test.quick", {}, key="a")
    assert jobs.claim(lane="quick", owner="first", lease=LEASE)
    assert jobs.claim(lane="quick", owner="second", lease=LEASE) is None


@pytest.mark.django_db(transaction=True)
def test_the_effect_of_a_quick_job_is_undone_with_its_failure(kind: Any) -> None:
    def act(work: jobs.Work) -> None:
        jobs.enqueue("test.long", {}, key="effect")
        raise RuntimeError("after the effect")

    kind.act = act
    jobs.enqueue("test.quick", {}, key="a")
    work = jobs.claim(lane="quick", owner="w", lease=LEASE)
    assert work
    assert jobs.perform(work) == "again"
    assert not Job.objects.filter(kind="test.long").exists()


@pytest.mark.django_db(transaction=True)
def test_a_poison_job_becomes_a_dead_letter_and_the_queue_behind_it_flows(kind: Any) -> None:
    done = []

    def act(work: jobs.Work) -> None:
        if work.payload.get("poison"):
            raise RuntimeError("poison")
        done.append(work.payload["n"])

    kind.act = act
    jobs.enqueue("test.quick", {"poison": True}, key="poison")
    for n in range(3):
        jobs.enqueue("test.quick", {"n": n}, key=str(n))
    run_until_idle()
    assert sorted(done) == [0, 1, 2]
    (dead,) = jobs.dead_letters()
    assert dead.attempts == 3
    assert "RuntimeError: poison" in dead.last_fault

    kind.act = lambda work: done.append("healed")
    assert jobs.replay(job_id=dead.pk)
    run_until_idle()
    assert "healed" in done
    assert not jobs.dead_letters()
    assert not jobs.replay(job_id=dead.pk), "what is not dead is not replayed"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_each_time_ends_as_a_dead_letter(kind: Any) -> None:
    jobs.enqueue("test.long", {}, key="killer")
    for _attempt in range(3):
        assert jobs.claim(lane="long", owner="victim", lease=timedelta(seconds=-1))
    assert jobs.claim(lane="long", owner="next", lease=LEASE) is None
    (dead,) = jobs.dead_letters()
    assert "lost in each attempt" in dead.last_fault


@pytest.mark.django_db(transaction=True)
def test_shutting_down_hands_work_back_without_counting_the_attempt(kind: Any) -> None:
    jobs.enqueue("test.long", {}, key="a")
    work = jobs.claim(lane="long", owner="w", lease=LEASE)
    assert work
    jobs.hand_back(work)
    row = Job.objects.get(pk=work.job_id)
    assert (row.state, row.attempts) == (JobState.QUEUED, 0)
    assert jobs.perform(work) == "lost", "who handed it back may not settle it"


@pytest.mark.pure
def test_gaps_between_attempts_grow_and_have_a_top() -> None:
    for attempt in range(1, 30):
        full = min(2.0 * 2 ** (attempt - 1), 3600)
        assert full / 2 <= jobs.gap_before_retry(attempt, 2.0).total_seconds() <= full


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_job_that_is_both_done_and_leased(kind: Any) -> None:
    from django.db import IntegrityError

    jobs.enqueue("test.quick", {}, key="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(key="a").update(state=JobState.DONE, settled_at=Now(), leased_until=Now())


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_taken_over_and_the_effect_happens_once() -> None:
    """K1: kill -9 while the job runs; another worker takes it over within the lease and ten seconds.

    The other one is there already: how long a busy machine takes to start a program is no part of the promise. The workers also
    fire schedules whenever a minute begins, so only the jobs of the proof are counted.
    """
    lease = 6
    environment = os.environ | PROOF_ENVIRONMENT | {"DATABASE_URL": proof_database(), "REGULARS_LEASE_SECONDS": str(lease)}
    words = [sys.executable, "-m", "tests.groundwork.kernel.proof"]
    slow = Job.objects.filter(kind="proof.slow")
    Job.objects.create(kind="proof.slow", lane="long", key="one", payload={"seconds": 600})
    running = [subprocess.Popen(words, env=environment)]
    try:
        _until(lambda: slow.filter(state=JobState.LEASED).exists())
        running.append(subprocess.Popen(words, env=environment))
        _until(lambda: WorkerBeat.objects.count() == 2)
        slow.update(payload={"seconds": 0})  # the first one knows of ten minutes, whoever takes over has nothing to wait for
        first, second = running
        first.kill()
        killed_at = time.monotonic()
        assert first.wait() == -signal.SIGKILL
        assert slow.get().state == JobState.LEASED, "it was killed in the middle"
        _until(lambda: slow.filter(state=JobState.DONE).exists())
        assert time.monotonic() - killed_at < lease + 10
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0, "SIGTERM ends a worker in order"
    finally:
        for one in running:
            one.kill()
            one.wait()
    assert slow.get().attempts == 2
    assert Job.objects.filter(kind="proof.effect").count() == 1
    assert Job.objects.filter(kind__startswith="proof.").count() == 2


def proof_database() -> str:
    """The address of the test database, for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = settings["HOST"]
    if host.startswith("/"):
        return f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={host}"
    return f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{host}:{settings['PORT']}/{settings['NAME']}"


def _until(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_many_workers_perform_each_job_once(kind: Any) -> None:
    """On one thread each; the claims meet in the database."""
    import threading

    performed: list[int] = []
    kind.act = lambda work: performed.append(work.payload["n"])
    for n in range(60):
        jobs.enqueue("test.quick", {"n": n}, key=str(n))

    def work_on() -> None:
        worker = Worker()
        try:
            while worker.run_one("quick"):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_until_idle()
    assert sorted(performed) == list(range(60))
