"""Members by API: points earned, held, spent, moved by hand; each answer explains itself, and what is refused leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Entry, Hold, ProgramVersion
from regulars.staff.services import make_key

from tests.cast import ACTOR, NOON, Cast
from tests.loyalty.club import BASE, document, opened
from tests.till.loyalty_till import AT, Till, at_the_till, later
from tests.till.test_api import Program, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(cast: Cast) -> Iterator[Till]:
    with clock.standing_at(AT):
        yield at_the_till(cast)


def hold(till: Till, units: Any, customer: str = "A-1001", **more: Any) -> Any:
    return till.post("holds", {"customer": customer, "unit": "points", "units": units} | more)


def test_a1_earn_100_spend_30_refund_30(till: Till) -> None:
    till.sell("A-1001", "100.00")
    sale = till.sell("A-1001", "3.00", redeem={"unit": "points", "units": 30})
    assert till.usable() == "70"
    back = till.post(f"sales/{sale['purchase']['id']}/refunds", {"receipt": "B-1"})
    assert back.status_code == 201, back.content
    assert till.usable() == "100"
    assert [one for one in till.kinds() if one[1] != "0"] == [("issued", "100"), ("redeemed", "-30"), ("restored", "30")]


def test_a2_more_than_there_is_is_refused_and_leaves_nothing(till: Till) -> None:
    till.give("A-1001", 10)
    before = Entry.objects.count()
    refused = till.post("sales", till.sale("A-1001", "20.00", redeem={"unit": "points", "units": 11}))
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient")
    assert (refused.json()["needed"], refused.json()["usable"]) == ("11", "10")
    assert hold(till, 11).json()["code"] == "insufficient"
    assert (
        till.post("adjustments", {"customer": "A-1001", "unit": "points", "units": "-11", "reason": "x"}).json()["code"] == "insufficient"
    )
    assert till.get("purchases").json()["items"] == []
    assert (Entry.objects.count(), Hold.objects.count()) == (before, 0)


def test_a3_30_the_last_points_go_once_however_many_ask(till: Till) -> None:
    till.give("A-1001", 100)
    codes = [till.post("sales", till.sale("A-1001", "10.00", redeem={"unit": "points", "units": 100})).status_code for _one in range(20)]
    assert sorted(codes) == [201] + [409] * 19
    assert till.usable() == "0"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a5_nobody_changes_an_entry(till: Till, method: str) -> None:
    till.give("A-1001", 100)
    before = till.get("members/A-1001/entries").content
    for path in ("members/A-1001/entries", "members/A-1001/accounts", "adjustments", "sales"):
        answer = getattr(till.program.client, method)(
            f"/api/v1/{path}", "{}", content_type="application/json", headers=till.program.headers
        )
        assert answer.status_code in (403, 404, 405)
    assert till.get("members/A-1001/entries").content == before


BAD_UNITS = [
    -5,
    0,
    "0",
    1.5,
    "1.5",
    "-1",
    True,
    False,
    None,
    "",
    "NaN",
    "Infinity",
    "1e30",
    10**30,
    "9" * 16,
    "٣",
    "１０",
    " 5",
    "+5",
    [],
    {},
]


@pytest.mark.parametrize("units", BAD_UNITS, ids=repr)
@pytest.mark.parametrize("path", ["sales", "holds", "transfers"])
def test_a7_bad_amounts_of_points_are_refused_with_their_field(till: Till, path: str, units: Any) -> None:
    till.give("A-1001", 100)
    before = Entry.objects.count()
    points = {"unit": "points", "units": units}
    body = {
        "sales": till.sale("A-1001", "50.00", redeem=points),
        "holds": {"customer": "A-1001"} | points,
        "transfers": {"from": "A-1001", "to": "B-1002"} | points,
    }[path]
    refused = till.post(path, body)
    assert refused.status_code == 422, refused.content
    assert refused.json()["code"] in ("not_as_described", "bad_units", "redeem_unclear")
    assert any("units" in one["pointer"] or one["pointer"] == "redeem" for one in refused.json()["errors"])
    assert (Entry.objects.count(), Hold.objects.count()) == (before, 0)


@pytest.mark.parametrize("units", [0, "0", "1.5", 1.5, True, None, 10**15, "1e3"], ids=repr)
def test_a7_bad_adjustments_are_refused(till: Till, units: Any) -> None:
    refused = till.post("adjustments", {"customer": "A-1001", "unit": "points", "units": units, "reason": "x"})
    assert refused.status_code == 422, refused.content
    assert not Entry.objects.exists()


def test_3_units_are_decimals_of_the_unit_s_own_scale(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, points={"scale": 2})
        till.give("A-1001", "267.39")
        till.give("A-1001", "0.89")
        assert till.usable() == "268.28"
        till.give("A-1001", 1)
        assert till.usable() == "269.28"
        assert hold(till, "0.001").json()["code"] == "bad_units"


def test_a9_35_a_hold_reserves_is_captured_in_part_and_answers_the_same_again(till: Till) -> None:
    till.give("A-1001", 300)
    held = hold(till, "200").json()
    assert (held["state"], held["units"], held["captured"]) == ("held", "200", "0")
    assert hold(till, 150).json()["code"] == "insufficient"
    assert (till.usable(), till.account()["held"]) == ("100", "200")
    first = till.post(f"holds/{held['id']}/capture", {"units": 120})
    assert first.status_code == 200, first.content
    again = till.post(f"holds/{held['id']}/capture", {"units": 120})
    assert again.json() == first.json(), "another key, the same answer"
    assert (till.usable(), till.account()["held"]) == ("180", "0")
    assert till.get(f"holds/{held['id']}").json()["state"] == "captured"
    assert till.post(f"holds/{held['id']}/capture", {"units": 100}).json()["code"] == "hold_settled"
    assert till.post(f"holds/{held['id']}/release", {}).json()["code"] == "hold_settled"


def test_a9_36_a_hold_runs_out_once(till: Till) -> None:
    till.give("A-1001", 60)
    one = hold(till, 50).json()
    assert hold(till, 20).status_code == 409
    with later(minutes=14):
        assert till.usable() == "10"
    with later(minutes=16):
        assert till.get(f"holds/{one['id']}").json()["state"] == "expired"
        assert till.usable() == "60"
        refused = till.post(f"holds/{one['id']}/capture", {})
        assert (refused.status_code, refused.json()["code"]) == (409, "hold_expired")
        assert till.post(f"holds/{one['id']}/release", {}).json()["hold"]["state"] == "expired"
        assert till.usable() == "60"


def test_33_a_sale_that_is_not_paid_gives_its_points_back_once(till: Till) -> None:
    till.give("A-1001", 100)
    one = hold(till, 100, minutes=60).json()
    for _again in range(3):
        answer = till.post(f"holds/{one['id']}/release", {})
        assert (answer.status_code, answer.json()["hold"]["state"]) == (200, "released")
    assert till.usable() == "100"
    assert till.post(f"holds/{one['id']}/capture", {}).json()["code"] == "hold_settled"


def test_c1_c2_c5_a_key_moves_once(till: Till) -> None:
    till.give("A-1001", 500)
    bodies = {
        "holds": {"customer": "A-1001", "unit": "points", "units": 50},
        "transfers": {"from": "A-1001", "to": "B-1002", "unit": "points", "units": 50},
        "adjustments": {"customer": "A-1001", "unit": "points", "units": 5, "reason": "x"},
        "sales": till.sale("A-1001", "7.00", redeem={"unit": "points", "units": 20}),
    }
    for path, body in bodies.items():
        missing = till.post(path, body, key=None)
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
        assert missing.json()["documentation"] == "/api/v1/docs"
        first, second = till.post(path, body, key="once"), till.post(path, body, key="once")
        assert first.status_code == 201, first.content
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert second["Idempotency-Replayed"] == "true"
        assert till.post(path, body | {"customer": "B-1002", "from": "C-1003"}, key="once").status_code == 422
    assert till.account() | {"usable": "390", "held": "50"} == till.account()
    assert till.usable("B-1002") == "50"
    assert till.post("holds/x/release", {}, key=None).json()["code"] == "idempotency_key_missing"
    assert till.post("sales/x/refunds", {"receipt": "B"}, key=None).json()["code"] == "idempotency_key_missing"
    assert till.post("sales/batch", {"sales": [bodies["sales"]]}, key=None).json()["code"] == "idempotency_key_missing"


def test_a_transfer_keeps_the_books_and_refuses_nonsense(till: Till) -> None:
    till.give("A-1001", 100)
    done = till.post("transfers", {"from": "A-1001", "to": "B-1002", "unit": "points", "units": 40})
    assert [(one["kind"], one["units"]) for one in done.json()["entries"]] == [("transferred", "-40"), ("transferred", "40")]
    assert (till.usable(), till.usable("B-1002")) == ("60", "40")
    same = till.post("transfers", {"from": "A-1001", "to": "A-1001", "unit": "points", "units": 1})
    assert (same.status_code, same.json()["code"]) == (422, "transfer_to_same_member")
    unknown = till.post("transfers", {"from": "A-1001", "to": "nobody", "unit": "points", "units": 1})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (404, "to")


def test_an_adjustment_needs_its_reason_and_keeps_within_the_limit(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, adjustment_units_max=100)
        for reason in ("", "  "):
            refused = till.post("adjustments", {"customer": "A-1001", "unit": "points", "units": 5, "reason": reason})
            assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
        over = {"customer": "A-1001", "unit": "points", "units": 101, "reason": "The oven burned"}
        asked = till.post("adjustments", over, key="burned")
        assert (asked.status_code, asked.json()["state"], asked.json()["entries"]) == (202, "asked", [])
        assert till.post("adjustments", over, key="burned").json() == asked.json()
        waiting = till.get(f"adjustments/{asked.json()['request']['id']}").json()
        assert (waiting["state"], waiting["units"], waiting["reason"]) == ("asked", "101", "The oven burned")
        assert till.get("adjustments/0190f5a0-0000-7000-8000-000000000000").json()["code"] == "adjustment_not_found"
        done = till.post("adjustments", {"customer": "A-1001", "unit": "points", "units": 100, "reason": "Late bread"})
        assert (done.json()["state"], done.json()["request"]) == ("booked", None)
        assert done.json()["entries"][0]["reason"] == "Late bread"


def test_every_entry_tells_its_reason_zero_too(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, earning=[BASE | {"per_amount": 10}])
        till.sell("A-1001", "9.60")
        sale = till.sell("A-1001", "21.00")
        items = till.get("members/A-1001/entries").json()["items"]
    assert [(one["units"], one["reason"]) for one in items] == [
        ("2", "2 Points by: One point per euro."),
        ("0", "0 Points: the basket lacked 0.40."),
    ]
    assert items[1]["why"]["lacks_minor"] == 40
    assert (items[0]["version"], items[0]["purchase"], items[0]["program"]) == (1, sale["purchase"]["id"], "crumbs")


def test_entries_come_page_by_page(till: Till) -> None:
    for units in range(1, 8):
        till.give("A-1001", units)
    seen, cursor = [], ""
    while cursor is not None:
        page = till.get("members/A-1001/entries", size=3, cursor=cursor).json()
        seen += [one["units"] for one in page["items"]]
        cursor = page["next"]
    assert seen == ["7", "6", "5", "4", "3", "2", "1"]
    for bad in ("!!!!", "AAAA", "x" * 100, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"):
        assert till.get("members/A-1001/entries", cursor=bad).status_code == 400
    assert till.get("members/A-1001/entries", size=10**9).status_code == 422
    assert till.get("members/A-1001/entries", unit="other").json()["items"] == []


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "a%00b", "..%2f..", "🥐", "pg_sleep(5)"])
def test_crooked_member_numbers_are_nobody_s(till: Till, text: str) -> None:
    for part in ("accounts", "entries"):
        assert till.get(f"members/{text}/{part}").status_code in (404, 422)


def test_d3_d4_what_is_another_s_does_not_exist(till: Till) -> None:
    cast = till.cast
    till.give("A-1001", 100)
    one = hold(till, 10).json()
    sale = till.sell("A-1001", "5.00")["purchase"]["id"]
    _key, text = make_key(
        business_id=cast.other.pk, name="x", scopes=["loyalty:read", "loyalty:write", "loyalty:adjust"], at=NOON, actor=ACTOR
    )
    foreign = Program(text)
    # A key of the other branch doesn't see Ada, who belongs to the market's.
    station = program(cast, "loyalty:read", "loyalty:write", "loyalty:adjust", branch_ids={cast.station.pk})
    points = {"unit": "points", "units": 5}
    for number, caller in enumerate((foreign, station)):
        for path in ("accounts", "entries"):
            for who in ("A-1001", str(cast.ada.public_id)):
                assert caller.get(f"members/{who}/{path}").status_code == 404
        assert caller.get(f"holds/{one['id']}").status_code == 404
        asked: list[tuple[str, dict[str, Any]]] = [
            (f"holds/{one['id']}/capture", {}),
            (f"holds/{one['id']}/release", {}),
            (f"sales/{sale}/refunds", {"receipt": "B"}),
            ("holds", {"customer": "A-1001"} | points),
            ("adjustments", {"customer": str(cast.ada.public_id), "reason": "x"} | points),
            ("transfers", {"from": "A-1001", "to": "C-1003"} | points),
            ("transfers", {"from": "C-1003", "to": "A-1001"} | points),
            ("sales", {"customer": "A-1001", "amount": "5.00", "currency": "EUR", "receipt": "S"}),
        ]
        for turn, (path, body) in enumerate(asked):
            answer = caller.post(path, body, key=f"{number}-{turn}")
            assert answer.status_code == 404, (path, answer.content)
    mine = {"customer": "C-1003", "amount": "5.00", "currency": "EUR", "receipt": "S", "redeem": {"hold": one["id"]}}
    assert station.post("sales", mine, key="mine").json()["code"] == "hold_not_found"
    assert foreign.get("programs").json() == {"items": []}
    assert foreign.get("programs/crumbs").status_code == 404
    assert till.account() | {"usable": "95", "held": "10"} == till.account()


def test_d11_a_key_does_what_its_scopes_say(till: Till) -> None:
    reader, cashier = program(till.cast, "loyalty:read"), program(till.cast, "loyalty:write")
    points = {"customer": "A-1001", "unit": "points", "units": 1, "reason": "x"}
    assert reader.get("members/A-1001/accounts").status_code == 200
    assert reader.post("holds", points).status_code == 403
    assert cashier.post("adjustments", points).status_code == 403
    assert cashier.post("transfers", points).status_code == 403
    assert cashier.post("programs", {}).status_code == 403
    assert cashier.get("members/A-1001/accounts").status_code == 403
    assert cashier.post("sales", till.sale("A-1001", "5.00")).status_code == 201


def test_a_program_is_checked_applied_and_shown(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = Till(cast, program(cast, "loyalty:programs", "loyalty:read"))
        checked = till.post("programs?check=true", document(), key=None)
        assert (checked.status_code, checked.json()["made"], checked.json()["version"]) == (200, False, None)
        assert not ProgramVersion.objects.exists()
        made = till.post("programs", document())
        assert (made.status_code, made.json()["made"], made.json()["version"]["number"]) == (201, True, 1)
        assert till.post("programs", document()).status_code == 200
        with later(days=1):
            assert till.post("programs", document(name="Crumbs & more")).json()["version"]["number"] == 2
            assert [(one["code"], one["name"], one["version"]) for one in till.get("programs").json()["items"]] == [
                ("crumbs", "Crumbs & more", 2)
            ]
            whole = till.get("programs/crumbs").json()
        assert whole["document"]["units"][0]["worth"] == "0.10"
        assert [one["number"] for one in whole["versions"]] == [2, 1]


def test_50_what_is_worse_for_members_is_refused_with_its_changes_and_the_day(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = Till(cast, program(cast, "loyalty:programs", "loyalty:write"))
        till.post("programs", document(notice_days=30))
        till.sell("A-1001", "5.00")
        poorer = document(notice_days=30, earning=[BASE | {"points": "0.5"}], name="Crusts")
        checked = till.post("programs?check=true", poorer, key=None).json()
        assert [(one["place"], one["bearing"], one["code"]) for one in checked["changes"]] == [
            ("name", "neutral", "words"),
            ("earning.base.points", "worse", "earns_less"),
        ]
        with later(minutes=1):
            refused = till.post("programs", poorer)
            assert (refused.status_code, refused.json()["code"], refused.json()["notice_days"]) == (422, "notice_too_short", 30)
            assert [one["place"] for one in refused.json()["changes"]] == ["earning.base.points"]
            assert ProgramVersion.objects.count() == 1
            begins = refused.json()["earliest_at"]
            made = till.post("programs", document(notice_days=30, earning=[BASE | {"points": "0.5"}], effective_at=begins))
            assert (made.status_code, made.json()["changes"][0]["bearing"]) == (201, "worse")


@pytest.mark.parametrize(
    ("text", "status", "code", "place"),
    [
        (document(castle=1), 422, "program_refused", "castle"),
        (document(units=[]), 422, "program_refused", "earning.0.unit"),
        (document(currency="EURO"), 422, "program_refused", "currency"),
        (document().replace('"code": "crumbs"', '"code": "crumbs", "code": "cakes"'), 422, "program_refused", "code"),
        (document(effective_at="2020-01-01T00:00:00Z"), 422, "effective_in_the_past", "effective_at"),
        ("[]", 422, "not_as_described", "/"),
        ("{", 400, "unreadable", ""),
    ],
)
def test_a_crooked_program_is_refused_with_its_places(cast: Cast, text: str, status: int, code: str, place: str) -> None:
    till = Till(cast, program(cast, "loyalty:programs"))
    refused = till.post("programs", text)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.content
    assert not place or any(place in one["pointer"] for one in refused.json()["errors"]), refused.content
    assert not ProgramVersion.objects.exists()


def test_one_of_several_programs_is_named(till: Till) -> None:
    opened(till.cast, code="cakes")
    assert hold(till, 5).json()["code"] == "program_not_named"
    assert hold(till, 5, program="castle").json()["code"] == "program_not_found"
    assert hold(till, 5, program="cakes").json()["code"] == "insufficient"


def test_nobody_spends_while_a_program_is_frozen(till: Till) -> None:
    from regulars.loyalty.queries import program_coded
    from regulars.loyalty.services import freeze_program

    till.give("A-1001", 100)
    found = program_coded(scope=till.cast.scope, code="crumbs")
    assert found is not None
    freeze_program(program=found, reason="books", at=AT, actor=ACTOR)
    assert hold(till, 5).json()["code"] == "program_frozen"
    refused = till.post("sales", till.sale("A-1001", "5.00", redeem={"unit": "points", "units": 5}))
    assert (refused.status_code, refused.json()["code"]) == (409, "program_frozen")
    assert till.sell("A-1001", "5.00")["accounts"][0]["usable"] == "105", "it still earns"


def test_the_openapi_document_shows_how_units_are_written(till: Till) -> None:
    shapes = till.get("openapi.json").json()["components"]["schemas"]
    assert {one.get("type") for one in shapes["HoldIn"]["properties"]["units"]["anyOf"]} == {"string", "integer"}
    assert json.dumps(shapes["SaleIn"]).count("receipt")
