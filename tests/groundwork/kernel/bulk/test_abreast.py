"""Two hands do alike parts of a work at once, each on a connection of its own."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from regulars.groundwork.kernel.bulk.abreast import done_abreast
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch


@pytest.mark.django_db(transaction=True)
def test_every_part_is_done_once_and_on_postgresql_by_two_connections_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=20)

    def work(number: int) -> tuple[int, str]:
        with transaction.atomic():
            if number < 2 and on_postgres():
                together.wait()  # passes only when another hand works on the next part meanwhile
            return number, str(fetch("SELECT pg_backend_pid()")[0][0]) if on_postgres() else "here"

    done = list(done_abreast(work, range(20)))
    assert sorted(number for number, _place in done) == list(range(20))
    assert len({place for _number, place in done}) == (2 if on_postgres() else 1)


@pytest.mark.django_db(transaction=True)
def test_a_fault_travels_on_and_no_further_part_is_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 3:
            raise ZeroDivisionError
        return number

    with pytest.raises(ZeroDivisionError):
        list(done_abreast(work, iter(range(100_000))))
    assert len(begun) < 100_000


@pytest.mark.django_db(transaction=True)
def test_who_stops_listening_stops_the_work() -> None:
    begun: list[int] = []
    answers = done_abreast(lambda number: begun.append(number) or number, iter(range(100_000)))
    next(answers)
    answers.close()
    assert len(begun) < 100_000
    assert not any(one.name.startswith("abreast") for one in threading.enumerate())


@pytest.mark.django_db
def test_inside_a_transaction_one_hand_sees_what_it_wrote() -> None:
    assert connection.in_atomic_block
    assert list(done_abreast(lambda _number: threading.current_thread(), range(3))) == [threading.current_thread()] * 3
