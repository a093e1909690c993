"""A file of purchases never brings back somebody who asked to be forgotten: rows with their number are refused, whatever shape the file has."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.customers.models import Customer, ExternalId
from regulars.customers.services import NewCustomer, forget_customer, register_customer
from regulars.groundwork.kernel.models import ImportFault
from regulars.purchases.models import Purchase

from tests.cast import ACTOR, NOON, Cast
from tests.importing import counts, import_file, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
LEAN = "customer,date,amount\nA-1001,2026-03-01,4.20\nA-1001,2026-03-02,4.30\nB-1002,2026-03-01,5.00\n"
RECEIPTS = "customer,date,amount,receipt\nA-1001,2026-03-01,4.20,r1\nA-1001,2026-03-01,4.30,r1\nB-1002,2026-03-01,5.00,r2\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: object) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


def imported(capsys: Capture, tmp_path: Path, text: str, *options: str) -> dict[str, int]:
    _code, answer = import_file(capsys, written(tmp_path, text), "--source", "card", "--currency", "EUR", *options)
    return counts(answer)


@pytest.mark.parametrize("text", [LEAN, RECEIPTS])
@pytest.mark.parametrize("before", [False, True])
def test_rows_of_a_forgotten_number_are_refused_and_nobody_is_registered(
    cast: Cast, tmp_path: Path, capsys: Capture, text: str, before: bool
) -> None:
    if before:
        assert imported(capsys, tmp_path, text) == {"read": 3, "created": 3}
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    purchases, people = Purchase.objects.count(), Customer.objects.count()
    expected = {"read": 3, "failed": 2} | ({"identical": 1} if before else {"created": 1})
    assert imported(capsys, tmp_path, text, "--dry-run") == expected
    assert imported(capsys, tmp_path, text) == expected
    assert set(ImportFault.objects.values_list("note", flat=True)) == {"asked_to_be_forgotten"}
    assert Purchase.objects.count() == purchases + (0 if before else 1)
    assert Customer.objects.count() == people
    assert not ExternalId.objects.filter(value="A-1001").exists()


def test_a_number_that_was_given_to_somebody_new_counts_again(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    new = register_customer(business_id=cast.business.pk, who=NewCustomer(given_name="Una"), branch_id=None, at=NOON, actor=ACTOR)
    ExternalId.objects.create(business=cast.business, customer=new, source="card", value="A-1001")
    assert imported(capsys, tmp_path, LEAN) == {"read": 3, "created": 3}
    assert Purchase.objects.filter(customer=new).count() == 2
