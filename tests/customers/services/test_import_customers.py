"""Files of customers."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.customers.models import ContactPoint, Customer, SearchWord
from regulars.customers.services import NewCustomer, describe_customer
from regulars.groundwork.kernel.intake.undoing import begin_undo, carry_out_undo
from regulars.groundwork.kernel.models import ImportBatch, ImportFault

from tests.cast import NOON, Cast
from tests.importing import counts, import_file, work_off, written

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]
PEOPLE = """Kundennummer;Vorname;Nachname;Firma;E-Mail;Telefon;Sprache;Filiale
A-1001;Ada;Lindqvist;;ada@mail.example;;en;
B-1002;Bo;Jensen-Smith;;bo@other.example;+36 30 123 4567;;station
N1;Đặng;Nguyễn;;;;vi;
N1;Đặng;Nguyễn;;;;vi;
N2;;;Bakers Ltd;a@x.example, b@x.example;;;
N3;;;Bakers Ltd;;;;
N4;One;;;;;;
N4;Two;;;;;;
N5;;;;;;klingonisch;
N6;;;;;;;nowhere
;;;;;;;
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


def imported(capsys: Capture, tmp_path: Path, text: str = PEOPLE) -> dict[str, int]:
    code, answer = import_file(capsys, written(tmp_path, text), "--source", "card", kind="customers")
    assert code in (0, 3)
    return answer


def test_new_customers_are_registered_and_known_ones_get_what_the_file_says(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    answer = imported(capsys, tmp_path)
    assert counts(answer) == {"read": 11, "created": 2, "updated": 2, "identical": 1, "skipped": 1, "failed": 5}
    cast.bo.refresh_from_db()
    assert (cast.bo.family_name, cast.bo.display_name, cast.bo.home_branch) == ("Jensen-Smith", "Bo Jensen-Smith", cast.station)
    assert set(cast.bo.contact_points.values_list("normal", flat=True)) == {"bo@mail.example", "bo@other.example", "+36301234567"}
    assert SearchWord.objects.filter(customer=cast.bo, word="jensensmith").exists()
    assert Customer.objects.get(given_name="Đặng").display_name == "Nguyễn Đặng"
    assert Customer.objects.get(organisation_name="Bakers Ltd").kind == "organisation"


def test_each_refused_row_says_why(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    imported(capsys, tmp_path)
    assert dict(ImportFault.objects.values_list("row", "note")) == {
        6: "not_an_email:a@x.example, b@x.example",
        8: "customer_twice:9",
        9: "customer_twice:8",
        10: "not_a_language:klingonisch",
        11: "customer_unknown_branch:nowhere",
    }


def test_the_same_file_again_changes_nothing(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    imported(capsys, tmp_path)
    points = ContactPoint.objects.count()
    assert counts(imported(capsys, tmp_path)) == {"read": 11, "identical": 5, "skipped": 1, "failed": 5}
    assert ContactPoint.objects.count() == points


def test_an_empty_cell_never_erases(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    answer = imported(capsys, tmp_path, "customer;given_name;family_name\nA-1001;;\n")
    assert counts(answer) == {"read": 1, "identical": 1}
    cast.ada.refresh_from_db()
    assert cast.ada.given_name == "Ada"


@pytest.mark.parametrize(
    ("language", "names"), [("en", ("Ada Maria", "Lindqvist")), ("hu", ("Maria Lindqvist", "Ada")), ("vi", ("Maria Lindqvist", "Ada"))]
)
def test_a_full_name_is_cut_as_its_language_has_it(
    cast: Cast, tmp_path: Path, capsys: Capture, language: str, names: tuple[str, str]
) -> None:
    imported(capsys, tmp_path, f"customer;name;language\nX1;Ada Maria Lindqvist;{language}\n")
    row = Customer.objects.get(external_ids__value="X1")
    assert (row.given_name, row.family_name) == names


def test_undo_puts_changes_back_unless_somebody_touched_them_since(cast: Cast, tmp_path: Path, capsys: Capture) -> None:
    text = "customer;given_name;family_name;email\nA-1001;Adele;;new@mail.example\nB-1002;Bob;;\nX1;New;Face;\nX2;Busy;Face;\n"
    answer = imported(capsys, tmp_path, text)
    assert counts(answer) == {"read": 4, "created": 2, "updated": 2}
    bob = Customer.objects.get(pk=cast.bo.pk)
    describe_customer(
        customer=bob, who=NewCustomer(given_name="Robert", family_name="Jensen"), branch_id=None, at=NOON, actor="system:test"
    )
    busy = Customer.objects.get(given_name="Busy")
    describe_customer(customer=busy, who=NewCustomer(given_name="Busier", family_name="Face"), branch_id=None, at=NOON, actor="system:test")
    work_off("quick")  # the timeline learns of it
    begin_undo(ImportBatch.objects.get(), at=NOON)
    batch = carry_out_undo(batch_id=answer["batch"], at=NOON, actor="system:test", progress=lambda *_: None)
    assert (batch.undone, batch.kept, batch.gone) == (2, 2, 0)
    cast.ada.refresh_from_db()
    assert (cast.ada.given_name, cast.ada.display_name) == ("Ada", "Ada Lindqvist")
    assert not cast.ada.contact_points.filter(normal="new@mail.example").exists()
    assert Customer.objects.get(pk=cast.bo.pk).given_name == "Robert"
    assert not Customer.objects.filter(external_ids__value="X1").exists()
    assert Customer.objects.get(external_ids__value="X2").given_name == "Busier"


@pytest.mark.django_db
def test_a_file_never_opts_anybody_in(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Outreach 31, reliability J6: rows that say "subscribed" are refused, those that say no are taken; nobody is allowed anything."""
    from regulars.customers.models import ConsentEvent
    from regulars.groundwork.kernel.models import ImportFault

    text = "Customer ID,Name,Subscribed\nN-1,Una One,yes\nN-2,Una Two,no\nN-3,Una Three,\nN-4,Una Four,2026-01-01\n"
    code, answer = import_file(capsys, written(tmp_path, text), kind="customers")
    assert (code, counts(answer)) == (3, {"read": 4, "created": 2, "failed": 2})
    assert {note.partition(":")[0] for note in ImportFault.objects.values_list("note", flat=True)} == {"consent_without_proof"}
    assert not ConsentEvent.objects.exists()
