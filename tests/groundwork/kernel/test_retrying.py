"""Conflicts are tried again, for a while."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection, transaction

from regulars.groundwork.kernel import retrying
from regulars.groundwork.kernel.models import WorkerBeat
from regulars.groundwork.kernel.retrying import retried


class Conflict(Exception):
    sqlstate = "40P01"


def conflict() -> OperationalError:
    fault = OperationalError("deadlock detected")
    fault.__cause__ = Conflict()
    return fault


@pytest.mark.django_db(transaction=True)
def test_a_conflict_is_tried_again_and_the_fifth_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying.time, "sleep", lambda seconds: None)
    tries = []

    def act() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise conflict()
        return "done"

    assert retried(act) == "done"
    assert len(tries) == 3
    tries.clear()

    def never() -> None:
        tries.append(1)
        raise conflict()

    with pytest.raises(OperationalError):
        retried(never)
    assert len(tries) == retrying.ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_another_fault_is_not_tried_again() -> None:
    tries = []

    def act() -> None:
        tries.append(1)
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        retried(act)
    assert len(tries) == 1


@pytest.mark.django_db
def test_inside_somebody_elses_transaction_there_is_no_second_try() -> None:
    tries = []

    def act() -> None:
        tries.append(1)
        raise conflict()

    with pytest.raises(OperationalError):
        retried(act)
    assert len(tries) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_real_deadlock_is_resolved_inside_the_request() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("deadlocks between rows are PostgreSQL's: SQLite has one writer")
    for owner in ("a", "b"):
        WorkerBeat.objects.create(owner=owner)
    met = threading.Barrier(2)
    outcomes: list[str] = []

    def cross(first: str, second: str) -> None:
        tries = []

        def act() -> None:
            tries.append(1)
            with transaction.atomic():
                WorkerBeat.objects.select_for_update().get(owner=first)
                if len(tries) == 1:
                    met.wait(10)
                WorkerBeat.objects.select_for_update().get(owner=second)

        try:
            retried(act)
            outcomes.append(f"done after {len(tries)}")
        finally:
            connection.close()

    threads = [threading.Thread(target=cross, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2
    assert "done after 1" in outcomes
    assert any(outcome != "done after 1" for outcome in outcomes), "one of them was sent away once"
