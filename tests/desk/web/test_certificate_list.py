"""A whole list of certificates: all of it, or nothing."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.staff.models import Certificate
from regulars.staff.services import name_certificate_kind

from tests.cast import ACTOR, NOON, PASSWORD, Cast

pytestmark = pytest.mark.django_db
HEAD = "email;certificate;achieved_on;valid_through;verifier;reference\n"


@pytest.fixture(autouse=True)
def kind(cast: Cast) -> None:
    name_certificate_kind(scope=cast.scope, code="hygiene", name="Food hygiene", months=12, window_days=60, at=NOON, actor=ACTOR)


def send(desk: Client, content: str | bytes, name: str = "list.csv") -> tuple[int, str]:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    answer = desk.post("/certificates/list/", {"file": file}, follow=True)
    return answer.status_code, answer.content.decode()


def test_rows_in_any_order_build_on_one_another_and_again_change_nothing(cast: Cast, desk: Client) -> None:
    text = HEAD + (
        f"{cast.tom.email};Food hygiene;2026-02-20;;County;B-2\n"
        f"{cast.tom.email.upper()};hygiene;2025-03-01;;County;A-1\n"
        f"{cast.ines.email};hygiene;2025-06-01;2027-12-31;County;\n"
    )
    code, page = send(desk, text)
    assert code == 200
    assert "Recorded: 3. Already there: 0." in page
    found = dict(Certificate.objects.values_list("reference", "valid_through"))
    assert found == {"A-1": date(2026, 3, 1), "B-2": date(2027, 3, 1), "": date(2027, 12, 31)}  # renewed within the window
    assert "Recorded: 0. Already there: 3." in send(desk, text)[1]
    assert Certificate.objects.count() == 3


def test_a_workbook_is_as_good_as_a_text(cast: Cast, desk: Client) -> None:
    kept = BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", "certificate", "achieved_on", "verifier"])
        sheet.write_row(1, 0, [cast.tom.email, "hygiene", date(2026, 2, 28), "County"])
    code, page = send(desk, kept.getvalue(), "list.xlsx")
    assert "Recorded: 1." in page, (code, page)
    assert Certificate.objects.get().achieved_on == date(2026, 2, 28)


def test_one_wrong_row_and_nothing_is_taken(cast: Cast, desk: Client) -> None:
    rows = [
        f"{cast.tom.email};hygiene;2026-02-28;;County;",
        f"{cast.mallory.email};hygiene;2026-02-28;;County;",
        f"{cast.tom.email};juggling;2026-02-28;;County;",
        f"{cast.tom.email};hygiene;28.02.2026;;County;",
        f"{cast.tom.email};hygiene;2026-02-30;;County;",
        f"{cast.tom.email};hygiene;2999-01-01;;County;",
        f"{cast.tom.email};hygiene;2026-01-01;2025-01-01;County;",
        f"{cast.tom.email};hygiene;2026-01-02;;;",
    ]
    code, page = send(desk, HEAD + "\n".join(rows))
    assert code == 422
    assert "Nothing was taken: 7 rows can&#x27;t be." in page
    for words in (
        "Row 3: Nobody who works here signs in as",
        "Row 4: “juggling” is no kind",
        "Row 5: “28.02.2026” is no day",
        "Row 6: “2026-02-30” is no day",
        "Row 7: A certificate was achieved today or earlier",
        "Row 8: It can&#x27;t run out before",
        "Row 9: Say who issued",
    ):
        assert words in page, words
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"name;day\nx;y\n",
        (HEAD.replace("reference", "email") + "a;b;c;d;e;f\n").encode(),
        b"email;certificate;achieved_on\nx;y;z\n",
        (HEAD + "a;b;2026-01-01;;c;\n" * 1_001).encode(),
        (HEAD + "x" * (2 * 1024 * 1024)).encode(),
    ],
)
def test_what_is_no_list_is_refused(desk: Client, content: bytes) -> None:
    assert send(desk, content)[0] == 422
    assert not Certificate.objects.exists()


def test_only_managers_take_lists(cast: Cast) -> None:
    tom = Client()
    tom.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD})
    assert send(tom, HEAD)[0] == 403
