"""Cases by API: opened once, explained, answered, promised, made good, resolved; what may not be is refused with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.messaging.models import Message
from regulars.service.models import Case, Gesture, LedgerLine
from regulars.staff.services import make_key

from tests.cast import Cast
from tests.service.laws_for_tests import berlin
from tests.service.service_cast import MONDAY, NINE, Team, call_team
from tests.till.test_api import Program, program

NEW = {
    "customer": "A-1001",
    "subject": "Stale rolls",
    "text": "The rolls were stale.",
    "channel": "email",
    "nature": "complaint",
    "key": "T-1",
}


@pytest.fixture
def team(cast: Cast) -> Iterator[Team]:
    """The team at nine on a Monday."""
    with clock.standing_at(NINE):
        yield call_team(cast)


@pytest.fixture
def shop(team: Team) -> Program:
    return program(team.cast, "cases:read", "cases:write")


@pytest.mark.django_db
def test_a_case_is_opened_once_and_explains_itself(shop: Program) -> None:
    made = shop.post("cases", NEW)
    assert made.status_code == 201, made.content
    assert shop.post("cases", NEW, key="k-2").status_code == 200
    assert Case.objects.count() == 1
    whole = shop.get(f"cases/{made.json()['number']}").json()
    assert [one["what"] for one in whole["events"]] == ["opened"]
    first = next(one for one in whole["promises"] if one["metric"] == "first_answer")
    assert (first["paragraph"], first["policy_version"], first["target"], first["state"]) == ("1.2", "1.0", "4bh", "running")
    assert first["due_at"] == berlin(MONDAY, "13:00").isoformat().replace("+00:00", "Z")
    assert [piece["why"] for piece in first["explanation"]] == ["working_time"]
    assert shop.get("cases").json()["items"][0]["id"] == made.json()["id"]


@pytest.mark.django_db
def test_what_sounds_like_a_complaint_is_asked_about(shop: Program) -> None:
    refused = shop.post("cases", NEW | {"nature": "question", "text": "I'm unhappy with the charge."})
    assert (refused.status_code, refused.json()["code"]) == (422, "sounds_like_complaint")
    assert shop.post("cases", NEW | {"nature": "question", "text": "I'm unhappy.", "no_complaint": "a joke"}, key="k-2").status_code == 201


@pytest.mark.django_db
def test_an_answer_leaves_once_and_a_stale_one_is_refused(shop: Program) -> None:
    case = shop.post("cases", NEW).json()
    path = f"cases/{case['id']}/messages"
    body = {"text": "We are sorry.", "version": case["version"]}
    assert shop.post(path, body, key="a").status_code == 201
    assert shop.post(path, body, key="a")["Idempotency-Replayed"] == "true"
    stale = shop.post(path, body, key="b")
    assert (stale.status_code, stale.json()["code"]) == (409, "case_changed")
    assert Message.objects.count() == 1
    assert shop.post(path, {"text": "A regular.", "internal": True}, key="c").status_code == 201
    assert [one["kind"] for one in shop.get(path).json()["items"]] == ["in", "out", "internal"]


@pytest.mark.django_db
def test_promises_are_made_tried_and_kept(shop: Program) -> None:
    case = shop.post("cases", NEW).json()
    made = shop.post(f"cases/{case['id']}/promises", {"what": "Call", "due_at": berlin(MONDAY, "12:00").isoformat()}, key="p").json()
    number = made["key"].removeprefix("own:")
    end = f"cases/{case['id']}/promises/{number}/end"
    assert shop.post(end, {"how": "attempt"}, key="e1").json()["state"] == "running"
    with clock.standing_at(berlin(MONDAY, "12:05")):
        assert shop.post(end, {"how": "kept"}, key="e2").json()["state"] == "kept_late"
        assert shop.post(end, {"how": "kept"}, key="e3").json()["code"] == "promise_ended"
    assert shop.post(f"cases/{case['id']}/promises", {"what": "Call", "due_at": "2020-01-01T00:00:00Z"}, key="q").status_code == 422


@pytest.mark.django_db
def test_a_gesture_is_booked_within_the_authority_of_the_key_s_owner_and_asked_for_beyond(team: Team, shop: Program) -> None:
    case = shop.post("cases", NEW).json()
    path = f"cases/{case['id']}/gestures"
    body = {"kind": "goodwill", "amount": "20.00", "currency": "EUR"}
    alone = shop.post(path, body, key="g0").json()
    assert (alone["state"], alone["why"]) == ("awaiting", "no_authority")
    _key, text = make_key(
        business_id=team.cast.business.pk,
        name="mira",
        scopes=["cases:read", "cases:write"],
        owner=team.mira,
        at=NINE - timedelta(days=1),
        actor="x",
    )
    hers = Program(text)
    assert [hers.post(path, body, key=key).json()["state"] for key in ("g1", "g1", "g2")] == ["booked", "booked", "booked"]
    third = hers.post(path, body | {"amount": "5.00"}, key="g3").json()
    assert (third["state"], third["why"]) == ("awaiting", "per_case")
    assert sum(LedgerLine.objects.values_list("amount_minor", flat=True)) == 0
    assert Gesture.objects.filter(state="booked").count() == 2
    for wrong in ({"amount": "0"}, {"currency": "XXQ"}, {"kind": "castle"}, {"amount": "-3"}):
        assert hers.post(path, body | wrong, key=json.dumps(wrong)).status_code == 422, wrong
    assert len(shop.get(path).json()["items"]) == 4


@pytest.mark.django_db
def test_a_complaint_is_resolved_with_cause_and_action(shop: Program) -> None:
    case = shop.post("cases", NEW).json()
    path = f"cases/{case['id']}/resolution"
    refused = shop.post(path, {}, key="r1")
    assert (refused.status_code, refused.json()["code"]) == (422, "resolution_refused")
    assert {one["pointer"] for one in refused.json()["errors"]} == {"cause", "action"}
    done = shop.post(path, {"cause": "product", "action": "New rolls", "told": True}, key="r2").json()
    assert done["status"] == "resolved"
    assert shop.get(path).json() == done


@pytest.mark.django_db
def test_cases_of_others_do_not_exist(team: Team, shop: Program) -> None:
    case = shop.post("cases", NEW).json()
    _key, text = make_key(business_id=team.cast.other.pk, name="x", scopes=["cases:read", "cases:write"], at=NINE, actor="x")
    other = Program(text)
    for path in ("", "/messages", "/promises", "/gestures", "/resolution"):
        assert other.get(f"cases/{case['id']}{path}").status_code == 404
    assert other.post(f"cases/{case['id']}/messages", {"text": "x"}).status_code == 404
    assert Client().get(f"/api/v1/cases/{case['id']}").status_code == 401
