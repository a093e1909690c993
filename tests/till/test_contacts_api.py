"""Contacts by API: idempotent logging, the timeline with cursor and filters."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from regulars.contacts.models import Contact, FollowUp
from regulars.groundwork.kernel import clock

from tests.cast import Cast, enrol
from tests.till.test_api import Program, program

CALL = {
    "customer": "A-1001",
    "channel": "phone",
    "direction": "in",
    "nature": "question",
    "outcome": "answered",
    "at": "2026-06-14T10:30:00+02:00",
}


def asker(cast: Cast, *scopes: str) -> Program:
    return program(cast, *(scopes or ("contacts:read", "contacts:write")))


@pytest.mark.django_db
def test_a_contact_is_logged_once_for_its_key_and_read_in_the_timeline(cast: Cast) -> None:
    desk = asker(cast)
    body = CALL | {
        "staff": str(cast.tom.public_id),
        "branch": "market",
        "note": "Rye?",
        "promise": {"what": "Call back", "due_at": (clock.now() + timedelta(days=2)).isoformat()},
    }
    made, again = desk.post("contacts", body), desk.post("contacts", body)
    assert made.status_code == 201, made.content
    assert again.content == made.content
    assert (Contact.objects.count(), FollowUp.objects.count()) == (1, 1)
    answer = made.json()
    assert (answer["customer"], answer["began_by"], answer["branch"]) == (str(cast.ada.public_id), "customer", "market")
    lines = desk.get(f"customers/{cast.ada.public_id}/timeline").json()["items"]
    assert [line["contact"] for line in lines if line["contact"]] == [answer["id"]]
    assert desk.post("contacts", CALL, key=None).json()["code"] == "idempotency_key_missing"
    assert desk.post("contacts", body | {"note": "other"}).json()["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_a_number_of_ones_own_is_unique_for_ever_within_its_source(cast: Cast) -> None:
    desk = asker(cast)
    body = CALL | {"source": "phone-system", "key": "call-77"}
    assert desk.post("contacts", body, key="1").status_code == 201
    assert desk.post("contacts", body, key="2").status_code == 200
    assert desk.post("contacts", body | {"outcome": "resolved"}, key="3").json()["code"] == "contact_key_taken"
    assert desk.post("contacts", body | {"source": "other"}, key="4").status_code == 201
    assert Contact.objects.count() == 2


@pytest.mark.django_db
def test_the_timeline_pages_and_filters(cast: Cast) -> None:
    desk = asker(cast)
    for n in range(7):
        desk.post("contacts", CALL | {"channel": "email" if n % 2 else "phone", "at": f"2026-06-0{n + 1}T10:00:00Z"}, key=str(n))
    path = f"customers/{cast.ada.public_id}/timeline"
    found: list[str] = []
    cursor = ""
    while True:
        page = desk.get(path, size=3, kind="contacts", **({"cursor": cursor} if cursor else {})).json()
        found += [line["at"] for line in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == sorted(found, reverse=True)
    assert len(found) == 7
    assert len(desk.get(path, channel="email").json()["items"]) == 3
    assert desk.get(path, channel="pigeon").json()["code"] == "filter_refused"
    assert desk.get(path, kind="gossip").json()["code"] == "filter_refused"
    assert desk.get(path, staff=str(uuid.uuid4())).status_code == 404
    assert desk.get(path, cursor="!").json()["code"] == "not_a_cursor"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"customer": "nobody"}, 404, "customer_not_found"),
        ({"channel": "pigeon"}, 422, "not_as_described"),
        ({"nature": "gossip"}, 422, "contact_refused"),
        ({"mood_stated": 5}, 422, "not_as_described"),
        ({"at": "2999-01-01T00:00:00Z"}, 422, "contact_refused"),
        ({"at": "2026-06-14T10:30:00"}, 422, "not_as_described"),
        ({"staff": str(uuid.UUID(int=7))}, 404, "not_found"),
        ({"branch": "moon"}, 404, "branch_not_found"),
        ({"note": "a\u0000b"}, 422, "not_as_described"),
        ({"gossip": 1}, 422, "not_as_described"),
        ({"promise": {"what": "x", "due_at": "2001-01-01T00:00:00Z"}}, 422, "follow_up_refused"),
    ],
)
def test_bad_input_is_a_problem_document_and_leaves_nothing(cast: Cast, change: dict[str, Any], status: int, code: str) -> None:
    response = asker(cast).post("contacts", CALL | change)
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert response.json()["detail"]
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_a_foreign_customers_story_does_not_exist(cast: Cast) -> None:
    foreign = enrol(cast.other, "Eve", "Elsewhere", "E-1", None)
    desk = asker(cast)
    assert desk.get(f"customers/{foreign.public_id}/timeline").status_code == 404
    assert desk.post("contacts", CALL | {"customer": str(foreign.public_id)}).status_code == 404
    assert asker(cast, "contacts:read").post("contacts", CALL).status_code == 403
    assert asker(cast, "contacts:write").get(f"customers/{cast.ada.public_id}/timeline").status_code == 403
