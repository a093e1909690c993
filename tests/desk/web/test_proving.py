"""The second step, confirming anew, and what a stolen half of a sign-in is worth: nothing."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.staff.models import ApiKey, Employee
from regulars.staff.queries import Role
from regulars.staff.services import begin_authenticator, confirm_authenticator, let_go

from tests.cast import ACTOR, PASSWORD, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(cast: Cast) -> pyotp.TOTP:
    """Tom's authenticator app."""
    at = clock.now() - timedelta(minutes=5)
    secret, _address = begin_authenticator(employee=cast.tom, at=at)
    confirm_authenticator(employee=cast.tom, code=pyotp.TOTP(secret).at(at), at=at)
    return pyotp.TOTP(secret)


def half_signed_in(cast: Cast) -> Client:
    client = Client()
    response = client.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD, "next": "/customers/"})
    assert response["Location"] == "/sign-in/second-step/"
    return client


def aged(client: Client, minutes: int) -> Client:
    """The same browser, its last proof so many minutes ago."""
    session = client.session
    session["proved_at"] = (clock.now() - timedelta(minutes=minutes)).isoformat()
    session.save()
    return client


def test_the_password_alone_opens_no_page(cast: Cast, app: pyotp.TOTP) -> None:
    client = half_signed_in(cast)
    assert client.get("/customers/")["Location"].startswith("/sign-in/")
    assert client.get("/sign-in/second-step/").status_code == 200


def test_the_code_opens_and_leads_where_one_wanted_to_go(cast: Cast, app: pyotp.TOTP) -> None:
    client = half_signed_in(cast)
    before = client.session.session_key
    response = client.post("/sign-in/second-step/", {"code": app.now()})
    assert response["Location"] == "/customers/"
    assert client.session.session_key != before
    assert client.get("/customers/").status_code == 200


def test_a_wrong_code_says_so_and_keeps_the_place(cast: Cast, app: pyotp.TOTP) -> None:
    client = half_signed_in(cast)
    response = client.post("/sign-in/second-step/", {"code": "12345"})
    assert response.status_code == 422
    assert "not right" in response.content.decode()


@pytest.mark.parametrize("change", ["late", "left", "password"])
def test_a_half_way_sign_in_dies(cast: Cast, app: pyotp.TOTP, change: str) -> None:
    client = half_signed_in(cast)
    if change == "late":
        session = client.session
        session["half_way"] = session["half_way"] | {"at": (clock.now() - timedelta(minutes=11)).isoformat()}
        session.save()
    elif change == "left":
        let_go(employee=cast.tom, giver=Role.EXECUTIVE, at=clock.now(), actor=ACTOR)
    else:
        Employee.objects.filter(pk=cast.tom.pk).update(password="!other")
    assert client.post("/sign-in/second-step/", {"code": app.now()})["Location"] == "/sign-in/"


def test_the_second_step_without_a_first_leads_back(db: None) -> None:
    assert Client().get("/sign-in/second-step/")["Location"] == "/sign-in/"


GRAVE = ["/account/security/app/", "/insight/slipping-away/export/", "/account/security/passkeys/new/"]


@pytest.mark.parametrize("path", GRAVE)
def test_grave_pages_ask_again_after_a_quarter_of_an_hour(desk: Client, path: str) -> None:
    assert not desk.get(path).headers.get("Location", "").startswith("/confirm/")
    assert aged(desk, 16).get(path)["Location"].startswith("/confirm/?next=/")


def test_a_key_is_made_only_after_confirming_and_nothing_is_made_before(desk: Client) -> None:
    made = {"name": "Till", "scopes": ["purchases:write"]}
    response = aged(desk, 16).post("/settings/keys/", made, headers={"Referer": "http://testserver/settings/keys/"})
    assert response["Location"] == "/confirm/?next=/settings/keys/"
    assert not ApiKey.objects.exists()
    confirmed = desk.post("/confirm/", {"password": PASSWORD, "next": "/settings/keys/"})
    assert confirmed["Location"] == "/settings/keys/"
    assert desk.post("/settings/keys/", made).status_code == 200
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("act", ["export", "forget"])
def test_taking_out_or_erasing_a_persons_data_asks_again_and_does_nothing_before(cast: Cast, desk: Client, act: str) -> None:
    response = aged(desk, 16).post(f"/customers/{cast.ada.public_id}/{act}/", {"name": "Ada Lindqvist"})
    assert response["Location"].startswith("/confirm/")
    cast.ada.refresh_from_db()
    assert cast.ada.given_name == "Ada"


def test_a_wrong_password_confirms_nothing(desk: Client) -> None:
    response = aged(desk, 16).post("/confirm/", {"password": "wrong", "next": "/settings/keys/"})
    assert response.status_code == 422
    assert desk.get(GRAVE[0])["Location"].startswith("/confirm/")


def test_who_has_a_second_factor_confirms_by_it(cast: Cast, app: pyotp.TOTP) -> None:
    client = half_signed_in(cast)
    client.post("/sign-in/second-step/", {"code": app.now()})
    page = aged(client, 16).get("/confirm/?next=/account/security/").content.decode()
    assert 'name="code"' in page
    assert 'name="password"' not in page
    assert client.post("/confirm/", {"password": PASSWORD}).status_code == 422
    assert client.post("/account/security/app/remove/")["Location"].startswith("/confirm/")


def test_confirming_never_leads_to_another_host(desk: Client) -> None:
    assert aged(desk, 16).post("/confirm/", {"password": PASSWORD, "next": "https://evil.example/"})["Location"] == "/"


def test_connecting_an_app_shows_picture_and_codes_once_and_ends_other_browsers(cast: Cast, desk: Client) -> None:
    other = Client()
    other.post("/sign-in/", {"email": cast.ines.email, "password": PASSWORD})
    page = desk.get("/account/security/app/").content.decode()
    secret = page.split('id="secret">')[1].split("<")[0].replace(" ", "")
    assert "<svg" in page
    response = desk.post("/account/security/app/", {"code": pyotp.TOTP(secret).now()})
    assert response.content.decode().count("<code>") == 10
    assert desk.get("/account/security/").status_code == 200
    assert other.get("/")["Location"].startswith("/sign-in/")


def test_a_mistyped_first_code_keeps_the_same_picture(desk: Client) -> None:
    first = desk.get("/account/security/app/").content.decode().split('id="secret">')[1].split("<")[0]
    again = desk.post("/account/security/app/", {"code": "1"})
    assert again.status_code == 422
    assert first in again.content.decode()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"rawId": 5}', b'{"rawId": "' + b"A" * 30_000 + b'"}', '{"rawId": "é"}'.encode()])
def test_a_hostile_passkey_answer_is_refused_in_words(db: None, body: bytes) -> None:
    client = Client()
    assert client.post("/sign-in/passkey/").json()["publicKey"]["challenge"]
    response = client.post("/sign-in/passkey/answer/", body, content_type="application/json")
    assert response.status_code in (400, 409, 422)
    assert response.json()["sentence"]
    again = client.post("/sign-in/passkey/answer/", body, content_type="application/json")
    assert again.status_code in (400, 409, 422)  # the question is used up


def test_who_manages_staff_is_told_of_a_network_that_guesses_and_others_are_not(cast: Cast, desk: Client) -> None:
    for n in range(60):
        Client(REMOTE_ADDR="203.0.113.9").post("/sign-in/", {"email": f"p{n}@bakery.example", "password": "wrong-wrong"})
    assert "203.0.113.0/24" in desk.get("/").content.decode()
    tom = Client()
    tom.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD})
    assert "203.0.113.0/24" not in tom.get("/").content.decode()
