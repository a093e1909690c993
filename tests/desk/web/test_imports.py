"""The import pages, without script: from the file to the result and back."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.groundwork.kernel.models import BatchState, ImportBatch
from regulars.purchases.models import Purchase
from regulars.staff.queries import Role

from tests.cast import PASSWORD, Cast, employ
from tests.importing import work_off

SALES = "customer;date;amount;product\nA1;2024-01-02 10:00;12,50;Rye\nB2;2024-01-03 11:00;3,00;Bun\nB2;2024-02-30;3,00;Bun\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.VAR = tmp_path


def upload(client: Client, content: str | bytes, kind: str = "purchases", name: str = "sales.csv"):
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/imports/", {"kind": kind, "file": SimpleUploadedFile(name, raw)})


def chosen(page, **changes: str) -> dict[str, str]:
    """The plan form as the browser would send it."""
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return values | changes


def brought(client: Client, content: str, **changes: str) -> ImportBatch:
    """Upload and check a file."""
    answer = upload(client, content)
    assert answer.status_code == 302, answer.context["form"].errors
    page = client.get(answer.url)
    answer = client.post(f"{answer.url}plan/", chosen(page, **changes))
    assert answer.status_code == 302, answer.context["form"].errors
    assert work_off() == ["done"]
    return ImportBatch.objects.order_by("-pk")[0]


def test_the_first_visit_says_what_imports_are_for(desk: Client) -> None:
    page = desk.get("/imports/")
    assert page.status_code == 200
    assert "Nothing has been imported yet" in page.content.decode()


def test_a_file_goes_from_upload_over_a_check_to_the_records_and_back(desk: Client, cast: Cast) -> None:
    batch = brought(desk, SALES)
    address = f"/imports/{batch.public_id}/"
    page = desk.get(address).content.decode()
    assert batch.state == BatchState.CHECKED
    assert (batch.read, batch.created, batch.failed) == (3, 2, 1)
    assert "Take over 2 rows" in page
    assert "does not exist in the calendar" in page
    assert not Purchase.objects.exists()

    assert desk.post(f"{address}run/").status_code == 302
    assert "Recording" in desk.get(address).content.decode() or "Waiting" in desk.get(address).content.decode()
    assert work_off() == ["done"]
    batch.refresh_from_db()
    assert (batch.state, batch.created, batch.failed) == (BatchState.FINISHED, 2, 1)
    assert Purchase.objects.filter(business=cast.business).count() == 2
    page = desk.get(address).content.decode()
    assert "See who is slipping away" in page
    assert "Take 2 rows back" in page

    download = desk.get(f"{address}not-taken/")
    assert download.status_code == 200
    assert "attachment" in download["Content-Disposition"]
    assert b"2024-02-30" in b"".join(download.streaming_content)

    desk.post(f"{address}undo/")
    assert work_off() == ["done"]
    assert not Purchase.objects.exists()
    assert "2 records were taken back" in desk.get(address).content.decode()


def test_the_same_header_is_read_as_last_time(desk: Client) -> None:
    text = "who,when,how much\nA1,2024-01-02,1.50\n"
    columns = {"column:customer": "who", "column:at": "when", "column:amount": "how much"}
    batch = brought(desk, text, **columns)
    desk.post(f"/imports/{batch.public_id}/run/")
    work_off()
    answer = upload(desk, text.replace("A1", "A2"))
    assert desk.get(answer.url).context["form"]["column:amount"].value() == "how much"


def test_ambiguous_dates_are_asked_about(desk: Client) -> None:
    answer = upload(desk, "customer,date,amount\nA1,03/04/2024,1.50\nA2,05/06/2024,2.50\n")
    page = desk.get(answer.url)
    assert "can be read in two ways" in page.content.decode()
    desk.post(f"{answer.url}plan/", chosen(page, **{"answer:order:at": "mdy"}))
    work_off()
    batch = ImportBatch.objects.get()
    assert batch.plan["orders"] == {"at": "mdy"}
    desk.post(f"{answer.url}run/")
    work_off()
    assert sorted(row.at.month for row in Purchase.objects.all()) == [3, 5]


def test_another_encoding_or_delimiter_is_looked_at_again_before_anything_is_checked(desk: Client) -> None:
    answer = upload(desk, "customer;date;amount\nJenő;2024-01-02;1,50\n".encode("cp1250"))
    for encoding, name in (("cp1257", "Jenõ"), ("cp1250", "Jenő")):
        page = desk.get(answer.url)
        assert desk.post(f"{answer.url}plan/", chosen(page, encoding=encoding)).status_code == 302
        assert name in desk.get(answer.url).content.decode()
    assert ImportBatch.objects.get().state == BatchState.UPLOADED


def test_a_missing_column_comes_back_with_the_form(desk: Client) -> None:
    answer = upload(desk, "a,b\n1,2\n")
    page = desk.get(answer.url)
    again = desk.post(f"{answer.url}plan/", chosen(page))
    assert again.status_code == 422
    assert "Choose the column." in again.content.decode()


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\0" * 100, b'a,b\n1,"' + b"x" * 2_100_000]
)
def test_what_is_no_table_is_refused_beside_the_form(desk: Client, content: bytes) -> None:
    answer = upload(desk, content)
    if answer.status_code == 302:  # the header could be read: the rest is refused when it is
        page = desk.get(answer.url)
        assert page.status_code in (200, 422)
        return
    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


def test_markup_in_cells_is_shown_and_not_run(desk: Client) -> None:
    """J5, on the preview and on the result."""
    evil = "<script>alert(1)</script>"
    batch = brought(desk, f"customer,date,amount,{evil}\nA1,{evil},1.50,x\n")
    page = desk.get(f"/imports/{batch.public_id}/").content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_a_file_may_be_forgotten_before_it_is_taken_over(desk: Client, tmp_path: Path) -> None:
    batch = brought(desk, SALES)
    assert desk.post(f"/imports/{batch.public_id}/discard/").status_code == 302
    assert not ImportBatch.objects.exists()
    assert not list((tmp_path / "imports").iterdir())


def test_another_business_sees_nothing_of_it(desk: Client, cast: Cast) -> None:
    batch = brought(desk, SALES)
    stranger = Client()
    stranger.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    for path in ("", "plan/", "run/", "undo/", "progress/", "not-taken/", "discard/", "reread/"):
        address = f"/imports/{batch.public_id}/{path}"
        answer = stranger.get(address) if path in ("", "progress/", "not-taken/") else stranger.post(address)
        assert answer.status_code == 404
    assert "sales.csv" not in stranger.get("/imports/").content.decode()
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_who_looks_after_one_branch_can_not_write_to_another(cast: Cast) -> None:
    """J6: rows that name another branch, or a customer of another branch, are refused."""
    employ(cast.business, "Uma Branch", Role.SUPERVISOR, branches=[cast.market])
    client = Client()
    client.post("/sign-in/", {"email": f"uma.supervisor@{cast.business.pk}.example", "password": PASSWORD})
    batch = brought(
        client,
        "customer,date,amount,branch\nN1,2024-01-02,1.00,market\nN2,2024-01-02,1.00,station\nN3,2024-01-02,1.00,\nC-1003,2024-01-02,1.00,\n",
        source="card",
    )
    faults = dict(batch.faults.values_list("row", "note"))
    assert faults == {3: "foreign_branch:station", 5: "foreign_customer:C-1003"}
    client.post(f"/imports/{batch.public_id}/run/")
    work_off()
    assert {row.branch_id for row in Purchase.objects.all()} == {cast.market.pk}
