"""Two chunks recorded side by side on PostgreSQL: the same result, and nothing between after a fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.customers.models import Customer
from regulars.groundwork.kernel.intake.kinds import KINDS
from regulars.groundwork.kernel.models import ImportBatch
from regulars.purchases.models import Purchase

from tests.importing import counts, import_file, table, written

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]
ROWS = [(f"C{number % 9}", f"2024-01-{number % 27 + 1:02}", f"{number % 5}.50") for number in range(100)]


@pytest.fixture(autouse=True)
def small_chunks(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(KINDS["purchases"].__class__, "slots_at_once", 7)


def sales(tmp_path: Path) -> Path:
    return written(tmp_path, table(("customer", "at", "amount"), *ROWS))


def test_the_result_is_the_same_as_of_one_after_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sales(tmp_path)
    code, answer = import_file(capsys, path, "--currency", "EUR")
    assert (code, counts(answer)) == (0, {"read": 100, "created": 100})
    assert (Purchase.objects.count(), Customer.objects.filter(prospect=False).count(), answer["new_customers"]) == (100, 9, 9)
    assert counts(import_file(capsys, path, "--currency", "EUR")[1]) == {"read": 100, "identical": 100}


def test_after_a_fault_all_is_done_up_to_a_point_and_the_next_call_goes_on_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS["purchases"].__class__
    sound = kind.apply

    def breaks_at_the_sixth_chunk(self: Any, task: Any, *, first: int, last: int, write: bool) -> Any:
        if first == 36:
            raise RuntimeError("the power went off")
        return sound(self, task, first=first, last=last, write=write)

    path = sales(tmp_path)
    monkeypatch.setattr(kind, "apply", breaks_at_the_sixth_chunk)
    with pytest.raises(RuntimeError, match="power"):
        import_file(capsys, path, "--currency", "EUR")
    batch = ImportBatch.objects.get()
    assert batch.slots_done <= 35
    assert Purchase.objects.count() == batch.created == batch.slots_done
    monkeypatch.setattr(kind, "apply", sound)
    assert counts(import_file(capsys, path, "--currency", "EUR")[1]) == {"read": 100, "created": 100}
    assert Purchase.objects.count() == 100
    assert ImportBatch.objects.count() == 1
