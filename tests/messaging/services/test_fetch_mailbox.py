"""Fetching from a real IMAP server: cut lines, renumbered folders, a process killed between store and mark."""

from __future__ import annotations

import imaplib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.messaging.adapters import imap
from regulars.messaging.models import Mailbox, MailboxKind, RawMail, Receipt, ReceivedMail
from regulars.messaging.services import MailboxParticulars, fetch_mailbox, fetching, open_mailbox, read_waiting

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.dovecot import CutLine, Dovecot
from tests.messaging.letters import letter
from tests.messaging.processes import child_database


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Sockets need a short path.
    with tempfile.TemporaryDirectory(prefix="imap-", dir="/tmp") as place:
        yield Path(place)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Dovecot]:
    """One server for all tests of this file; each test clears the mailbox."""
    dovecot = Dovecot(folder)
    yield dovecot
    dovecot.close()


@pytest.fixture(autouse=True)
def empty(server: Dovecot) -> None:
    line = imaplib.IMAP4("127.0.0.1", server.port)
    line.login("shop", "bread")
    line.select("INBOX")
    line.store("1:*", "+FLAGS", r"(\Deleted)") if int(line.select("INBOX")[1][0] or 0) else None
    line.expunge()
    line.logout()


def opened(cast: Cast, port: int, password: str = "bread") -> Mailbox:
    particulars = MailboxParticulars(
        name="shop", kind=MailboxKind.IMAP, host="127.0.0.1", port=port, security="none", user="shop", password=password
    )
    return open_mailbox(business_id=cast.business.pk, particulars=particulars, at=NOON, actor=ACTOR)


def fetched(box: Mailbox) -> fetching.Fetched:
    box.refresh_from_db()
    return fetch_mailbox(mailbox=box, at=NOON)


@pytest.mark.django_db
def test_new_mail_is_stored_once_and_then_marked(cast: Cast, server: Dovecot) -> None:
    box = opened(cast, server.port)
    assert "bread" not in box.password_sealed
    for number in range(5):
        server.put(letter(number=str(number), body=b"caf\xe9\r\n"), str(number))
    first = fetched(box)
    assert (first.shown, first.stored, first.missing, first.fault) == (5, 5, 0, "")
    assert fetched(box).stored == 0
    server.put(letter(number="late"), "late")
    assert fetched(box).stored == 1
    read_waiting(at=NOON)
    assert ReceivedMail.objects.filter(kind="contact").count() == 6
    assert b"caf\xe9" in bytes(RawMail.objects.order_by("pk")[0].content)
    line = imaplib.IMAP4("127.0.0.1", server.port)
    line.login("shop", "bread")
    line.select("INBOX")
    assert line.search(None, "UNSEEN")[1] == [b""]
    line.logout()


@pytest.mark.django_db
def test_mail_that_somebody_has_read_before_is_taken_in_all_the_same(cast: Cast, server: Dovecot) -> None:
    server.put(letter(), "one")
    line = imaplib.IMAP4("127.0.0.1", server.port)
    line.login("shop", "bread")
    line.select("INBOX")
    line.store("1", "+FLAGS", r"(\Seen)")
    line.logout()
    assert fetched(opened(cast, server.port)).stored == 1


@pytest.mark.django_db
@pytest.mark.parametrize("after", [300, 900, 2_000, 5_000, 12_000])
def test_a_cut_line_loses_nothing_and_doubles_nothing(cast: Cast, server: Dovecot, after: int) -> None:
    for number in range(8):
        server.put(letter(b"x" * 1500 + b"\r\n", number=f"cut-{number}"), str(number))
    relay = CutLine(server.port, after)
    try:
        box = opened(cast, relay.port)
        broken = fetched(box)
        assert broken.fault
        assert relay.cuts
        box.refresh_from_db()
        assert box.fault_since == NOON
        assert Receipt.objects.count() == broken.stored < 8
        whole = fetched(box)
        assert (whole.fault, Receipt.objects.count(), RawMail.objects.count()) == ("", 8, 8)
        box.refresh_from_db()
        assert (box.fault, box.fault_since) == ("", None)
    finally:
        relay.close()


@pytest.mark.django_db
def test_a_renumbered_folder_is_read_anew_without_second_contacts(cast: Cast, server: Dovecot) -> None:
    box = opened(cast, server.port)
    for number in range(4):
        server.put(letter(number=f"re-{number}"), str(number))
    fetched(box)
    read_waiting(at=NOON)
    box.refresh_from_db()
    before = box.uid_validity
    server.renumber()
    server.put(letter(number="after"), "after")
    again = fetched(box)
    box.refresh_from_db()
    assert box.uid_validity != before
    assert again.fault == ""
    read_waiting(at=NOON)
    assert ReceivedMail.objects.count() == RawMail.objects.count() == 5
    assert Receipt.objects.filter(state="duplicate").count() == 4


@pytest.mark.django_db
def test_m22_what_the_server_shows_and_we_do_not_hold_is_fetched_or_told(
    cast: Cast, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = opened(cast, server.port)
    for number in range(4):
        server.put(letter(number=f"gap-{number}"), str(number))
    fetched(box)
    Receipt.objects.order_by("pk")[1].delete()
    healed = fetched(box)
    assert (healed.stored, healed.missing, Receipt.objects.count()) == (1, 0, 4)
    Receipt.objects.order_by("pk")[1].delete()
    monkeypatch.setattr(imap.OpenFolder, "content_of", lambda *_: None)
    told = fetched(box)
    assert told.fault == "1 messages that the server shows are not stored"


@pytest.mark.django_db
def test_a_wrong_password_stands_on_the_mailbox_in_words(cast: Cast, server: Dovecot) -> None:
    box = opened(cast, server.port, password="wrong")
    told = fetched(box)
    assert "AUTHENTICATIONFAILED" in told.fault
    assert "wrong" not in told.fault


KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime
from regulars.messaging.adapters import imap
from regulars.messaging.models import Mailbox
from regulars.messaging.services import fetch_mailbox, fetching
point = sys.argv[1]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if point == "before mark":
    imap.OpenFolder.mark_kept = die
elif point == "before commit":
    fetching.Mailbox.objects.filter(pk=0)
    true = fetching.receive_mail
    def stored_then_die(**words):
        true(**words)
        die()
    fetching.receive_mail = stored_then_die
elif point == "before store":
    fetching.receive_mail = die
fetch_mailbox(mailbox=Mailbox.objects.get(name="shop"), at=datetime(2026, 6, 15, 12, tzinfo=UTC))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["before store", "before commit", "before mark"])
def test_m1_a_process_killed_at_any_point_of_fetching_loses_and_doubles_nothing(cast: Cast, server: Dovecot, point: str) -> None:
    box = opened(cast, server.port)
    for number in range(3):
        server.put(letter(number=f"kill-{number}"), str(number))
    process = subprocess.run([sys.executable, "-c", KILLED, point], env=os.environ | child_database(), check=False, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-2000:]
    assert Receipt.objects.count() == (1 if point == "before mark" else 0)
    assert fetched(box).fault == ""
    read_waiting(at=NOON)
    assert Receipt.objects.count() == ReceivedMail.objects.count() == RawMail.objects.count() == 3
