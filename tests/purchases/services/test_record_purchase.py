"""Recording a sale or refund: once for its receipt, never more back than was paid."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.business.queries import Scope
from regulars.contacts.queries import story_of
from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.purchases.models import Purchase
from regulars.purchases.queries import Kind, Sale, SaleLine, purchases_before
from regulars.purchases.services import OriginalNotFound, ReceiptTaken, RefundTooLarge, SaleRefused, record_purchase

from tests.cast import ACTOR, NOON, Cast


def sell(cast: Cast, minor: int = 1240, **about: Any) -> Any:
    customer = about.pop("customer", cast.ada)
    sale = Sale(at=about.pop("when", NOON), currency=about.pop("currency", "EUR"), amount_minor=minor, **about)
    return record_purchase(customer=customer, branch=cast.market, sale=sale, at=NOON, actor=ACTOR)


def refund(cast: Cast, minor: int, original: str, **about: Any) -> Any:
    return sell(cast, minor, kind=Kind.REFUND, original_receipt=original, **about)


@pytest.mark.django_db
def test_a_sale_is_recorded_with_its_lines_and_announced(cast: Cast) -> None:
    lines = [
        SaleLine(amount_minor=840, product="Rye loaf", category="Bread", quantity_milli=2000),
        SaleLine(amount_minor=400, product="Bun"),
    ]
    recorded = sell(cast, 1240, receipt="R-1", lines=lines)
    assert recorded.made
    assert [line.product for line in recorded.purchase.lines.order_by("position")] == ["Rye loaf", "Bun"]
    assert FactRow.objects.filter(name="purchases.PurchaseRecorded", subject=f"purchase:{recorded.purchase.pk}").count() == 1
    cast.ada.refresh_from_db()
    assert not cast.ada.prospect, "who has bought is no prospect"


@pytest.mark.django_db
def test_the_same_receipt_again_changes_nothing(cast: Cast) -> None:
    first, second = sell(cast, receipt="R-1"), sell(cast, receipt="R-1")
    assert (first.made, second.made) == (True, False)
    assert second.purchase.pk == first.purchase.pk
    assert Purchase.objects.count() == 1


@pytest.mark.django_db
def test_the_same_receipt_with_other_content_is_refused(cast: Cast) -> None:
    sell(cast, receipt="R-1")
    with pytest.raises(ReceiptTaken):
        sell(cast, 999, receipt="R-1")


@pytest.mark.django_db
def test_receipts_of_two_branches_and_two_sources_are_two(cast: Cast) -> None:
    sell(cast, receipt="1")
    sell(cast, receipt="1", source="webshop")
    sale = Sale(at=NOON, currency="EUR", amount_minor=1240, receipt="1")
    assert record_purchase(customer=cast.ada, branch=cast.station, sale=sale, at=NOON, actor=ACTOR).made
    assert Purchase.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"minor": -5}, "amount"),
        ({"minor": 5, "kind": Kind.REFUND, "original_receipt": "R-1"}, "amount"),
        ({"minor": 0, "kind": Kind.REFUND, "original_receipt": "R-1"}, "amount"),
        ({"minor": 100, "lines": [SaleLine(amount_minor=99)]}, "lines"),
        ({"minor": 100, "when": NOON + timedelta(days=2)}, "at"),
        ({"minor": 100, "when": NOON.replace(year=1969)}, "at"),
    ],
)
def test_what_can_not_be_a_sale_is_refused_beside_its_field(cast: Cast, about: dict[str, Any], field: str) -> None:
    with pytest.raises(SaleRefused) as refused:
        sell(cast, **about)
    assert field in refused.value.fields
    assert not Purchase.objects.exists()


@pytest.mark.django_db
def test_a_refund_names_its_sale_and_may_be_partial(cast: Cast) -> None:
    sold = sell(cast, 1000, receipt="R-1").purchase
    back = refund(cast, -300, "R-1").purchase
    assert (back.original_id, back.amount_minor) == (sold.pk, -300)


@pytest.mark.django_db
def test_never_more_is_paid_back_than_was_paid(cast: Cast) -> None:
    sell(cast, 1000, receipt="R-1")
    refund(cast, -600, "R-1", receipt="B-1")
    with pytest.raises(RefundTooLarge) as refused:
        refund(cast, -500, "R-1", receipt="B-2")
    assert refused.value.extra["left_minor"] == 400
    assert refund(cast, -400, "R-1", receipt="B-3").made
    assert not refund(cast, -600, "R-1", receipt="B-1").made, "the first refund again is the first refund"


@pytest.mark.django_db
@pytest.mark.parametrize("original", ["", "unknown"])
def test_a_refund_without_an_original_is_refused(cast: Cast, original: str) -> None:
    with pytest.raises(OriginalNotFound):
        refund(cast, -100, original)


@pytest.mark.django_db
def test_a_refund_of_somebody_elses_or_another_currencys_sale_is_refused(cast: Cast) -> None:
    sell(cast, 1000, receipt="R-1", customer=cast.bo)
    sell(cast, 1000, receipt="R-2", currency="USD")
    for original in ("R-1", "R-2"):
        with pytest.raises(OriginalNotFound):
            refund(cast, -100, original)


@pytest.mark.django_db(transaction=True)
def test_parallel_refunds_never_pay_back_more_than_was_paid(cast: Cast) -> None:
    sell(cast, 1000, receipt="R-1")
    outcomes: list[str] = []

    def attempt(n: int) -> None:
        try:
            refund(cast, -300, "R-1", receipt=f"B-{n}")
            outcomes.append("made")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (
        sorted(outcomes) == ["made"] * 3 + ["refund_too_large"] * 9
        or sorted(outcomes, reverse=True) == ["refund_too_large"] * 9 + ["made"] * 3
    )


@pytest.mark.django_db(transaction=True)
def test_one_receipt_sent_by_many_tills_at_once_is_one_purchase(cast: Cast) -> None:
    made: list[bool] = []

    def attempt() -> None:
        try:
            made.append(sell(cast, receipt="R-1").made)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.count(True) == 1
    assert len(made) == 12
    assert Purchase.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{"kind": "sale", "amount_minor": -1}, {"kind": "refund", "amount_minor": 1}])
def test_the_database_itself_refuses_a_wrong_sign(cast: Cast, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Purchase.objects.create(
            business=cast.business, customer=cast.ada, at=NOON, currency="EUR", source="x", source_key="x", recorded_at=NOON, **values
        )


@pytest.mark.django_db
def test_the_first_purchase_decides_the_currency_of_a_business_that_has_none(cast: Cast) -> None:
    from regulars.business.models import Business

    Business.objects.filter(pk=cast.business.pk).update(currency="")
    sell(cast, currency="HUF", minor=99000)
    sell(cast, currency="USD", minor=5, receipt="u")
    assert Business.objects.get(pk=cast.business.pk).currency == "HUF"


@pytest.mark.django_db
def test_the_story_shows_facts_and_purchases_in_one_order_and_pages_meet(cast: Cast) -> None:
    for n in range(9):
        sell(cast, 100 + n, receipt=f"R-{n}", when=NOON - timedelta(days=n))
    sell(cast, 777, receipt="same", when=NOON)
    run_until_idle()
    scope = Scope(business_id=cast.business.pk)
    whole = story_of(scope=scope, customer=cast.ada, size=100).lines
    assert len(whole) == 11
    assert [line.at for line in whole] == sorted((line.at for line in whole), reverse=True)
    paged, cursor = [], ""
    while True:
        page = story_of(scope=scope, customer=cast.ada, cursor=cursor, size=2)
        paged += page.lines
        cursor = page.next_cursor
        if not cursor:
            break
    assert [line.order for line in paged] == [line.order for line in whole]
    only = story_of(scope=scope, customer=cast.ada, kinds=["purchases"], size=100).lines
    assert {line.kind for line in only} == {"purchases.sale"}


@pytest.mark.django_db
def test_a_cashier_of_another_branch_sees_no_purchase_of_this_one(cast: Cast) -> None:
    sell(cast, receipt="R-1")
    station = Scope(business_id=cast.business.pk, branch_ids=frozenset({cast.station.pk}))
    assert purchases_before(scope=station).rows == []
    assert len(purchases_before(scope=cast.scope).rows) == 1
