"""Two chunks recorded side by side on PostgreSQL: the same result, and nothing between after a fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from regulars.customers.models import Customer
from regulars.groundwork.kernel.intake import lanes
from regulars.groundwork.kernel.intake.kinds import KINDS
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import ImportBatch
from regulars.purchases.models import Purchase
from regulars.purchases.services import importing

from tests.cast import NOON
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


def recorded() -> list[tuple[Any, ...]]:
    """Everything that an import wrote of purchases, without what each run numbers anew."""
    rows = Purchase.objects.order_by("source_key").values_list(
        "business_id", "customer__external_ids__value", "branch_id", "at", "currency", "amount_minor", "kind", "source", "source_key", "receipt",
        "original_id", "lines__position", "lines__product", "lines__category", "lines__quantity_milli", "lines__amount_minor",
    )  # fmt: skip
    return list(rows)


LINES = [(*row, f"{number % 3}", "Bun" if number % 2 else "", "Bakery") for number, row in enumerate(ROWS)]
BACK = [("C1", "2024-02-01", "-2.50", "-1", "Bun", "Bakery"), ("C1", "2024-02-01", "-2.50", "-1", "Bun", "Bakery")]


@pytest.mark.parametrize(
    "content",
    [table(("customer", "at", "amount"), *ROWS), table(("customer", "at", "amount", "quantity", "product", "category"), *LINES, *BACK)],
)
def test_what_one_statement_records_is_what_the_single_steps_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    path = written(tmp_path, content)
    found = []
    for stepwise in (False, True):
        if stepwise:
            monkeypatch.setattr(importing, "_record_new", lambda *_about: None)
        code, answer = import_file(capsys, path, "--currency", "EUR")
        assert code == 0
        found.append((recorded(), answer["created"], answer["new_customers"], answer["purchases"], answer["refunds_without_original"]))
        batch = ImportBatch.objects.get()
        begin_undo(batch, at=NOON)
        carry_out_undo(batch_id=batch.pk, at=NOON, actor="system:test", progress=lambda *_: None)
        assert not Purchase.objects.exists()
        ImportBatch.objects.all().delete()
    assert found[0] == found[1]
    assert len(found[0][0]) == len(content.splitlines()) - 1


def test_a_number_that_belongs_to_nobody_takes_the_single_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    sound = importing._record_new

    def noting(*about: Any) -> Any:
        answers.append(sound(*about))
        return answers[-1]

    monkeypatch.setattr(importing, "_record_new", noting)
    monkeypatch.setattr(lanes, "LANES", 1)
    monkeypatch.setattr(KINDS["purchases"].__class__, "prepare", lambda *_self, **_span: None)  # so nobody is registered before
    code, answer = import_file(capsys, sales(tmp_path), "--currency", "EUR")
    assert (code, counts(answer)) == (0, {"read": 100, "created": 100})
    assert None in answers
    assert answers[-1].created == 2
    assert Customer.objects.count() == answer["new_customers"] == 9
