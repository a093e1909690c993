"""Consent, wishes, merges, access and erasure by API."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.models import Customer
from regulars.customers.queries import consent_for
from regulars.groundwork.kernel.models import KeptAnswer

from tests.cast import Cast
from tests.customers.dump import places_of
from tests.till.test_api import SALE, program

pytestmark = pytest.mark.django_db
YES = {
    "channel": "email", "purpose": "offers", "given": True, "address": "ada@mail.example", "text_version": "app-3", "source": "app",
    "proof": {"screen": "welcome"}, "said_at": "2026-06-01T10:00:00+02:00",
}  # fmt: skip


def test_consent_is_told_once_and_read_back(cast: Cast) -> None:
    app = program(cast, "customers:read", "customers:write")
    path = f"customers/{cast.ada.public_id}/consents"
    made = app.post(path, YES)
    assert made.status_code == 201, made.content
    assert app.post(path, YES)["Idempotency-Replayed"] == "true"
    assert [one["text_version"] for one in app.get(path).json()["items"]] == ["app-3"]
    assert consent_for(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers", address="ADA@mail.example").allowed
    bare = app.post(path, YES | {"proof": {}}, key="k-2")
    assert (bare.status_code, bare.json()["code"]) == (422, "consent_proof_missing")
    assert app.post(path, YES | {"purpose": "gossip"}, key="k-3").json()["code"] == "unknown_purpose"
    assert app.post(path, YES | {"channel": "pigeon"}, key="k-4").status_code == 422
    assert app.post(path, YES, key=None).status_code == 400
    assert app.post(path, {"channel": "email", "purpose": "*", "given": False, "source": "app"}, key="k-5").status_code == 201
    assert not consent_for(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose="offers").allowed


def test_a_yes_from_the_future_counts_from_now(cast: Cast) -> None:
    app = program(cast, "customers:read", "customers:write")
    made = app.post(f"customers/{cast.ada.public_id}/consents", YES | {"said_at": "2126-06-01T10:00:00Z"})
    assert made.json()["at"] < "2100"


def test_wishes_are_told_and_read(cast: Cast) -> None:
    app = program(cast, "customers:read", "customers:write")
    path = f"customers/{cast.ada.public_id}/wishes"
    stated = {
        "channels_never": ["sms"],
        "preferred_channel": "email",
        "hours": [[[540, 1020]]] * 5 + [[], []],
        "at_most": [2, 30],
        "topics": ["rye"],
    }
    assert app.post(path, stated).json() == stated
    assert app.get(path).json() == stated
    for wrong in ({"hours": [[]] * 7}, {"hours": [[[600, 500]]] + [[]] * 6}, {"preferred_channel": "sms"}, {"at_most": [0, 3]}):
        assert app.post(path, stated | wrong, key=repr(wrong)).status_code == 422, wrong


def test_merging_and_taking_it_back(cast: Cast) -> None:
    app = program(cast, "customers:read", "customers:write", "purchases:read", "purchases:write")
    assert app.post("purchases", SALE | {"customer": "B-1002"}, key="sale").status_code == 201
    merged = app.post(f"customers/{cast.bo.public_id}/merge", {"into": "A-1001", "reason": "same card"})
    assert merged.json()["into"] == str(cast.ada.public_id)
    assert len(app.get("purchases", customer=str(cast.ada.public_id)).json()["items"]) == 1, "purchases are read through the merge"
    refused = app.post(f"customers/{cast.ada.public_id}/merge", {"into": str(cast.bo.public_id)}, key="k-2")
    assert (refused.status_code, refused.json()["code"]) == (422, "merged_with_itself")
    assert app.post(f"customers/{cast.bo.public_id}/unmerge", {}, key="k-3").status_code == 200
    assert app.get("purchases", customer=str(cast.ada.public_id)).json()["items"] == []
    assert app.post(f"customers/{cast.bo.public_id}/unmerge", {}, key="k-4").status_code == 404
    assert app.post(f"customers/{uuid.uuid4()}/merge", {"into": "A-1001"}, key="k-5").status_code == 404


def test_access_and_erasure_need_their_own_key(cast: Cast) -> None:
    plain = program(cast, "customers:read", "customers:write")
    assert plain.get(f"customers/{cast.ada.public_id}/export").status_code == 403
    assert plain.post(f"customers/{cast.ada.public_id}/forget", {"confirm": True}).status_code == 403
    office = program(cast, "privacy:read", "privacy:write")
    sections = office.get(f"customers/{cast.ada.public_id}/export").json()["sections"]
    assert sections["numbers"] == [{"source": "card", "number": "A-1001"}]
    assert office.post(f"customers/{cast.ada.public_id}/forget", {"confirm": False}).status_code == 422
    done = office.post(f"customers/{cast.ada.public_id}/forget", {"confirm": True}, key="k-2")
    assert done.status_code == 200, done.content
    assert office.post(f"customers/{cast.ada.public_id}/forget", {"confirm": True}, key="k-2").content == done.content
    assert Customer.objects.get(pk=cast.ada.pk).given_name == ""
    assert office.get(f"customers/{cast.ada.public_id}/export").status_code == 404


def test_answers_that_were_kept_for_a_forgotten_person_say_nothing(cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path  # the files of this test alone: a database server may keep its own nearby
    app = program(cast, "customers:read", "customers:write", "privacy:write")
    who = {"given_name": "Quilla", "family_name": "Markson", "contact_points": [{"kind": "email", "value": "quilla@planted.example"}]}
    made = app.post("customers", who, key="new").json()
    app.post(f"customers/{made['id']}/wishes", {"topics": ["quilling"]}, key="wish")
    assert places_of(["quilla@planted.example"])
    app.post(f"customers/{made['id']}/forget", {"confirm": True}, key="gone")
    assert [place for place in places_of(["quilla", "markson", "quilling"]) if not place.startswith("erasures")] == []
    again = app.post("customers", who, key="new")
    assert again.status_code == 404, "the kept answer is gone, and the key is not good for a second act"
    assert KeptAnswer.objects.filter(key="wish").count() == 0
