"""Sales at the till: redeem and earn in one, once for a receipt; refunds give back points and money; offline tills hand in later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.models import FactRow
from regulars.loyalty.models import Dispute, Entry
from regulars.loyalty.services import join_program
from regulars.purchases.models import Purchase

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, changed, opened
from tests.till.loyalty_till import AT, Till, at_the_till, later

pytestmark = pytest.mark.django_db
LINES = [{"product": "cake", "amount": "30.00"}, {"product": "tart", "amount": "20.00"}]
POINTS = {"unit": "points", "units": 80}


@pytest.fixture
def till(cast: Cast) -> Iterator[Till]:
    with clock.standing_at(AT):
        yield at_the_till(cast)


def refund(till: Till, sale: dict[str, Any], **more: Any) -> Any:
    body = {"receipt": f"B-{next(till.numbers)}"} | more
    return till.post(f"sales/{sale['purchase']['id']}/refunds", body)


def test_7_points_pay_a_part_and_come_back_with_their_line(till: Till) -> None:
    till.give("A-1001", 80)
    sale = till.sell("A-1001", "50.00", lines=LINES, redeem=POINTS)
    assert (sale["purchase"]["amount"], sale["paid_with_points"]) == ("42.00", "8.00")
    assert [(one["product"], one["amount"]) for one in sale["purchase"]["lines"]] == [("cake", "25.20"), ("tart", "16.80")]
    assert [(one["kind"], one["units"], one["reason"]) for one in sale["entries"]] == [
        ("redeemed", "-80", "80 Points paid 8.00."),
        ("issued", "42", "42 Points by: One point per euro."),
    ]
    assert sale["accounts"][0]["usable"] == "42"
    back = refund(till, sale, lines=[{"line": 2}])
    assert back.status_code == 201, back.content
    assert (back.json()["pay_back"], back.json()["currency"]) == ("16.80", "EUR")
    assert [one["units"] for one in back.json()["restored"]] == ["32"]
    assert [one["units"] for one in back.json()["clawed"]] == ["17"]
    assert back.json()["refund"]["amount"] == "-16.80"
    assert till.usable() == str(42 + 32 - 17)
    rest = refund(till, sale).json()
    assert (rest["pay_back"], rest["restored"][0]["units"], rest["clawed"][0]["units"]) == ("25.20", "48", "25")
    assert till.usable() == "80"
    again = refund(till, sale)
    assert (again.status_code, again.json()["code"]) == (409, "all_given_back")


def test_the_reaction_finds_nothing_left_to_book(till: Till) -> None:
    till.give("A-1001", 80)
    sale = till.sell("A-1001", "50.00", lines=LINES, redeem=POINTS)
    refund(till, sale, lines=[{"line": 2}])
    before = list(Entry.objects.values_list("pk", flat=True))
    from regulars.loyalty.reactions import book
    from regulars.purchases.events import PurchaseRecorded

    for row in Purchase.objects.all():
        book(
            PurchaseRecorded(
                tenant_id=till.cast.business.pk,
                at=AT,
                actor="x",
                purchase_id=row.pk,
                customer_id=row.customer_id,
                kind=row.kind,
                amount_minor=row.amount_minor,
                currency=row.currency,
            )
        )
    assert list(Entry.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("dated", [{}, {"at": (AT - timedelta(minutes=3)).isoformat()}], ids=["no time of its own", "dated"])
def test_the_same_receipt_again_changes_nothing_under_any_key(till: Till, dated: dict[str, str]) -> None:
    till.give("A-1001", 100)
    body = till.sale("A-1001", "50.00", lines=LINES, redeem=POINTS) | dated
    first = till.post("sales", body)
    assert first.status_code == 201, first.content
    with later(minutes=2):
        again = till.post("sales", body)
        assert (again.status_code, again.json()) == (200, first.json())
        for other in (
            {"amount": "51.00", "lines": []},
            {"redeem": None, "amount": "42.00", "lines": []},
            {"redeem": POINTS | {"units": 70}},
            {"lines": [{"product": "cake", "amount": "50.00"}]},
            {"customer": "B-1002"},
        ):
            taken = till.post("sales", body | other)
            assert taken.status_code == 409, (other, taken.content)
            assert taken.json()["code"] in ("receipt_taken", "insufficient")
    assert till.usable() == "62"
    assert Purchase.objects.count() == 1


def test_the_same_refund_again_changes_nothing(till: Till) -> None:
    sale = till.sell("A-1001", "50.00", lines=LINES)
    body = {"receipt": "B-1", "lines": [{"line": 2}]}
    path = f"sales/{sale['purchase']['id']}/refunds"
    first = till.post(path, body)
    with later(minutes=1):
        again = till.post(path, body)
        assert (again.status_code, again.json()) == (200, first.json())
        for other in ({"lines": [{"line": 1}]}, {"lines": [], "amount": "5.00"}, {"lines": [{"line": 2, "quantity": "0.5"}]}):
            assert till.post(path, body | other).json()["code"] == "receipt_taken"
    assert till.usable() == "30"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"redeem": {"unit": "points", "units": 501}}, 422, "worth_exceeds_amount"),
        ({"redeem": {"unit": "crowns", "units": 5}}, 422, "unknown_unit"),
        ({"redeem": {"unit": "points"}}, 422, "redeem_unclear"),
        ({"redeem": {"units": 5}}, 422, "redeem_unclear"),
        ({"redeem": {"unit": "points", "units": 5, "hold": "x"}}, 422, "redeem_unclear"),
        ({"redeem": {"hold": "x"}}, 404, "hold_not_found"),
        ({"redeem": {"unit": "points", "units": 5, "program": "castle"}}, 404, "program_not_found"),
        ({"currency": "USD", "redeem": {"unit": "points", "units": 5}}, 422, "other_currency"),
        ({"currency": "XXQ"}, 422, "amount_refused"),
        ({"amount": "-1"}, 422, "sale_refused"),
        ({"amount": "1e30"}, 422, "not_as_described"),
        ({"amount": True}, 422, "not_as_described"),
        ({"amount": "12.405"}, 422, "amount_refused"),
        ({"amount": "49.00", "lines": LINES}, 422, "sale_refused"),
        ({"lines": [{"amount": "0.00"}], "redeem": POINTS}, 422, "sale_refused"),
        ({"lines": [{"amount": "42.00"}], "redeem": POINTS}, 422, "sale_refused"),
        ({"customer": "nobody"}, 404, "customer_not_found"),
        ({"branch": "moon"}, 404, "branch_not_found"),
        ({"receipt": ""}, 422, "not_as_described"),
        ({"receipt": "a\u0000"}, 422, "not_as_described"),
        ({"balance": 1000}, 422, "not_as_described"),
        ({"at": (AT + timedelta(minutes=6)).isoformat()}, 422, "too_late"),
        ({"at": (AT - timedelta(days=8)).isoformat()}, 422, "too_late"),
        ({"at": "2026-06-15T10:00:00"}, 422, "not_as_described"),
    ],
)
def test_a_sale_that_may_not_be_leaves_nothing(till: Till, change: dict[str, Any], status: int, code: str) -> None:
    till.give("A-1001", 1000)
    before = Entry.objects.count()
    refused = till.post("sales", till.sale("A-1001", "50.00") | change)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.content
    assert refused["Content-Type"] == "application/problem+json"
    assert (Entry.objects.count(), Purchase.objects.count()) == (before, 0)


def test_a_unit_that_is_worth_nothing_pays_nothing(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, points={"worth": None})
        till.give("A-1001", 100)
        refused = till.post("sales", till.sale("A-1001", "50.00", redeem=POINTS))
        assert (refused.status_code, refused.json()["code"]) == (422, "unit_pays_nothing")


def test_13_free_goods_and_gift_cards_earn_nothing(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, never_earn={"categories": ["gift card"]})
        lines = [
            {"product": "coffee", "amount": "40.00"},
            {"product": "roll", "amount": "0.00"},
            {"product": "card", "category": "Gift card", "amount": "50.00"},
        ]
        till.sell("A-1001", "90.00", lines=lines)
        assert till.usable() == "40"


def test_50_a_hold_pays_by_the_version_of_its_time(till: Till) -> None:
    till.give("A-1001", 100)
    held = till.post("holds", {"customer": "A-1001", "unit": "points", "units": 80}).json()
    with later(minutes=5):
        changed(till.cast, at=AT + timedelta(minutes=5), points={"worth": "0.05"})
    with later(minutes=8):
        sale = till.sell("A-1001", "50.00", redeem={"hold": held["id"]})
        assert sale["paid_with_points"] == "8.00"
        assert (till.usable(), till.account()["held"]) == ("62", "0")
        other = till.post("sales", till.sale("A-1001", "50.00", redeem={"hold": held["id"]}))
        assert (other.status_code, other.json()["code"]) == (409, "hold_settled"), "one hold pays one sale"
        theirs = till.post("sales", till.sale("B-1002", "50.00", redeem={"hold": held["id"]}))
        assert (theirs.status_code, theirs.json()["code"]) == (404, "hold_not_found")


def test_35_a_hold_pays_with_a_part_and_the_rest_is_free(till: Till) -> None:
    till.give("A-1001", 300)
    held = till.post("holds", {"customer": "A-1001", "unit": "points", "units": 200}).json()
    body = till.sale("A-1001", "12.00", redeem={"hold": held["id"], "units": 120})
    first = till.post("sales", body)
    assert first.status_code == 201, first.content
    assert (till.usable(), till.account()["held"]) == ("180", "0")
    with later(hours=2):
        assert till.post("sales", body).json()["entries"] == first.json()["entries"], "a late repeat is answered the same"


def test_36_a_hold_that_has_ended_pays_nothing(till: Till) -> None:
    till.give("A-1001", 100)
    held = till.post("holds", {"customer": "A-1001", "unit": "points", "units": 80}).json()
    with later(minutes=16):
        refused = till.post("sales", till.sale("A-1001", "50.00", redeem={"hold": held["id"]}))
        assert (refused.status_code, refused.json()["code"]) == (409, "hold_expired")
        assert till.usable() == "100"
        assert not Purchase.objects.exists()


def test_38_two_offline_tills_spend_the_same_points_and_sync_three_times_each(till: Till) -> None:
    till.give("A-1001", 500)
    dated = {"at": (AT - timedelta(hours=5)).isoformat(), "redeem": {"unit": "points", "units": 300}}
    batches = {
        source: {
            "sales": [till.sale("A-1001", "30.00", source=source, **dated), till.sale("B-1002", "5.00", source=source, at=dated["at"])]
        }
        for source in ("till-1", "till-2")
    }
    seen = []
    for turn in range(3):
        for source, batch in batches.items():
            answer = till.post("sales/batch", batch, key=f"{source}-{turn}" if turn < 2 else f"{source}-1")
            assert answer.status_code == 200, answer.content
            items = answer.json()["items"]
            assert [one["receipt"] for one in items] == [one["receipt"] for one in batch["sales"]]
            assert items[1]["sale"]["purchase"]["amount"] == "5.00", "what is refused stops nothing else"
            seen.append((source, items[0]["status"], (items[0]["problem"] or {}).get("code")))
    assert [one for one in seen if one[0] == "till-1"] == [("till-1", 201, None), ("till-1", 200, None), ("till-1", 200, None)]
    assert [one for one in seen if one[0] == "till-2"] == [("till-2", 409, "insufficient")] * 3
    assert (till.usable(), till.usable("B-1002")) == ("200", "10")
    assert Purchase.objects.count() == 3


@pytest.mark.parametrize(("joined", "status"), [(False, 201), (True, 422)])
def test_only_programs_that_the_customer_takes_part_in_decide_how_late_a_receipt_may_be(cast: Cast, joined: bool, status: int) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast)
        strict = opened(cast, code="strict", joining="by_request", late_days_max=0)
        if joined:
            join_program(program=strict, customer=cast.ada, at=AT, actor=ACTOR)
        late = till.post("sales", till.sale("A-1001", "5.00", at=(AT - timedelta(days=3)).isoformat()))
        assert (late.status_code, late.json().get("code")) == (status, "too_late" if joined else None)
        assert Purchase.objects.count() == (0 if joined else 1)


def spent_offline(till: Till, source: str) -> dict[str, Any]:
    """What a till of this name hands in: ten minutes ago it took 300 points, which pay all of 30.00."""
    body = till.sale("A-1001", "30.00", redeem={"unit": "points", "units": 300}, source=source)
    return {"sales": [body | {"receipt": f"{source}-1", "at": (AT - timedelta(minutes=10)).isoformat()}]}


def test_38_where_the_program_says_so_the_second_till_is_taken_and_the_rest_is_owed_and_disputed(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, offline_overspend="debt")
        till.give("A-1001", 500)
        batches = {source: spent_offline(till, source) for source in ("one", "two")}
        for turn in range(3):
            for source, batch in batches.items():
                (item,) = till.post("sales/batch", batch, key=f"{source}-{turn}").json()["items"]
                assert item["status"] == (201 if turn == 0 else 200), item
        account = till.account()
        assert (account["usable"], account["debt"]) == ("0", "100")
        (dispute,) = Dispute.objects.all()
        assert (dispute.units, dispute.purchase.receipt, dispute.settled_at) == (100, "two-1", None)
        assert FactRow.objects.filter(name="loyalty.OfflineOverspent").count() == 1
        assert till.sell("A-1001", "150.00")["accounts"][0]["usable"] == "50", "earnings repay it first"


def test_38_online_nobody_overspends(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, offline_overspend="debt")
        till.give("A-1001", 100)
        refused = till.post("sales", till.sale("A-1001", "30.00", redeem={"unit": "points", "units": 300}))
        assert (refused.status_code, refused.json()["code"]) == (409, "insufficient")
        assert not Dispute.objects.exists()


@pytest.mark.parametrize(("earned", "usable", "debt"), [(0, "200", "0"), (40, "240", "0"), (250, "450", "0")])
def test_38_what_was_overspent_comes_back_as_no_debt_first(cast: Cast, earned: int, usable: str, debt: str) -> None:
    """Ada had 200 and spent 300 offline; later she earned; the sale is taken back."""
    with clock.standing_at(AT):
        till = at_the_till(cast, offline_overspend="debt")
        till.give("A-1001", 200)
        (item,) = till.post("sales/batch", spent_offline(till, "one")).json()["items"]
        assert till.account()["debt"] == "100"
        if earned:
            till.sell("A-1001", f"{earned}.00")
        for _again in range(2):
            refund(till, item["sale"])
            account = till.account()
            assert (account["usable"], account["debt"]) == (usable, debt)


def test_a_misshapen_sale_of_a_batch_is_refused_alone(till: Till) -> None:
    good = till.sale("A-1001", "5.00")
    raw = [till.sale("A-1001", "5.00") | {"amount": 5}, {"x": 1}, till.sale("nobody", "1.00"), good, good]
    items = till.post("sales/batch", {"sales": raw}).json()["items"]
    assert [one["status"] for one in items] == [422, 422, 404, 201, 200]
    assert items[0]["problem"]["errors"][0]["pointer"] == "/amount"
    assert till.usable() == "5"
    assert till.post("sales/batch", {"sales": []}).status_code == 422
    assert till.post("sales/batch", {"sales": [good] * 201}).status_code == 422


def test_26_a_late_receipt_earns_by_the_version_of_its_day(till: Till) -> None:
    changed(till.cast, at=AT, earning=[BASE | {"points": 2}])
    sale = till.sell("A-1001", "10.00", at=(AT - timedelta(days=6)).isoformat())
    assert [one["units"] for one in sale["entries"]] == ["10"]
    assert till.sell("A-1001", "10.00")["entries"][0]["units"] == "20"


def test_4_small_refunds_take_back_together_what_one_would(cast: Cast) -> None:
    with clock.standing_at(AT):
        till = at_the_till(cast, earning=[BASE | {"per_amount": 10}])
        sale = till.sell("A-1001", "21.90")
        clawed = [sum(int(one["units"]) for one in refund(till, sale, amount="5.00").json()["clawed"]) for _part in range(4)]
        assert clawed == [1, 0, 1, 0]
        more = refund(till, sale, amount="2.00")
        assert (more.status_code, more.json()["code"]) == (409, "refund_too_large")


def test_pieces_of_a_line_add_up_to_its_money(till: Till) -> None:
    sale = till.sell("A-1001", "10.00", lines=[{"product": "roll", "quantity": "3", "amount": "10.00"}])
    paid = [refund(till, sale, lines=[{"line": 1, "quantity": "1"}]).json()["pay_back"] for _one in range(3)]
    assert paid == ["3.33", "3.33", "3.34"]
    assert till.usable() == "0"
    assert refund(till, sale, lines=[{"line": 1, "quantity": "1"}]).json()["code"] == "line_not_left"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"lines": [{"line": 3}]}, 422, "no_such_line"),
        ({"lines": [{"line": 1}, {"line": 1}]}, 422, "no_such_line"),
        ({"lines": [{"line": 1, "quantity": "2"}]}, 409, "line_not_left"),
        ({"lines": [{"line": 1, "quantity": "0"}]}, 409, "line_not_left"),
        ({"lines": [{"line": 1, "quantity": "-1"}]}, 409, "line_not_left"),
        ({"lines": [{"line": True}]}, 422, "not_as_described"),
        ({"lines": [{"line": 1}], "amount": "1.00"}, 422, "lines_or_amount"),
        ({"amount": "50.01"}, 409, "refund_too_large"),
        ({"amount": "0"}, 422, "sale_refused"),
        ({"amount": "-5"}, 422, "sale_refused"),
        ({"amount": "1.001"}, 422, "amount_refused"),
        ({"receipt": ""}, 422, "not_as_described"),
        ({"branch": "moon"}, 404, "branch_not_found"),
        ({"at": (AT - timedelta(days=30)).isoformat()}, 422, "too_late"),
    ],
)
def test_a_refund_that_may_not_be_leaves_nothing(till: Till, body: dict[str, Any], status: int, code: str) -> None:
    sale = till.sell("A-1001", "50.00", lines=LINES)
    before = Entry.objects.count()
    refused = refund(till, sale, **body)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.content
    assert (Entry.objects.count(), Purchase.objects.count()) == (before, 1)


def test_33_a_sale_paid_with_points_alone_gives_them_back_once(till: Till) -> None:
    till.give("A-1001", 80)
    sale = till.sell("A-1001", "8.00", redeem=POINTS)
    assert (sale["purchase"]["amount"], till.usable()) == ("0.00", "0")
    assert refund(till, sale, amount="1.00").json()["code"] == "whole_only"
    back = refund(till, sale).json()
    assert (back["refund"], back["pay_back"], back["restored"][0]["units"]) == (None, "0.00", "80")
    assert till.usable() == "80"
    assert refund(till, sale).json()["code"] == "all_given_back"
    assert till.usable() == "80"


def test_a_refund_of_a_refund_or_of_nothing_does_not_exist(till: Till) -> None:
    back = refund(till, till.sell("A-1001", "5.00")).json()
    assert refund(till, {"purchase": back["refund"]}).json()["code"] == "sale_not_found"
    assert refund(till, {"purchase": {"id": "nothing"}}).json()["code"] == "sale_not_found"


def test_sales_need_a_program(cast: Cast) -> None:
    from tests.till.loyalty_till import SCOPES
    from tests.till.test_api import program

    till = Till(cast, program(cast, *SCOPES))
    refused = till.post("sales", till.sale("A-1001", "5.00"))
    assert (refused.status_code, refused.json()["code"]) == (404, "program_not_found")
    assert not Purchase.objects.exists()
