"""Signing in: the same answer for strangers and colleagues, and a limit on guessing (D9, D10, E1, E2, E6)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel.models import AuditLine
from regulars.staff.models import Employee
from regulars.staff.services import SignInRefused, TooManyTries, sign_in

from tests.cast import NOON, PASSWORD, Cast


def guess(email: str, password: str = "wrong-wrong-wrong", address: str = "192.0.2.1", at: datetime = NOON) -> Employee:
    return sign_in(email=email, password=password, address=address, at=at)


@pytest.mark.django_db
def test_the_right_password_opens(cast: Cast) -> None:
    assert guess(cast.tom.email.upper(), PASSWORD).pk == cast.tom.pk
    assert AuditLine.objects.filter(act="staff.SignedIn", actor=f"employee:{cast.tom.pk}").count() == 1


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(cast: Cast) -> None:
    sentences = set()
    for email in (cast.tom.email, "nobody@nowhere.example"):
        with pytest.raises(SignInRefused) as refused:
            guess(email)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


@pytest.mark.django_db
def test_guessing_at_one_account_is_slowed_and_time_heals(cast: Cast) -> None:
    tries = 0
    with pytest.raises(TooManyTries) as slowed:
        for _ in range(300):
            try:
                guess(cast.tom.email)
            except SignInRefused:
                tries += 1
    assert tries < 10
    with pytest.raises(TooManyTries):
        guess(cast.tom.email, PASSWORD)
    later = NOON + timedelta(seconds=slowed.value.extra["retry_after"] + 1)
    assert guess(cast.tom.email, PASSWORD, at=later).pk == cast.tom.pk


@pytest.mark.django_db
def test_a_stranger_elsewhere_can_not_lock_the_owner_out(cast: Cast) -> None:
    for n in range(60):
        with pytest.raises((SignInRefused, TooManyTries)):
            guess(cast.tom.email, address=f"203.0.113.{n}")
    assert guess(cast.tom.email, PASSWORD, address="192.0.2.7").pk == cast.tom.pk


@pytest.mark.django_db
def test_one_guess_each_at_many_accounts_from_one_address_is_stopped(cast: Cast) -> None:
    refused = 0
    for n in range(500):
        try:
            guess(f"person{n}@bakery.example")
        except TooManyTries:
            break
        except SignInRefused:
            refused += 1
    assert refused <= 40


@pytest.mark.django_db
def test_who_left_can_not_sign_in(cast: Cast) -> None:
    Employee.objects.filter(pk=cast.tom.pk).update(left_at=NOON)
    with pytest.raises(SignInRefused):
        guess(cast.tom.email, PASSWORD)


@pytest.mark.django_db
def test_the_session_gets_a_new_id_at_sign_in_and_ends_on_the_server_at_sign_out(cast: Cast) -> None:
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"email": cast.ines.email, "password": PASSWORD})
    session = client.cookies["regulars"].value
    assert client.get("/customers/").status_code == 200
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["regulars"] = session
    assert thief.get("/customers/").status_code == 302


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_also_for_signing_in(cast: Cast) -> None:
    """E12."""
    client = Client(enforce_csrf_checks=True)
    assert client.post("/sign-in/", {"email": cast.ines.email, "password": PASSWORD}).status_code == 403


@pytest.mark.django_db
def test_signing_in_goes_only_to_our_own_pages(cast: Cast) -> None:
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        response = Client().post("/sign-in/", {"email": cast.ines.email, "password": PASSWORD, "next": target})
        assert response["Location"] == "/"
