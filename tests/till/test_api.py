"""The API from outside: keys, idempotency, cursors, problem documents."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from regulars.purchases.models import Purchase
from regulars.staff.services import make_key

from tests.cast import ACTOR, NOON, Cast

SALE = {"customer": "A-1001", "at": "2026-06-14T10:30:00+02:00", "amount": "12.40", "currency": "EUR", "receipt": "R-1", "branch": "market"}


class Program:
    """A program with a key."""

    def __init__(self, text: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {text}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, key: str | None = "k-1") -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", content, content_type="application/json", headers=headers)


def program(cast: Cast, *scopes: str, branch_ids: set[int] | None = None) -> Program:
    chosen = scopes or ("customers:read", "customers:write", "purchases:read", "purchases:write")
    _key, text = make_key(business_id=cast.business.pk, name="till", scopes=chosen, branch_ids=branch_ids, at=NOON, actor=ACTOR)
    return Program(text)


@pytest.mark.django_db
def test_a_sale_is_recorded_and_read_back(cast: Cast) -> None:
    till = program(cast)
    made = till.post("purchases", SALE | {"lines": [{"product": "Rye", "quantity": "0.35", "amount": "12.40"}]})
    assert made.status_code == 201, made.content
    assert made.json()["customer"] == str(cast.ada.public_id)
    assert made.json()["lines"] == [{"product": "Rye", "category": "", "quantity": "0.35", "amount": "12.40"}]
    assert till.get(f"purchases/{made.json()['id']}").json() == made.json()
    assert till.get("purchases").json()["items"] == [made.json()]


@pytest.mark.django_db
def test_the_same_key_and_body_twice_is_one_purchase_and_one_answer(cast: Cast) -> None:
    """C1, C2, C5."""
    till = program(cast)
    first, second = till.post("purchases", SALE), till.post("purchases", SALE)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second["Idempotency-Replayed"] == "true"
    assert Purchase.objects.count() == 1
    assert till.post("purchases", SALE | {"amount": "1.00"}).json()["code"] == "idempotency_key_reused"
    assert till.post("purchases", SALE, key=None).status_code == 400
    other = program(cast)
    again = other.post("purchases", SALE)
    assert again.status_code == 200, "another key: independent, but the receipt stands there already"
    assert Purchase.objects.count() == 1


@pytest.mark.django_db
def test_an_unknown_customer_is_registered_or_not_as_wished(cast: Cast) -> None:
    till = program(cast)
    refused = till.post("purchases", SALE | {"customer": "N-1", "create_customer": False})
    assert (refused.status_code, refused.json()["code"]) == (404, "customer_not_found")
    made = till.post("purchases", SALE | {"customer": "N-1"}, key="k-2")
    assert made.status_code == 201
    found = till.get("customers", q="n-1").json()["items"]
    assert [row["name"] for row in found] == ["N-1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "12.405"}, 422, "amount_refused"),
        ({"amount": "-1"}, 422, "sale_refused"),
        ({"amount": "1e30"}, 422, "not_as_described"),
        ({"amount": 12.4}, 422, "not_as_described"),
        ({"amount": True}, 422, "not_as_described"),
        ({"currency": "QQQ"}, 422, "amount_refused"),
        ({"at": "2026-06-14T10:30:00"}, 422, "not_as_described"),
        ({"at": "2026-02-30T10:30:00Z"}, 422, "not_as_described"),
        ({"at": "2999-01-01T00:00:00Z"}, 422, "sale_refused"),
        ({"kind": "refund", "amount": "-1"}, 422, "original_not_found"),
        ({"kind": "refund", "amount": "-1", "original": "nope"}, 422, "original_not_found"),
        ({"branch": "moon"}, 404, "branch_not_found"),
        ({"is_staff": True}, 422, "not_as_described"),
        ({"receipt": "a\u0000b"}, 422, "not_as_described"),
        ({"customer": str(uuid.uuid4())}, 404, "not_found"),
    ],
)
def test_bad_input_is_a_problem_document_and_leaves_nothing(cast: Cast, change: dict[str, Any], status: int, code: str) -> None:
    response = program(cast).post("purchases", SALE | change)
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    assert not Purchase.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', b"\xff\xfe", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", "[" * 100_000]
)
def test_a_body_that_is_none_is_refused(cast: Cast, body: Any) -> None:
    """C8."""
    response = program(cast).post("purchases", body)
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_refund_takes_back_at_most_what_was_paid(cast: Cast) -> None:
    till = program(cast)
    till.post("purchases", SALE)
    back = SALE | {"kind": "refund", "amount": "-12.40", "receipt": "B-1", "original": "R-1"}
    assert till.post("purchases", back, key="k-2").status_code == 201
    more = till.post("purchases", back | {"receipt": "B-2"}, key="k-3")
    assert (more.status_code, more.json()["code"]) == (409, "refund_too_large")


@pytest.mark.django_db
def test_cursors_lead_through_all_pages_and_a_made_up_one_is_refused(cast: Cast) -> None:
    till = program(cast)
    for n in range(7):
        till.post("purchases", SALE | {"receipt": f"R-{n}"}, key=f"k-{n}")
    seen, cursor = [], ""
    while cursor is not None:
        page = till.get("purchases", size=3, cursor=cursor).json()
        seen += [row["receipt"] for row in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == [f"R-{n}" for n in range(7)]
    for bad in ("!!!!", "AAAA", "////", "x" * 100):
        assert till.get("purchases", cursor=bad).status_code in (400, 404)
        assert till.get("customers", cursor=bad).status_code in (400, 404)
    assert till.get("purchases", size=10**9).status_code == 422


@pytest.mark.django_db
def test_a_key_of_one_branch_sees_and_writes_nothing_of_another(cast: Cast) -> None:
    """D2, D3, D4."""
    everybody = program(cast)
    made = everybody.post("purchases", SALE).json()
    till = program(cast, branch_ids={cast.station.pk})
    assert till.get("purchases").json()["items"] == []
    assert till.get(f"purchases/{made['id']}").status_code == 404
    assert till.get(f"customers/{cast.ada.public_id}").status_code == 404
    assert till.get("purchases", customer=str(cast.ada.public_id)).status_code == 404
    assert till.get("customers", q="ada").json()["items"] == []
    for change in (
        {"customer": str(cast.ada.public_id), "branch": "station"},
        {"customer": "C-1003"},
        {"branch": "market", "customer": "C-1003"},
    ):
        response = till.post("purchases", SALE | change | {"receipt": "X"}, key=str(change))
        assert response.status_code in (201, 404)
        if response.status_code == 201:
            assert response.json()["branch"] in (None, "station")
    assert Purchase.objects.filter(customer=cast.ada).count() == 1


@pytest.mark.django_db
def test_a_taken_number_that_the_caller_may_not_see_tells_nothing(cast: Cast) -> None:
    till = program(cast, branch_ids={cast.station.pk})
    response = till.post("purchases", SALE | {"branch": "station", "source": "card"})
    assert (response.status_code, response.json()["code"]) == (404, "customer_not_found")


@pytest.mark.django_db
def test_a_customer_is_registered_once_by_key(cast: Cast) -> None:
    till = program(cast)
    who = {
        "given_name": "Eszter",
        "family_name": "Nagy",
        "language": "hu",
        "external_id": "E-9",
        "contact_points": [{"kind": "email", "value": "e@mail.example"}],
    }
    made = till.post("customers", who)
    assert made.status_code == 201, made.content
    assert made.json()["name"] == "Nagy Eszter"
    assert till.post("customers", who)["Idempotency-Replayed"] == "true"
    taken = till.post("customers", who, key="k-2")
    assert (taken.status_code, taken.json()["code"]) == (409, "external_id_taken")
    smuggled = who | {"external_id": "E-10", "contact_points": [{"kind": "email", "value": "a@x.test, b@x.test"}]}
    assert till.post("customers", smuggled, key="k-3").status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "_", "\\", "a" * 200, "pg_sleep(5)", "\u0130", "🥐", "()", "a' UNION SELECT 1--"])
def test_crooked_searches_find_nothing_and_break_nothing(cast: Cast, text: str) -> None:
    """C7."""
    response = program(cast).get("customers", q=text)
    assert response.status_code == 200
    assert [row for row in response.json()["items"] if row["name"] not in ("Ada Lindqvist",)] == []


@pytest.mark.django_db
def test_the_openapi_document_is_open_to_all_and_of_version_3_1(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert {"/api/v1/purchases", "/api/v1/customers", "/api/v1/purchases/{id}", "/api/v1/customers/{id}"} <= set(response.json()["paths"])
