"""Files of purchases, through the same functions as `regulars import purchases`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from django.apps import apps

from regulars.customers.models import Customer, ExternalId, SearchWord
from regulars.groundwork.kernel.intake.kinds import KINDS
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import FactRow, ImportBatch, ImportFault
from regulars.purchases.models import Purchase, PurchaseLine

from tests.cast import NOON, Cast
from tests.importing import counts, import_file, table, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
HEADER = ("customer", "at", "amount", "receipt", "product", "original")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk borders lie everywhere."""
    monkeypatch.setattr(KINDS["purchases"].__class__, "slots_at_once", 3)
    monkeypatch.setattr("regulars.groundwork.kernel.intake.staging.ROWS_AT_ONCE", 4)


def mixed(tmp_path: Path) -> Path:
    """Equal rows, receipts of several lines, refunds, blanks and faults."""
    return written(
        tmp_path,
        table(
            HEADER,
            ("A", "2024-01-02 10:00:00", "2.50", "", "Bun", ""),
            ("A", "2024-01-02 10:00:00", "2.50", "", "Bun", ""),
            ("A", "2024-01-02 10:00:00", "2.50", "", "Rye", ""),
            ("B", "2024-01-03 09:00:00", "4.00", "R1", "Bun", ""),
            ("C", "2024-01-03 09:30:00", "9.00", "R2", "Cake", ""),
            ("B", "2024-01-03 09:00:00", "5.00", "R1", "Rye", ""),
            ("", "", "", "", "", ""),
            ("B", "2024-01-04 09:00:00", "-4.00", "R3", "Bun", "R1"),
            ("B", "2024-01-05 09:00:00", "-5.50", "R4", "Rye", "R1"),
            ("B", "2024-01-05 09:00:00", "-5.00", "R5", "Rye", "R1"),
            ("B", "2024-01-05 09:00:00", "-1.00", "R6", "Rye", "nope"),
            ("B", "2024-01-05 09:00:00", "-1.00", "R7", "Rye", ""),
            ("D", "2024-01-05", "1.00", "R8", "Rye", ""),
            ("E", "2024-01-05", "1.00", "R8", "Rye", ""),
            ("F", "2024-01-06", "1.00", "R9", "Rye", ""),
            ("F", "2024-01-06", "x", "R9", "Rye", ""),
            ("G", "2024-02-30", "1.00", "", "Rye", ""),
            ("G", "2124-02-01", "1.00", "", "Rye", ""),
        ),
    )


def test_each_row_finds_its_bucket_and_the_counts_add_up(tmp_path: Path, capsys: Capture) -> None:
    code, answer = import_file(capsys, mixed(tmp_path), "--currency", "EUR")
    assert code == 3
    assert counts(answer) == {"read": 18, "created": 8, "skipped": 1, "failed": 9}
    assert dict(ImportFault.objects.values_list("row", "note")) == {
        10: "refund_too_large:R1",
        12: "original_not_found:nope",
        13: "original_missing",
        14: "receipt_customers:R8",
        15: "receipt_customers:R8",
        16: "receipt_spoiled:17",
        17: "not_a_number:x",
        18: "impossible_date:2024-02-30",
        19: "future:2124-02-01",
    }


def test_rows_of_one_receipt_are_lines_of_one_purchase(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, mixed(tmp_path), "--currency", "EUR")
    sale = Purchase.objects.get(receipt="R1")
    assert (sale.amount_minor, sale.kind, sale.source_key) == (900, "sale", "/s/R1")
    assert list(sale.lines.order_by("position").values_list("product", "amount_minor")) == [("Bun", 400), ("Rye", 500)]
    assert sorted(sale.refunds.values_list("amount_minor", flat=True)) == [-500, -400]


def test_equal_rows_without_a_receipt_are_separate_purchases(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, mixed(tmp_path), "--currency", "EUR")
    assert Purchase.objects.filter(customer__display_name="A").count() == 3


def test_unknown_customers_are_registered_once_and_found_by_their_number(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, mixed(tmp_path), "--currency", "EUR", "--source", "till")
    assert sorted(ExternalId.objects.values_list("source", "value")) == [("till", "A"), ("till", "B"), ("till", "C")]
    assert not Customer.objects.filter(prospect=True).exists()
    assert set(SearchWord.objects.values_list("word", flat=True)) == {"a", "b", "c"}


def test_the_same_file_again_changes_nothing(tmp_path: Path, capsys: Capture) -> None:
    path = mixed(tmp_path)
    import_file(capsys, path, "--currency", "EUR")
    before = everything()
    code, answer = import_file(capsys, path, "--currency", "EUR")
    assert code == 3
    assert counts(answer) == {"read": 18, "identical": 8, "skipped": 1, "failed": 9}
    assert everything() == before


def test_mapping_one_column_more_does_not_make_the_same_rows_new(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "c,d,a,p\nA,2024-01-02,1.00,Bun\nA,2024-01-02,1.00,Rye\n")
    maps = ("--currency", "EUR", "--map", "customer=c", "at=d", "amount=a")
    assert counts(import_file(capsys, path, *maps)[1]) == {"read": 2, "created": 2}
    assert counts(import_file(capsys, path, *maps, "--map", "product=p")[1]) == {"read": 2, "identical": 2}


def test_a_dry_run_changes_nothing_and_the_real_run_matches_its_numbers(tmp_path: Path, capsys: Capture) -> None:
    """J3."""
    path = mixed(tmp_path)
    before = everything()
    code, foretold = import_file(capsys, path, "--currency", "EUR", "--dry-run")
    assert everything() == before
    assert not ImportBatch.objects.exists()
    real_code, answer = import_file(capsys, path, "--currency", "EUR")
    assert (code, counts(foretold)) == (real_code, counts(answer))
    assert foretold["new_customers"] >= 1


def test_a_dry_run_on_an_empty_database_founds_nothing(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, mixed(tmp_path), "--currency", "EUR", "--dry-run")
    assert not apps.get_model("business", "Business").objects.exists()


def test_the_error_file_can_be_put_right_and_imported_again(tmp_path: Path, capsys: Capture) -> None:
    _code, answer = import_file(capsys, mixed(tmp_path), "--currency", "EUR")
    with Path(answer["error_file"]).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 10
    assert rows[0][-1] == "Why this row was not taken"
    assert "calendar" in rows[8][-1]
    code, again = import_file(capsys, Path(answer["error_file"]), "--currency", "EUR")
    assert (code, counts(again)) == (3, {"read": 9, "failed": 9})
    fixed = Path(answer["error_file"]).read_text(encoding="utf-8-sig").replace("2024-02-30", "2024-02-29")
    code, better = import_file(capsys, written(tmp_path, fixed, "fixed.csv"), "--currency", "EUR")
    assert counts(better) == {"read": 9, "created": 1, "failed": 8}


def test_a_negative_amount_in_a_formula_proof_file_comes_back_as_it_was(tmp_path: Path, capsys: Capture) -> None:
    """J1 on the way back: the quote mark that protected “-4.00” and “=bun” is taken off again."""
    path = written(tmp_path, "customer,at,amount,product\n'=A,2024-01-02,'-4.00,'=bun\n")
    code, answer = import_file(capsys, path, "--currency", "EUR")
    assert (code, answer["refunds_without_original"]) == (0, 1)
    assert PurchaseLine.objects.get().product == "=bun"
    assert Customer.objects.get().display_name == "=A"


def test_a_receipt_that_stands_with_other_content_is_refused(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, written(tmp_path, table(HEADER, ("A", "2024-01-02", "2.50", "R1", "", ""))), "--currency", "EUR")
    changed = written(tmp_path, table(HEADER, ("A", "2024-01-02", "3.50", "R1", "", "")), "b.csv")
    code, _answer = import_file(capsys, changed, "--currency", "EUR")
    assert code == 3
    assert ImportFault.objects.get().note == "receipt_taken:R1"


def test_currencies_by_column_are_kept_apart(tmp_path: Path, capsys: Capture) -> None:
    rows = [
        ("A", "2024-01-02", "2.50", "EUR"),
        ("A", "2024-01-02", "250", "JPY"),
        ("A", "2024-01-02", "2.5", "JPY"),
        ("A", "2024-01-02", "1", "XQX"),
    ]
    code, answer = import_file(capsys, written(tmp_path, table(("customer", "at", "amount", "currency"), *rows)))
    assert (code, counts(answer)) == (3, {"read": 4, "created": 2, "failed": 2})
    assert sorted(Purchase.objects.values_list("currency", "amount_minor")) == [("EUR", 250), ("JPY", 250)]


def test_branches_are_found_by_their_code(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    rows = [("A", "2024-01-02", "2.50", "market"), ("A", "2024-01-02", "2.50", "elsewhere")]
    code, _answer = import_file(capsys, written(tmp_path, table(("customer", "at", "amount", "branch"), *rows)), "--currency", "EUR")
    assert code == 3
    assert Purchase.objects.get().branch == cast.market


def test_local_times_are_read_in_the_zone(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "customer,at,amount\nA,2024-07-01 12:00,1\n")
    import_file(capsys, path, "--currency", "EUR", "--zone", "Europe/Budapest")
    assert Purchase.objects.get().at.isoformat() == "2024-07-01T10:00:00+00:00"


def test_what_the_file_leaves_open_is_assumed_and_said(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "customer,at,amount\nA,03/04/2024,1\n")
    _code, answer = import_file(capsys, path, "--currency", "EUR")
    assert answer["assumed"] == {"order:at": "dmy"}
    _code, answer = import_file(capsys, path, "--currency", "EUR", "--dates", "mdy")
    assert answer["assumed"] == {}
    assert sorted(row.at.month for row in Purchase.objects.all()) == [3, 4]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "currency"),
        (("--currency", "XQX"), "no currency code"),
        (("--currency", "EUR", "--zone", "Mars/Base"), "no time zone"),
        (("--currency", "EUR", "--map", "customer=nope"), "no column “nope”"),
        (("--currency", "EUR", "--map", "colour=at"), "nothing called “colour”"),
        (("--currency", "EUR", "--map", "customer"), "FIELD=COLUMN"),
        (("--currency", "EUR", "--map", "customer=customer"), "Say which column holds"),
        (("--currency", "EUR", "--encoding", "klingon"), "no text encoding"),
        (("--currency", "EUR", "--source", "x/y"), "short name"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_words(tmp_path: Path, capsys: Capture, options: tuple[str, ...], words: str) -> None:
    code, answer = import_file(capsys, written(tmp_path, "customer,at,amount\nA,2024-01-02,1\n"), *options)
    assert code == 2
    assert words in answer["sentence"]
    assert not Purchase.objects.exists()


def test_one_fact_tells_of_the_whole_batch(tmp_path: Path, capsys: Capture) -> None:
    import_file(capsys, mixed(tmp_path), "--currency", "EUR")
    assert list(FactRow.objects.filter(name__startswith="purchases.").values_list("name", flat=True)) == ["purchases.PurchasesImported"]


def test_undo_tells_three_buckets_apart(tmp_path: Path, capsys: Capture) -> None:
    rows = [(f"U{number}", "2024-01-02", "2.50", f"R{number}", "", "") for number in range(8)]
    _code, first = import_file(capsys, written(tmp_path, table(HEADER, *rows)), "--currency", "EUR")
    refund = table(HEADER, ("U1", "2024-01-03", "-1.00", "X1", "", "R1"))
    import_file(capsys, written(tmp_path, refund, "later.csv"), "--currency", "EUR")
    gone = Purchase.objects.get(receipt="R5")
    gone.lines.all().delete()
    gone.delete()
    batch = ImportBatch.objects.get(pk=first["batch"])
    begin_undo(batch, at=NOON)
    batch = carry_out_undo(batch_id=batch.pk, at=NOON, actor="system:test", progress=lambda *_: None)
    assert (batch.undone, batch.kept, batch.gone) == (6, 1, 1)
    assert sorted(Purchase.objects.values_list("receipt", flat=True)) == ["R1", "X1"]
    assert list(Customer.objects.values_list("display_name", flat=True)) == ["U1"]
    assert (batch.result["customers_undone"], batch.result["customers_kept"]) == (7, 1)


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_a_refund_knows_its_sale_wherever_the_chunks_end(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(KINDS["purchases"].__class__, "slots_at_once", at_once)
    rows = [
        ("A", "2024-01-02", "9.00", "R1", "Rye", ""),
        ("A", "2024-01-03", "-3.00", "R2", "Rye", "R1"),
        ("A", "2024-01-04", "-2.00", "R3", "Rye", "R1"),
    ]
    code, _answer = import_file(
        capsys, written(tmp_path, table(HEADER, *rows, ("B", "2024-01-02", "1.00", "R4", "Bun", ""))), "--currency", "EUR"
    )
    assert code == 0
    assert dict(Purchase.objects.values_list("receipt", "original__receipt")) == {"R1": None, "R2": "R1", "R3": "R1", "R4": None}


def test_an_undone_file_can_be_imported_again(tmp_path: Path, capsys: Capture) -> None:
    path = mixed(tmp_path)
    _code, first = import_file(capsys, path, "--currency", "EUR")
    begin_undo(ImportBatch.objects.get(pk=first["batch"]), at=NOON)
    carry_out_undo(batch_id=first["batch"], at=NOON, actor="system:test", progress=lambda *_: None)
    assert not Purchase.objects.exists()
    assert not Customer.objects.exists()
    assert counts(import_file(capsys, path, "--currency", "EUR")[1])["created"] == 8


def everything() -> dict[str, int]:
    """The number of rows of every table of the business."""
    labels = ("business", "customers", "purchases", "contacts")
    return {model._meta.label: model.objects.count() for label in labels for model in apps.get_app_config(label).get_models()}


def test_a_header_alone_is_said_to_hold_nothing(tmp_path: Path, capsys: Capture) -> None:
    from regulars.project.cli import run

    path = written(tmp_path, "customer,at,amount\n")
    assert run(["--no-migrate", "import", "purchases", str(path), "--currency", "EUR", "--yes", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["read"] == 0
    assert "holds no row" in said.err
