"""The SMTP and LMTP listener: a real conversation, and 250 only for what is safe."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regulars.messaging.models import RawMail, Receipt, ReceivedMail
from regulars.messaging.queries import MailboxKind
from regulars.messaging.services import MailboxParticulars, open_mailbox, read_waiting

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.letters import letter
from tests.messaging.processes import child_database, free_port

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def listening(**settings: str) -> Iterator[tuple[int, int, subprocess.Popen[bytes]]]:
    """The listener as the supervisor starts it."""
    smtp, lmtp = free_port(), free_port()
    variables = {
        "REGULARS_MAIL_SMTP_LISTEN": f"127.0.0.1:{smtp}",
        "REGULARS_MAIL_LMTP_LISTEN": f"127.0.0.1:{lmtp}",
        "PYTHONPATH": str(ROOT / "src"),
        **child_database(),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars", "--no-migrate", "mail", "listen"], env=os.environ | variables, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert b"SMTP" in process.stdout.readline()
        yield smtp, lmtp, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def opened(cast: Cast) -> None:
    particulars = MailboxParticulars(name="shop", kind=MailboxKind.LISTENER, addresses=["shop@fennel.example"])
    open_mailbox(business_id=cast.business.pk, particulars=particulars, at=NOON, actor=ACTOR)


def test_a_message_is_kept_before_250_is_said_and_only_for_our_addresses(cast: Cast) -> None:
    opened(cast)
    with listening() as (port, _lmtp, process):
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
            line.ehlo()
            assert line.has_extn("8bitmime")
            line.mail("ada@mail.example")
            assert line.rcpt("stranger@elsewhere.example")[0] == 550
            assert line.rcpt("Shop+orders@Fennel.example")[0] == 250
            code, words = line.data(letter(b"caf\xe9\r\n.dot\r\n" + b"x" * 5000 + b"\r\n"))
            assert code == 250
            receipt = Receipt.objects.get()
            assert str(receipt.public_id) in words.decode()
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
            line.sendmail("", ["shop@fennel.example"], letter(number="null"))
        process.kill()  # right after 250
        process.wait(10)
    read_waiting(at=NOON)
    assert [(one.state, one.envelope_from) for one in Receipt.objects.order_by("pk")] == [
        ("contact", "ada@mail.example"),
        ("automatic", ""),
    ]
    raw = bytes(RawMail.objects.order_by("pk")[0].content)
    assert b"caf\xe9\r\n.dot\r\n" in raw


def test_h9_a_listener_killed_at_any_moment_has_kept_all_that_it_said_250_to(cast: Cast) -> None:
    opened(cast)
    promised: list[str] = []
    for round_number in range(4):
        with listening() as (port, _lmtp, process), smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
            line.ehlo()
            for number in range(10):
                name = f"r{round_number}-{number}"
                line.mail("ada@mail.example")
                line.rcpt("shop@fennel.example")
                if number == 5 + round_number:
                    line.putcmd("data")
                    line.getreply()
                    line.send(letter(number=name) + b"\r\n.\r\n")
                    time.sleep(0.004 * round_number)
                    os.kill(process.pid, signal.SIGKILL)
                    break
                assert line.data(letter(number=name))[0] == 250
                promised.append(name)
            try:
                line.close()
            except OSError:
                pass
    while read_waiting(at=NOON):
        pass
    kept = list(ReceivedMail.objects.values_list("message_id", flat=True))
    assert set(kept) >= {f"{name}@mail.example" for name in promised}
    assert len(kept) == len(set(kept)) == Receipt.objects.count() == RawMail.objects.count()
    assert len(promised) >= 25


def test_lmtp_answers_for_each_recipient(cast: Cast) -> None:
    opened(cast)
    with listening() as (_smtp, port, _process), socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        file = line.makefile("rb")

        def told(words: bytes, lines: int = 1) -> list[bytes]:
            if words:
                line.sendall(words)
            found = []
            while len(found) < lines:
                text = file.readline()
                if text[3:4] != b"-":
                    found.append(text[:3])
            return found

        assert told(b"") == [b"220"]
        assert told(b"LHLO here\r\n") == [b"250"]
        assert told(b"MAIL FROM:<ada@mail.example>\r\n") == [b"250"]
        assert told(b"RCPT TO:<shop@fennel.example>\r\n") == [b"250"]
        assert told(b"RCPT TO:<nobody@else.example>\r\n") == [b"550"]
        assert told(b"RCPT TO:<shop+two@fennel.example>\r\n") == [b"250"]
        assert told(b"DATA\r\n") == [b"354"]
        assert told(letter() + b"\r\n.\r\n", lines=2) == [b"250", b"250"]
        assert told(b"QUIT\r\n") == [b"221"]
    assert Receipt.objects.count() == 1


def test_a_message_that_is_too_large_is_refused_by_name(cast: Cast) -> None:
    opened(cast)
    with listening(REGULARS_MAIL_MAX_MEGABYTES="1") as (port, _lmtp, _process), smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
        line.ehlo()
        line.mail("ada@mail.example")
        line.rcpt("shop@fennel.example")
        assert line.data(letter(b"x" * 70 + b"\r\n") + b"yyyyyyyy\r\n" * 120_000)[0] == 552
    assert not Receipt.objects.exists()


def test_without_any_mailbox_of_its_own_the_listener_takes_everything(cast: Cast) -> None:
    with listening() as (port, _lmtp, _process), smtplib.SMTP("127.0.0.1", port, timeout=20) as line:
        line.sendmail("ada@mail.example", ["anything@any.example"], letter())
    assert Receipt.objects.get().mailbox.name == "listener"
