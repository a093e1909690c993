"""The gate on the desk: the answer with its reasons, on the customer's page and on its own; the rules changed by those who lead."""

from __future__ import annotations

import json

from django.test import Client
from django.urls import reverse

from regulars.contacts.models import RuleVersion, Slot
from regulars.contacts.services import Ask, confirm_reservation, decide_contact, freeze_contacts
from regulars.groundwork.kernel import clock
from regulars.staff.queries import Role

from tests.cast import ACTOR, Cast, employ, enrol
from tests.desk.web.test_contact_log import signed_in

ONE = {"caps": [{"name": "once-a-week", "most": 1, "days": 7}], "quiet_hours": {"default": []}}


def apply(desk: Client, document: object, **more: str) -> int:
    return desk.post(reverse("desk:gate_rules"), {"document": json.dumps(document), **more}).status_code


def test_the_customers_page_says_no_and_why(desk: Client, cast: Cast) -> None:
    page = desk.get(reverse("desk:customer", args=[cast.ada.public_id])).content.decode()
    assert "May we contact them?" in page
    assert "The customer has not agreed to" in page


def test_the_answer_names_what_used_the_budget_up_and_asking_takes_no_place(desk: Client, cast: Cast) -> None:
    assert apply(desk, ONE) == 302
    ask = Ask("email", "service", "service")
    at = clock.now()
    place = decide_contact(scope=cast.scope, customer_id=cast.ada.pk, ask=ask, reserve=True, key="", at=at, actor=ACTOR).reservation
    assert place
    confirm_reservation(scope=cast.scope, reservation=place, at=at, actor=ACTOR)
    freeze_contacts(scope=cast.scope, customer_id=cast.ada.pk, reason="Burnt rye", source="case:1", at=at, actor=ACTOR)
    address = reverse("desk:gate", args=[cast.ada.public_id])
    question = {"channel": "sms", "purpose": "service", "contact_class": "service"}
    page = desk.get(address, question).content.decode()
    assert "Not yet" in page
    assert "once-a-week" in page
    assert "1 of 1 in 7 days" in page
    assert "Burnt rye" in page
    assert "Went out" in page
    assert "always pass" not in page
    assert "They may be contacted so" in desk.get(address, question | {"contact_class": "legal", "purpose": "legal"}).content.decode()
    assert Slot.objects.count() == 1
    assert desk.get(address, question | {"channel": "pigeon"}).status_code == 422
    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    assert desk.get(reverse("desk:gate", args=[foreign.public_id])).status_code == 404


def test_rules_are_changed_by_those_who_lead_and_faults_come_back_with_their_place(desk: Client, cast: Cast) -> None:
    shown = desk.get(reverse("desk:gate_rules"))
    assert "weekly" in shown.content.decode()
    assert apply(desk, ONE) == 302
    assert "once-a-week" in desk.get(reverse("desk:gate_rules")).content.decode()
    broken = desk.post(reverse("desk:gate_rules"), {"document": json.dumps({"caps": [{"name": "x", "most": 0, "days": 1}]})})
    assert broken.status_code == 422
    assert "/caps/0/most" in broken.content.decode()
    for text in ("{", "[" * 50_000, '"x"'):
        assert desk.post(reverse("desk:gate_rules"), {"document": text}).status_code == 422
    assert apply(desk, ONE, effective="2001-01-01T00:00") == 422
    assert RuleVersion.objects.count() == 1
    agent = signed_in(employ(cast.business, "Any Agent", Role.AGENT))
    assert agent.get(reverse("desk:gate_rules")).status_code == 403
    assert agent.get(reverse("desk:gate", args=[cast.ada.public_id])).status_code == 200
