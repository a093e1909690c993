"""What they like, on its pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from regulars.contacts.queries import likes_of, likes_of_all
from regulars.contacts.services import ContactParticulars, correct_contact, log_contact

from tests.cast import ACTOR, NOON, Cast, enrol


@pytest.fixture(autouse=True)
def no_memory() -> None:
    cache.clear()


def log(cast: Cast, channel: str, outcome: str, n: int, mood: int | None = None, who: str = "ada") -> None:
    for place in range(n):
        one = ContactParticulars(
            channel=channel, direction="in", nature="question", outcome=outcome, mood_stated=mood, staff_id=cast.tom.pk
        )
        log_contact(scope=cast.scope, customer_id=getattr(cast, who).pk, particulars=one, at=NOON + timedelta(minutes=place), actor=ACTOR)


def test_channels_are_told_apart_with_n_interval_and_verdict(desk: Client, cast: Cast) -> None:
    log(cast, "phone", "resolved", 9)
    log(cast, "email", "unresolved", 8)
    log(cast, "email", "answered", 1, mood=1)
    log(cast, "email", "answered", 3)
    log(cast, "phone", "not-reached", 4, mood=-2)
    log(cast, "visit", "pleased", 2, who="bo")
    own = likes_of(scope=cast.scope, customer=cast.ada)
    assert {one.key: (one.good, one.n, one.verdict) for one in own.by["channel"]} == {"phone": (9, 9, "better"), "email": (1, 9, "worse")}
    assert [one.key for one in own.by["staff"]] == ["Tom Baker"]
    assert [one.key for one in own.by["hour"]] == ["afternoon"], "14:00 on the clock of the business"
    assert likes_of_all(scope=cast.scope).n == 20
    page = desk.get(reverse("desk:likes", args=[cast.ada.public_id])).content.decode()
    assert "100 % (70 to 100) of 9" in page
    assert "Better than the others" in page
    assert "of 20" in desk.get(reverse("desk:likes_of_all")).content.decode()
    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    assert desk.get(reverse("desk:likes", args=[foreign.public_id])).status_code == 404


def test_what_never_happened_teaches_nothing(desk: Client, cast: Cast) -> None:
    one = ContactParticulars(channel="phone", direction="in", nature="question", outcome="resolved")
    row = log_contact(scope=cast.scope, customer_id=cast.ada.pk, particulars=one, at=NOON, actor=ACTOR)
    assert likes_of(scope=cast.scope, customer=cast.ada).n == 1
    correct_contact(scope=cast.scope, contact=row, particulars=None, note="never", at=NOON, actor=ACTOR)
    assert likes_of(scope=cast.scope, customer=cast.ada).n == 0
    assert "Nothing to learn from yet" in desk.get(reverse("desk:likes", args=[cast.ada.public_id])).content.decode()
