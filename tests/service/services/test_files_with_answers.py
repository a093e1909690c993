"""Files that go with an answer: kept once, sent as parts of the mail, handed out as harmless downloads, refused with a reason."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from regulars.customers.services import forget_customer
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Enclosure, Message
from regulars.messaging.rules.enclosing import ALL_BYTES, EACH_BYTES, Enclosed, EnclosureFault, fit_to_send, type_of
from regulars.messaging.services.composing import message_bytes
from regulars.service.models import Case, Entry

from tests.cast import ACTOR, Cast
from tests.desk.web.test_case_pages import signed_in
from tests.service.service_cast import NINE, Team, answered, call_team, opened

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300


@pytest.fixture
def team(cast: Cast) -> Iterator[Team]:
    with clock.standing_at(NINE + timedelta(minutes=1)):
        yield call_team(cast)


@pytest.fixture
def mira(team: Team) -> Client:
    return signed_in(team.mira.email)


def form(*files: SimpleUploadedFile, **about: str) -> dict[str, object]:
    return {"text": "Here is the invoice.", "channel": "email", "version": "1", "act": "x1", "enclosures": list(files)} | about


def parts_of(message: Message) -> list[tuple[str, str, bytes]]:
    """The files of the mail as another program reads it: name, type, content."""
    read = email.message_from_bytes(message_bytes(message), policy=email.policy.default)
    return [(one.get_filename() or "", one.get_content_type(), one.get_payload(decode=True)) for one in read.iter_attachments()]  # type: ignore[attr-defined, misc]  # the policy that reads it makes it a mail


@pytest.mark.django_db
def test_files_go_out_with_the_mail_and_stand_in_the_conversation_as_downloads(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    files = (SimpleUploadedFile("Rechnung für Ádám – 2026.pdf", b"%PDF-1.7 bill"), SimpleUploadedFile("cake.png", PICTURE))
    assert mira.post(f"/cases/{case.public_id}/answer/", form(*files)).status_code == 302
    message = Message.objects.get()
    assert parts_of(message) == [
        ("Rechnung für Ádám – 2026.pdf", "application/pdf", b"%PDF-1.7 bill"),
        ("cake.png", "image/png", PICTURE),
    ]
    raw = message_bytes(message)
    assert raw == message_bytes(Message.objects.get()), "the same row gives the same bytes"
    assert max(map(len, raw.split(b"\r\n"))) < 998
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert "Here is the invoice." in read.get_body(("plain",)).get_content()  # type: ignore[attr-defined, union-attr]  # a mail with both parts
    assert "Here is the invoice." in read.get_body(("html",)).get_content()  # type: ignore[attr-defined, union-attr]  # a mail with both parts
    page = mira.get(f"/cases/{case.public_id}/").content.decode()
    entry = Entry.objects.get(kind="out")
    address = f"/cases/{case.public_id}/entries/{entry.public_id}/files/2/"
    assert address in page
    got = mira.get(address)
    assert (got.content, got.headers["Content-Type"], got.headers["X-Content-Type-Options"]) == (
        PICTURE,
        "application/octet-stream",
        "nosniff",
    )
    assert got.headers["Content-Disposition"] == 'attachment; filename="cake.png"'
    assert "sandbox" in got.headers["Content-Security-Policy"]
    sent = f"/mail/sent/{message.public_id}/"
    assert f"{sent}files/1/" in mira.get(sent).content.decode()
    assert mira.get(f"{sent}files/1/").content == b"%PDF-1.7 bill"
    assert mira.get(f"{sent}files/3/").status_code == 404
    for wrong in (f"{address[:-2]}3/", address.replace(str(entry.public_id), str(Entry.objects.get(kind="in").public_id))):
        assert mira.get(wrong).status_code == 404


@pytest.mark.django_db
def test_a_file_of_another_case_or_business_is_not_to_be_had(team: Team, mira: Client) -> None:
    case, other = opened(team.cast), opened(team.cast, key="k2", subject="Other")
    mira.post(f"/cases/{case.public_id}/answer/", form(SimpleUploadedFile("a.txt", b"a")))
    entry = Entry.objects.get(kind="out")
    assert mira.get(f"/cases/{other.public_id}/entries/{entry.public_id}/files/1/").status_code == 404
    assert Client().get(f"/cases/{case.public_id}/entries/{entry.public_id}/files/1/").status_code in (302, 401, 403)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "about", "words"),
    [
        ([("empty.pdf", b"")], {}, "“empty.pdf” is empty."),
        ([("big.zip", b"x" * (EACH_BYTES + 1))], {}, "“big.zip” is bigger than 5 MB."),
        ([(f"{n}.zip", b"x" * (ALL_BYTES // 3 + 1)) for n in range(3)], {}, "Together the files are bigger than 10 MB."),
        ([(f"{n}.txt", b"x") for n in range(11)], {}, "At most 10 files go with one message."),
        ([("a.txt", b"x")], {"channel": "phone", "reached": "1"}, "Files go with an e-mail only."),
        ([("a.txt", b"x")], {"text": ""}, "Choose the files once more"),
    ],
)
def test_what_can_t_be_sent_is_refused_with_a_reason_and_the_draft_stays(
    team: Team, mira: Client, files: list[tuple[str, bytes]], about: dict[str, str], words: str
) -> None:
    case = opened(team.cast)
    back = mira.post(f"/cases/{case.public_id}/answer/", form(*(SimpleUploadedFile(*one) for one in files), **about))
    assert back.status_code == 422
    text = back.content.decode()
    assert words in text
    assert ("Here is the invoice." in text) is (about.get("text") is None)
    assert not Message.objects.exists()
    assert not Enclosure.objects.exists()
    assert Case.objects.get().version == 1


@pytest.mark.django_db
def test_an_answer_that_came_too_late_asks_for_its_files_once_more(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    answered(team.cast, case, at=NINE, version=1)
    back = mira.post(f"/cases/{case.public_id}/answer/", form(SimpleUploadedFile("a.txt", b"a")))
    assert back.status_code == 409
    assert "Choose the files once more" in back.content.decode()
    assert "Here is the invoice." in back.content.decode()
    assert not Enclosure.objects.exists()


@pytest.mark.django_db
def test_a_file_that_went_out_is_never_exchanged_and_goes_with_its_customer(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    mira.post(f"/cases/{case.public_id}/answer/", form(SimpleUploadedFile("contract.pdf", b"signed")))
    row = Enclosure.objects.get()
    for act in (lambda: Enclosure.objects.filter(pk=row.pk).update(content=b"forged"), lambda: Enclosure.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    forget_customer(scope=team.cast.scope, customer_id=team.cast.ada.pk, at=clock.now(), actor=ACTOR)
    run_until_idle()
    row.refresh_from_db()
    assert (row.name, bytes(row.content), row.size_bytes) == ("", b"", 0)


@pytest.mark.pure
def test_names_are_made_safe_and_no_two_are_alike() -> None:
    given = ["../../etc/passwd", "C:\\docs\\bill.pdf", "bill.pdf", "BILL.PDF", 'a"b\r\nBcc: x.exe', "\u202egpj.exe", "", "x" * 300 + ".pdf"]
    names = [one.name for one in fit_to_send([Enclosed(name, b"x") for name in given])]
    assert names[:4] == ["passwd", "bill.pdf", "bill-2.pdf", "BILL-3.PDF"]
    assert not any(char in name for name in names for char in '/\\"\r\n\u202e:')
    assert names[6] == "attachment-7.bin"
    assert len(set(map(str.casefold, names))) == len(names)
    assert all(0 < len(name) <= 140 for name in names)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("a.svg", "image/svg+xml"),
        ("a.eml", "application/octet-stream"),
        ("a.tar.gz", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_type_is_told_by_the_ending(name: str, kind: str) -> None:
    assert type_of(name) == kind


@pytest.mark.pure
def test_the_limits_hold_to_the_byte() -> None:
    fit_to_send([Enclosed("a", b"x" * EACH_BYTES), Enclosed("b", b"x" * (ALL_BYTES - EACH_BYTES))])
    with pytest.raises(EnclosureFault):
        fit_to_send([Enclosed("a", b"x" * EACH_BYTES), Enclosed("b", b"x" * (ALL_BYTES - EACH_BYTES)), Enclosed("c", b"x")])
