"""The gate by API: the answer explains itself, a reservation is confirmed or released, the rules are one document."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.contacts.models import Contact, RuleVersion, Slot
from regulars.groundwork.kernel import clock

from tests.cast import Cast, enrol
from tests.till.test_api import Program, program

ASK = {"customer": "A-1001", "channel": "email", "purpose": "service", "class": "service"}
ONE = {"rules": {"caps": [{"name": "r", "most": 1, "days": 7}], "quiet_hours": {"default": []}}}


def asker(cast: Cast, *scopes: str) -> Program:
    return program(cast, *(scopes or ("gate:read", "gate:write")))


@pytest.mark.django_db
def test_a_place_is_reserved_confirmed_and_explains_the_next_answer(cast: Cast) -> None:
    desk = asker(cast)
    assert desk.post("gate/rules", ONE).status_code == 201
    question = desk.post("gate/decisions", ASK, key=None).json()
    assert (question["answer"], question["reservation"], question["reasons"]) == ("allow", None, [])
    assert not Slot.objects.exists()
    place = desk.post("gate/decisions", ASK | {"reserve": True}, key="m-1").json()
    again = desk.post("gate/decisions", ASK | {"reserve": True}, key="m-1").json()
    assert place["reservation"] == again["reservation"]
    assert Slot.objects.count() == 1
    held = desk.get(f"gate/reservations/{place['reservation']}").json()
    assert (held["state"], held["class"], held["contact"]) == ("reserved", "service", None)
    confirmed = desk.post(f"gate/reservations/{place['reservation']}/confirm", {}, key=None).json()
    assert confirmed["state"] == "confirmed"
    assert confirmed["contact"] == str(Contact.objects.get().public_id)
    later = desk.post("gate/decisions", ASK, key=None).json()
    assert later["answer"] == "defer"
    assert later["until"]
    assert later["reasons"][0]["code"] == "pressure"
    assert [one["reservation"] for one in later["reasons"][0]["contacts"]] == [place["reservation"]]
    released = desk.post(f"gate/reservations/{place['reservation']}/release", {"reason": "5.1.1"}, key=None).json()
    assert (released["state"], released["reason"]) == ("released", "5.1.1")
    assert desk.post("gate/decisions", ASK, key=None).json()["answer"] == "allow"
    gone = desk.post(f"gate/reservations/{place['reservation']}/confirm", {}, key=None)
    assert (gone.status_code, gone.json()["code"]) == (409, "reservation_gone")


@pytest.mark.django_db
def test_what_is_written_down_can_be_said_when_confirming(cast: Cast) -> None:
    desk = asker(cast)
    desk.post("gate/rules", ONE)
    place = desk.post("gate/decisions", ASK | {"reserve": True}).json()["reservation"]
    soon = (clock.now() + timedelta(days=3)).isoformat()
    said = {"counts_at": soon, "contact": {"nature": "advice", "outcome": "answered", "note": "About rye"}}
    confirmed = desk.post(f"gate/reservations/{place}/confirm", said, key=None)
    assert confirmed.status_code == 200, confirmed.content
    row = Contact.objects.get()
    assert (row.nature, row.outcome, row.note) == ("advice", "answered", "About rye")
    for change, code in (({"counts_at": "9999-01-01T00:00:00Z"}, "ask_refused"), ({"contact": {"nature": "gossip"}}, "contact_refused")):
        desk.post("gate/rules", ONE | {"rules": {"quiet_hours": {"default": []}}}, key=code)
        other = desk.post("gate/decisions", ASK | {"reserve": True}, key=f"m-{code}").json()["reservation"]
        assert desk.post(f"gate/reservations/{other}/confirm", change, key=None).json()["code"] == code


@pytest.mark.django_db
def test_the_rules_are_read_and_written_as_one_document(cast: Cast) -> None:
    desk = asker(cast)
    first = desk.get("gate/rules").json()
    assert first["version"] == 0
    assert {cap["name"] for cap in first["rules"]["caps"]} >= {"weekly"}
    made = desk.post("gate/rules", {"rules": first["rules"]})
    assert made.status_code == 201, made.content
    assert made.json()["rules"] == first["rules"], "what was read can be written"
    soon = (clock.now() + timedelta(days=10)).isoformat()
    assert desk.post("gate/rules", ONE | {"effective_at": soon}, key="k-2").status_code == 201
    assert desk.get("gate/rules").json()["version"] == made.json()["version"]
    assert desk.get("gate/rules", at=soon).json()["rules"]["caps"][0]["name"] == "r"
    refused = desk.post("gate/rules", {"rules": {"caps": [{"name": "x", "most": 0, "days": 1}]}}, key="k-3")
    assert (refused.status_code, refused.json()["code"]) == (422, "gate_rules_refused")
    assert refused.json()["errors"][0]["pointer"] == "/caps/0/most"
    assert RuleVersion.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "key", "status", "code"),
    [
        ({"customer": "nobody"}, None, 404, "customer_not_found"),
        ({"channel": "pigeon"}, None, 422, "not_as_described"),
        ({"class": "gossip"}, None, 422, "not_as_described"),
        ({"weight": 0}, None, 422, "not_as_described"),
        ({"priority": 10}, None, 422, "not_as_described"),
        ({"reserve": True}, None, 400, "idempotency_key_missing"),
        ({"wanted_at": "2999-01-01T00:00:00Z"}, None, 422, "ask_refused"),
        ({"wanted_local": "2027-02-30T10:00"}, None, 422, "ask_refused"),
        ({"wanted_local": "2027-02-20T10:00", "wanted_at": "2027-02-20T10:00:00Z"}, None, 422, "ask_refused"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, None, 422, "ask_refused"),
    ],
)
def test_a_crooked_question_is_refused(cast: Cast, change: dict[str, Any], key: str | None, status: int, code: str) -> None:
    response = asker(cast).post("gate/decisions", ASK | change, key=key)
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert not Slot.objects.exists()


@pytest.mark.django_db
def test_15_a_time_on_their_own_clock(cast: Cast) -> None:
    desk = asker(cast)
    desk.post("gate/rules", {"rules": {"quiet_hours": {"default": []}}})
    on = (clock.now() + timedelta(days=30)).date()
    answer = desk.post("gate/decisions", ASK | {"wanted_local": f"{on}T09:00"}, key=None).json()
    nine_in_berlin = datetime.combine(on, time(9), ZoneInfo("Europe/Berlin"))
    assert datetime.fromisoformat(answer["at"]) == nine_in_berlin


@pytest.mark.django_db
def test_a_foreign_reservation_and_customer_do_not_exist(cast: Cast) -> None:
    desk = asker(cast)
    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    assert desk.post("gate/decisions", ASK | {"customer": str(foreign.public_id)}, key=None).status_code == 404
    for path in ("confirm", "release"):
        assert desk.post(f"gate/reservations/{uuid.uuid4()}/{path}", {}, key=None).status_code == 404
        assert desk.post(f"gate/reservations/nonsense/{path}", {}, key=None).status_code == 404
    reader = asker(cast, "gate:read")
    assert reader.post("gate/decisions", ASK, key=None).status_code == 403
    assert reader.post("gate/rules", ONE).status_code == 403
