"""Every page that the rail and the settings reach opens for the owner, and says what it is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

PLAIN = [
    "today",
    "customers",
    "new_customer",
    "purchases",
    "settings",
    "settings_business",
    "authorisation",
    "jobs",
    "new_branch",
    "holidays",
    "staff",
    "keys",
    "own_account",
    "log",
    "follow_ups",
    "words",
    "gate_rules",
    "likes_of_all",
]


@pytest.mark.parametrize("route", PLAIN)
def test_a_page_opens_for_the_owner(desk: Client, route: str) -> None:
    response = desk.get(reverse(f"desk:{route}"))
    assert response.status_code == 200
    assert b"<h1" in response.content


def test_the_customer_page_shows_name_and_story(desk: Client, cast: Cast) -> None:
    response = desk.get(reverse("desk:customer", args=[cast.ada.public_id]))
    assert response.status_code == 200
    assert "Ada Lindqvist" in response.content.decode()


def test_a_customer_of_another_business_does_not_exist(desk: Client, cast: Cast) -> None:
    from tests.cast import enrol

    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    assert desk.get(reverse("desk:customer", args=[foreign.public_id])).status_code == 404


def test_a_stranger_is_sent_to_sign_in_and_comes_back(db: None) -> None:
    response = Client().get("/customers/?q=ada")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/customers/%3Fq%3Dada"
