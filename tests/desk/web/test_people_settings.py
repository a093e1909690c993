"""Settings about customers' data: only executives open them, and each form reaches the audit trail by its service."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.customers.models import Customer, Purpose, RetentionRule, Wording, ZoneAssumption
from regulars.customers.queries import zone_known_of
from regulars.groundwork.kernel.models import AuditLine, FactRow
from regulars.staff.queries import Role

from tests.cast import NOON, PASSWORD, Cast, employ
from tests.desk.web.test_proving import aged

pytestmark = pytest.mark.django_db
PAGES = ("/settings/retention/", "/settings/purposes/", "/settings/wordings/", "/settings/clocks/")


def facts(name: str) -> int:
    return FactRow.objects.filter(name__endswith=name).count()


@pytest.mark.parametrize("path", PAGES)
def test_only_executives_open_them(cast: Cast, desk: Client, path: str) -> None:
    assert desk.get(path).status_code == 200
    manager = employ(cast.business, "Petra Nováková", Role.MANAGER)
    petra = Client()
    assert petra.post("/sign-in/", {"email": manager.email, "password": PASSWORD}).status_code == 302
    assert petra.get(path).status_code == 403
    assert path not in petra.get("/settings/").content.decode()
    assert path in desk.get("/settings/").content.decode()


def test_a_rule_of_retention_shows_whom_it_would_end_before_it_is_set(cast: Cast, desk: Client) -> None:
    old = Customer.objects.create(
        business=cast.business,
        display_name="Silent Prospect",
        given_name="Silent",
        family_name="Prospect",
        prospect=True,
        created_at=NOON - timedelta(days=900),
    )
    page = desk.get("/settings/retention/", {"rule": "prospects", "days": "400", "enabled": "on"})
    assert page.status_code == 200
    assert "would forget 1 person" in page.content.decode()
    assert "Silent Prospect" in page.content.decode()
    assert not RetentionRule.objects.exists(), "a look changes nothing"
    assert (
        "would forget 0 people"
        in desk.get("/settings/retention/", {"rule": "prospects", "days": "36000", "enabled": "on"}).content.decode()
    )
    blind = desk.post("/settings/retention/", {"rule": "prospects", "days": "400", "enabled": "on"})
    assert blind.status_code == 422
    other = desk.post("/settings/retention/", {"rule": "prospects", "days": "400", "enabled": "on", "expected": "7"})
    assert other.status_code == 422
    assert "not as many as you were shown" in other.content.decode()
    assert not RetentionRule.objects.exists()
    assert desk.post("/settings/retention/", {"rule": "prospects", "days": "400", "enabled": "on", "expected": "1"}).status_code == 302
    rule = RetentionRule.objects.get()
    assert (rule.subject, rule.days, rule.enabled) == ("prospects", 400, True)
    assert facts("RetentionSet") == 1
    assert AuditLine.objects.filter(subject="retention:prospects").count() == 1
    old.refresh_from_db()
    assert old.given_name == "Silent", "forgotten at night, not by saving"


def test_setting_a_rule_needs_a_fresh_proof_and_a_sound_length(cast: Cast, desk: Client) -> None:
    answer = aged(desk, 16).post("/settings/retention/", {"rule": "prospects", "days": "400", "expected": "0"})
    assert answer.status_code == 302
    assert "/confirm/" in answer["Location"]
    for days in ("29", "36501", "soon"):
        assert desk.get("/settings/retention/", {"rule": "prospects", "days": days, "enabled": "on"}).status_code == 422
    assert desk.get("/settings/retention/", {"rule": "nonsense", "days": "400"}).status_code == 200


def test_a_purpose_of_ones_own_is_added_with_its_ground(cast: Cast, desk: Client) -> None:
    good = {"label": "Baking classes", "name": "baking-classes", "basis": "consent"}
    assert desk.post("/settings/purposes/", good).status_code == 302
    assert Purpose.objects.get().basis == "consent"
    assert facts("PurposeAdded") == 1
    assert "Baking classes" in desk.get("/settings/purposes/").content.decode()
    refused = [
        good,
        good | {"name": "newsletter"},
        good | {"name": "Two Words"},
        good | {"name": "x", "label": " "},
        good | {"name": "x", "basis": "whim"},
    ]
    for fields in refused:
        assert desk.post("/settings/purposes/", fields).status_code == 422, fields
    assert "one word of small letters" in desk.post("/settings/purposes/", good | {"name": "Two Words"}).content.decode()
    assert Purpose.objects.count() == 1


def test_a_published_wording_is_what_the_public_page_shows(cast: Cast, desk: Client) -> None:
    public = f"/news/{cast.business.public_id}/"
    fields = {"purpose": "newsletter", "language": "en", "version": "web 2026-11", "text": "Yes, send me bread news twice a month."}
    assert desk.post("/settings/wordings/", fields).status_code == 302
    assert facts("WordingPublished") == 1
    assert "bread news twice a month" in desk.get("/settings/wordings/").content.decode()
    assert "bread news twice a month" in Client().get(public).content.decode()
    again = desk.post("/settings/wordings/", fields | {"text": "Else."})
    assert again.status_code == 422
    assert "can’t change" in again.content.decode() or "can&#x27;t change" in again.content.decode()
    for bad in ({"language": "Klingon"}, {"version": " "}, {"text": " "}, {"purpose": "service"}, {"purpose": "nonsense"}):
        assert desk.post("/settings/wordings/", fields | {"version": "other"} | bad).status_code == 422, bad
    assert Wording.objects.count() == 1


def test_the_assumed_clocks_are_set_and_taken_back(cast: Cast, desk: Client) -> None:
    assert desk.post("/settings/clocks/", {"zones": "Europe/Lisbon\nEurope/Helsinki\n"}).status_code == 302
    assert ZoneAssumption.objects.get().zones == ["Europe/Helsinki", "Europe/Lisbon"]
    known = zone_known_of(scope=cast.scope, customer_id=cast.ada.pk)
    assert set(known.plausible) == {"Europe/Helsinki", "Europe/Lisbon"}
    assert "Europe/Helsinki" in desk.get("/settings/clocks/").content.decode()
    assert desk.post("/settings/clocks/", {"zones": "Moon/Tranquility"}).status_code == 422
    assert desk.post("/settings/clocks/", {"zones": ""}).status_code == 302
    assert not ZoneAssumption.objects.exists()
    assert facts("ZonesAssumed") == 2
