"""Certificates on the screens: recorded, fetched, renewed, revoked, reminded of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.groundwork.kernel.clock import now
from regulars.policy.services import publish_policy
from regulars.staff.models import Certificate, CertificateDocument, CertificateKind, CertificateReminder, Employee
from regulars.staff.queries import Role
from regulars.staff.services import name_certificate_kind, record_certificate, remind_of_certificates

from tests.cast import ACTOR, NOON, PASSWORD, Cast, employ, local_day

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 \x00\xff <script>alert(1)</script>"


def sign_in(employee: Employee) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": employee.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def kind(cast: Cast) -> CertificateKind:
    return name_certificate_kind(scope=cast.scope, code="hygiene", name="Food hygiene", months=12, window_days=60, at=NOON, actor=ACTOR)


def certificate(cast: Cast, person: Employee, days: int, code: str = "hygiene") -> Certificate:
    """One whose last day lies so many days ahead, of a year ago."""
    day = local_day()
    return record_certificate(
        scope=cast.scope,
        employee=person,
        kind_code=code,
        achieved_on=day - timedelta(days=360),
        valid_through=day + timedelta(days=days),
        verifier="The county",
        at=now(),
        actor=ACTOR,
    )[0]


def test_from_a_kind_to_a_recorded_paper_that_only_holder_and_managers_fetch(cast: Cast, desk: Client) -> None:
    assert b"No kinds of certificate yet" in desk.get(f"/settings/staff/{cast.tom.public_id}/certificates/new/").content
    given = {"name": "Food hygiene", "code": "hygiene", "months": "12", "window_days": "60"}
    assert desk.post("/settings/certificates/", given).status_code == 302
    assert desk.post("/settings/certificates/", given | {"code": "Food Hygiene!"}).status_code == 422
    answer = desk.post(
        f"/settings/staff/{cast.tom.public_id}/certificates/new/",
        {
            "kind_code": "hygiene",
            "achieved_on": "2026-02-28",
            "verifier": "County of Berlin",
            "paper": SimpleUploadedFile('../../e"vil\r\n.pdf', PAPER, content_type="text/html"),
        },
    )
    assert answer.status_code == 302
    row = Certificate.objects.get()
    assert row.valid_through == date(2027, 2, 28)
    address = f"/certificates/{row.public_id}/document/"
    assert address in desk.get(f"/settings/staff/{cast.tom.public_id}/").content.decode()
    paper = sign_in(cast.tom).get(address)
    assert paper.content == PAPER
    assert paper["Content-Type"] == "application/octet-stream"
    assert paper["Content-Disposition"].startswith("attachment")
    assert "/" not in paper["Content-Disposition"].partition("filename")[2]
    assert "default-src 'none'" in paper["Content-Security-Policy"]
    colleague = employ(cast.business, "Lin Agent", Role.AGENT)
    for stranger in (colleague, cast.mallory):
        assert sign_in(stranger).get(address).status_code == 404
    assert b"County of Berlin" in sign_in(cast.tom).get("/account/training/").content


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"achieved_on": "2999-01-01"}, "achieved_on"),
        ({"achieved_on": "2026-02-30"}, "achieved_on"),
        ({"valid_through": "2026-01-01"}, "valid_through"),
        ({"verifier": " "}, "verifier"),
        ({"kind_code": "none-such"}, "kind_code"),
        ({"paper": SimpleUploadedFile("empty.pdf", b"")}, "paper"),
        ({"paper": SimpleUploadedFile("big.pdf", b"x" * (5 * 1024 * 1024 + 1))}, "paper"),
    ],
)
def test_a_certificate_that_can_not_be_is_refused_beside_its_field(
    cast: Cast, desk: Client, kind: CertificateKind, changed: dict[str, object], field: str
) -> None:
    given: dict[str, object] = {"kind_code": "hygiene", "achieved_on": "2026-02-28", "verifier": "County"}
    answer = desk.post(f"/settings/staff/{cast.tom.public_id}/certificates/new/", given | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Certificate.objects.exists()
    assert not CertificateDocument.objects.exists()


def test_recording_the_same_one_again_changes_nothing(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    given = {"kind_code": "hygiene", "achieved_on": "2026-02-28", "verifier": "County"}
    for _again in range(2):
        answer = desk.post(f"/settings/staff/{cast.tom.public_id}/certificates/new/", given, follow=True)
    assert b"recorded already" in answer.content
    assert Certificate.objects.count() == 1


def test_revoked_for_a_reason_once(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    row = certificate(cast, cast.tom, 200)
    address = f"/certificates/{row.public_id}/revoke/"
    assert desk.post(address, {"reason": " "}).status_code == 422
    assert desk.post(address, {"reason": "Somebody else sat the test."}).status_code == 302
    assert desk.post(address, {"reason": "Again."}).status_code == 422
    row.refresh_from_db()
    assert row.revoked_reason == "Somebody else sat the test."
    assert b"Somebody else sat the test." in desk.get(f"/settings/staff/{cast.tom.public_id}/").content
    assert sign_in(cast.tom).post(address, {"reason": "Mine."}).status_code == 403


def test_the_list_is_filtered_by_standing_and_kind(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    name_certificate_kind(scope=cast.scope, code="first-aid", name="First aid", months=24, window_days=60, at=NOON, actor=ACTOR)
    for name, days, code in (
        ("Una Valid", 300, "hygiene"),
        ("Eve Expiring", 20, "hygiene"),
        ("Ola Over", -2, "hygiene"),
        ("Fay Aid", 20, "first-aid"),
    ):
        certificate(cast, employ(cast.business, name, Role.AGENT), days, code)

    def names(query: str) -> list[str]:
        return [one.row.employee.name for one in desk.get(f"/certificates/{query}").context["rows"]]

    assert names("?standing=expired") == ["Ola Over"]
    assert names("?standing=expiring") == ["Eve Expiring", "Fay Aid"]
    assert names("?standing=expiring&kind=first-aid") == ["Fay Aid"]
    assert names("?standing=valid") == ["Una Valid"]
    assert names("?standing=revoked") == []
    assert len(names("?standing=nonsense&page=-1&kind=x")) == 4
    assert b"20 days left" in desk.get("/certificates/?standing=expiring").content


def test_a_renewed_one_asks_for_nothing_any_more(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    certificate(cast, cast.tom, 20)
    record_certificate(
        scope=cast.scope, employee=cast.tom, kind_code="hygiene", achieved_on=local_day(), verifier="County", at=now(), actor=ACTOR
    )
    assert desk.get("/certificates/?standing=expiring").context["rows"] == []
    assert remind_of_certificates(at=now()) == 0
    page = desk.get(f"/settings/staff/{cast.tom.public_id}/").content
    assert b"renewed" in page


def test_the_holder_hears_of_it_on_today_once_for_each_reminder(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    row = certificate(cast, cast.tom, 20)
    tom = sign_in(cast.tom)
    assert b"runs out" not in tom.get("/").content
    assert remind_of_certificates(at=now()) == 1
    assert remind_of_certificates(at=now()) == 0
    assert b"A certificate of yours runs out" in tom.get("/").content
    assert b"1 runs out within 90 days." in desk.get("/").content
    address = f"/certificates/{row.public_id}/noted/"
    assert desk.post(address).status_code == 404  # hers it is not
    assert tom.post(address).status_code == 302
    assert b"A certificate of yours runs out" not in tom.get("/").content
    assert remind_of_certificates(at=now() + timedelta(days=13)) == 1
    CertificateReminder.objects.update(at=now())  # as if that day had come
    assert b"A certificate of yours runs out" in tom.get("/").content


def test_ones_own_page_says_what_one_may_give_and_what_is_missing(cast: Cast) -> None:
    text = """
title = "Ours"
language = "en"
[[authority]]
paragraph = "3.1"
text = "Trained."
kind = "refund"
ledger = "entitlement"
roles = ["cashier"]
per_gesture = "25 EUR"
certificate = "complaints"
"""
    name_certificate_kind(scope=cast.scope, code="complaints", name="Complaints", months=12, window_days=60, at=NOON, actor=ACTOR)
    publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=text, at=NOON, actor=ACTOR)
    page = sign_in(cast.tom).get("/account/training/").content.decode()
    assert "€0.00 at a time" in page
    assert "needs Complaints" in page, "by the name of the certificate"
    assert "paragraph 3.1 of version 1.0" in page
    assert "Certificates of all" not in page
    assert "Certificates of all" in sign_in(employ(cast.business, "Sue Per", Role.SUPERVISOR)).get("/account/training/").content.decode()
    assert "gives your role no amounts" in sign_in(cast.ines).get("/account/training/").content.decode()


def test_the_list_costs_the_same_queries_with_little_and_with_much(cast: Cast, desk: Client, kind: CertificateKind) -> None:
    def fill(start: int, count: int) -> None:
        for n in range(start, start + count):
            certificate(cast, employ(cast.business, f"Person{n} Crowd", Role.AGENT), 20 + n)

    fill(0, 2)
    desk.get("/certificates/")
    with CaptureQueriesContext(connection) as little:
        desk.get("/certificates/")
    fill(10, 9)
    with CaptureQueriesContext(connection) as much:
        desk.get("/certificates/")
    assert len(much) == len(little) <= 9
