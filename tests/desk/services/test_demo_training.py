"""The demo's certificates and coaching notes; and gone with the demo, unless somebody recorded their own."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.business.queries import Scope
from regulars.desk.services.demo import load_demo, remove_demo
from regulars.policy.queries import authority_of
from regulars.staff.models import Certificate, CertificateKind, CertificateReminder, CoachingNote, Employee
from regulars.staff.queries import certificate_counts
from regulars.staff.services import name_certificate_kind, record_certificate

from tests.cast import ACTOR, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_story(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.desk.rules.demo.story.PEOPLE", 60)
    monkeypatch.setattr("regulars.desk.rules.demo.story.PROSPECTS", 5)


def test_some_run_out_some_have_and_limits_hang_on_them() -> None:
    scope = Scope(load_demo(at=NOON, actor=ACTOR).business_id)
    counts = certificate_counts(scope=scope, at=NOON)
    assert (counts.expiring, counts.expired) == (2, 2)
    assert CertificateReminder.objects.count() == 2
    tom = Employee.objects.get(email="tom@fennel-rye.example")
    authority = authority_of(scope=scope, employee_id=tom.pk, kind="goodwill", at=NOON)
    assert authority is not None
    assert (authority.per_gesture, authority.certificate, authority.certificate_lapsed) == (2000, "complaints", False)
    assert CoachingNote.objects.filter(closed_at=None, coachee=tom).count() == 1


def test_they_go_with_the_demo() -> None:
    load_demo(at=NOON, actor=ACTOR)
    assert remove_demo(at=NOON, actor=ACTOR).everything
    assert [model.objects.count() for model in (Certificate, CertificateKind, CoachingNote)] == [0, 0, 0]


def test_a_kind_that_somebody_named_keeps_the_business() -> None:
    scope = Scope(load_demo(at=NOON, actor=ACTOR).business_id)
    name_certificate_kind(scope=scope, code="ours", name="Ours", months=None, window_days=60, at=NOON, actor="employee:1")
    ines = Employee.objects.get(email="ines@fennel-rye.example")
    for code in ("ours", "first-aid"):
        record_certificate(
            scope=scope, employee=ines, kind_code=code, achieved_on=date(2026, 1, 1), verifier="Us", at=NOON, actor="employee:1"
        )
    assert not remove_demo(at=NOON, actor=ACTOR).everything
    assert {one.code for one in CertificateKind.objects.all()} == {"ours", "first-aid"}
    assert Certificate.objects.count() == 2
