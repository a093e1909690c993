"""The gate under many at once: as many places are given as there are."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.contacts.models import Pressure, Slot
from regulars.customers.services import (
    add_contact_point,
)

from tests.cast import ACTOR, NOON, Cast, enrol
from tests.contacts.services.gate_asking import R, apply, reserve, send


def race(jobs: list[Any], workers: int) -> None:
    """Work off a list of jobs by many threads, each with a connection of its own."""
    lock = threading.Lock()

    def work() -> None:
        try:
            while True:
                with lock:
                    if not jobs:
                        return
                    job = jobs.pop()
                try:
                    job()
                finally:
                    connection.close()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_p2_of_two_workers_who_send_at_once_exactly_one_passes(cast: Cast) -> None:
    apply(cast)
    send(cast)
    for round_ in range(5):
        answers: list[str] = []
        race([lambda said=answers: said.append(reserve(cast, at=NOON + timedelta(seconds=1)).answer) for _ in range(2)], 2)
        assert sorted(answers) == ["allow", "defer"], round_
        Slot.objects.filter(state="reserved").update(state="released")


@pytest.mark.django_db(transaction=True)
def test_5_as_many_go_out_as_there_were_places_whatever_the_schedule(cast: Cast) -> None:
    """Sixty-four workers (here: as many threads as the database's pool bears), customers with one free place, ten messages for each."""
    people, messages, workers = (60, 10, 16) if connection.vendor == "postgresql" else (15, 10, 8)
    apply(cast)
    customers = [enrol(cast.business, f"P{n}", "Crowd", f"P-{n}", None) for n in range(people)]
    for one in customers:
        send(cast, customer=one)
    answers: Counter[str] = Counter()
    jobs = [
        lambda one=one, n=n: answers.update([reserve(cast, customer=one, at=NOON + timedelta(seconds=1), key=f"{one.pk}-{n}").answer])
        for n in range(messages)
        for one in customers
    ]
    race(jobs, workers)
    assert answers == {"allow": people, "defer": people * (messages - 1)}
    assert Slot.objects.filter(state="reserved").count() == people
    for one in customers:
        assert Slot.objects.filter(customer=one, state__in=["reserved", "confirmed"]).count() == 2
    assert Pressure.objects.count() >= people


@pytest.mark.django_db(transaction=True)
def test_one_key_asked_by_many_at_once_is_one_place(cast: Cast) -> None:
    apply(cast, R | {"caps": [{"name": "r", "most": 50, "days": 7}]})
    places: list[str | None] = []
    race([lambda: places.append(reserve(cast, key="m-1").reservation) for _ in range(8)], 8)
    assert len(places) == 8
    assert len(set(places)) == 1
    assert Slot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_11_two_of_one_household_at_once_get_one_letter(cast: Cast) -> None:
    apply(
        cast,
        {"caps": [{"name": "letters", "most": 1, "days": 30, "channels": ["post"], "household": True}], "quiet_hours": {"default": []}},
    )
    for customer in (cast.ada, cast.bo):
        add_contact_point(customer=customer, kind="postal", value="1 Mill Lane\nBerlin\nGermany", region="", at=NOON, actor=ACTOR)
    for _round in range(3):
        race([lambda one=one: reserve(cast, channel="post", customer=one) for one in (cast.ada, cast.bo) * 2], 4)
        standing = Slot.objects.filter(state="reserved")
        assert [row.customer_id for row in standing] == [cast.ada.pk]
        standing.update(state="released")
