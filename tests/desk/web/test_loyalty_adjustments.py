"""The page on which a second person decides about adjustments."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import AdjustmentRequest, Dispute, Program
from regulars.loyalty.services import PointsPaid, record_sale
from regulars.purchases.queries import Sale
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ
from tests.loyalty.club import bought, local, opened, usable

pytestmark = pytest.mark.django_db
NOW = local("2026-06-15 12:00")
PAGE = "/loyalty/crumbs/adjustments/"


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(cast: Cast) -> Program:
    """One person may adjust up to a hundred; Ada has 40."""
    row = opened(cast, adjustment_units_max=100)
    bought(cast, cast.ada, "40", at=NOW)
    return row


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def other(cast: Cast, role: Role = Role.SUPERVISOR) -> Client:
    person = employ(cast.business, "Somebody Else", role)
    client = Client()
    client.post("/sign-in/", {"email": person.email, "password": PASSWORD})
    return client


def ask(cast: Cast, desk: Client, units: str = "500") -> Any:
    body = {"way": "give", "units": units, "unit": "crumbs:points", "reason": "The oven burned", "act": "a-1"}
    return desk.post(f"/customers/{cast.ada.public_id}/loyalty/adjust/", body, follow=True)


def decide(client: Client, how: str, why: str = "") -> Any:
    return client.post(f"{PAGE}{AdjustmentRequest.objects.get().public_id}/decide/", {"how": how, "why": why}, follow=True)


def test_who_asks_for_more_than_the_limit_lands_where_it_waits(cast: Cast, program: Program, desk: Client) -> None:
    page = words(ask(cast, desk))
    assert "it waits for somebody else. Nothing is booked yet." in page
    assert "Give 500 Points" in page
    assert "The oven burned" in page
    assert "You asked for this yourself: somebody else approves it." in page
    assert 'value="approve"' not in page
    assert "1 adjustment waits" in words(desk.get("/loyalty/crumbs/"))
    assert usable(cast.ada, NOW) == 40


def test_somebody_else_approves(cast: Cast, program: Program, desk: Client) -> None:
    ask(cast, desk)
    second = other(cast)
    assert 'value="approve"' in words(second.get(PAGE))
    page = words(decide(second, "approve"))
    assert "Approved and booked." in page
    assert "Nothing waits for a second person" in page
    assert "Somebody Else" in page
    assert usable(cast.ada, NOW) == 540
    assert "This request was approved already." in words(decide(second, "approve"))


def test_a_refusal_without_a_reason_is_told_beside_the_field(cast: Cast, program: Program, desk: Client) -> None:
    ask(cast, desk)
    second = other(cast)
    answer = decide(second, "refuse")
    assert answer.status_code == 422
    assert "Say why, in at most 400 characters" in words(answer)
    assert "It was fifty" in words(decide(second, "refuse", "It was fifty"))
    assert usable(cast.ada, NOW) == 40


def test_the_form_alone_does_not_make_somebody_a_second_person(cast: Cast, program: Program, desk: Client) -> None:
    ask(cast, desk)
    answer = decide(desk, "approve")
    assert (answer.status_code, "somebody else decides" in words(answer)) == (422, True)
    assert usable(cast.ada, NOW) == 40


def test_only_supervisors_see_it(cast: Cast, program: Program, desk: Client) -> None:
    ask(cast, desk)
    cashier = other(cast, Role.CASHIER)
    assert cashier.get(PAGE).status_code == 403
    assert decide(cashier, "approve").status_code == 403
    assert "adjustments/" not in words(cashier.get("/loyalty/crumbs/"))


@pytest.mark.parametrize("path", ["/loyalty/none/adjustments/", f"{PAGE}nothing/decide/"])
def test_what_does_not_exist_is_not_found(cast: Cast, program: Program, desk: Client, path: str) -> None:
    answer = desk.post(path, {"how": "approve"}) if path.endswith("decide/") else desk.get(path)
    assert answer.status_code == 404


def test_38_a_dispute_with_an_offline_till_is_settled_on_the_page(cast: Cast, desk: Client) -> None:
    program = opened(cast, offline_overspend="debt")
    sale = Sale(at=NOW, currency="EUR", amount_minor=3000, source="till", receipt="T-7", lines=[])
    paid = PointsPaid(program=program, unit="points", units=300)
    record_sale(customer=cast.ada, branch=cast.market, sale=sale, paid=paid, at=NOW, actor=ACTOR, offline=True)
    assert "1 dispute with an offline till waits" in words(desk.get("/loyalty/crumbs/"))
    page = words(desk.get(PAGE))
    assert "300 Points too many" in page
    assert "Receipt T-7" in page
    address = f"/loyalty/crumbs/disputes/{Dispute.objects.get().public_id}/settle/"
    lacking = desk.post(address, {"how": "forgiven"})
    assert (lacking.status_code, "Say what you found" in words(lacking)) == (422, True)
    assert desk.post(address, {"how": "burn", "why": "x"}).status_code == 404
    page = words(desk.post(address, {"how": "forgiven", "why": "Our fault"}, follow=True))
    assert "Our fault" in page
    assert "too many" not in page
    assert "offline till" not in words(desk.get("/loyalty/crumbs/"))
