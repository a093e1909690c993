"""An IMAP server, spoken to so that nothing is marked before it is safe. The read flag is no queue: people and phones set it too."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 30
# The list of a large mailbox is one long line.
imaplib._MAXLINE = 10_000_000  # type: ignore[attr-defined]


class MailboxFault(Exception):
    """The server could not be used; the text says why, without any password."""


@dataclass(frozen=True)
class Account:
    """Where a mailbox is and how it is opened. `security`: tls, starttls or none."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str


class OpenFolder:
    """A selected folder."""

    def __init__(self, server: imaplib.IMAP4, uid_validity: int) -> None:
        self._server = server
        self.uid_validity = uid_validity

    def uids_from(self, first: int) -> list[int]:
        """The numbers from `first` on, in order. `n:*` always answers with the last mail, also when it lies before `n`."""
        answer = self._asked("SEARCH", None, "UID", f"{first}:*")
        found = {int(one) for line in answer for one in (line or b"").split() if one.isdigit()}
        return sorted(one for one in found if one >= first)

    def size_of(self, uid: int) -> int | None:
        """How many bytes a message has; None when it is gone."""
        for line in self._asked("FETCH", str(uid), "(UID RFC822.SIZE)"):
            match = re.search(rb"RFC822\.SIZE (\d+)", line if isinstance(line, bytes) else line[0] if line else b"")
            if match:
                return int(match[1])
        return None

    def content_of(self, uid: int, most: int) -> bytes | None:
        """The bytes of a message, at most `most`, without marking it as read; None when it is gone."""
        for line in self._asked("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{most}>)"):
            if isinstance(line, tuple):
                return bytes(line[1])
        return None

    def mark_kept(self, uid: int) -> None:
        """Show people that the mail was taken in."""
        self._asked("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _asked(self, *words: str | None) -> list[Any]:
        try:
            status, answer = self._server.uid(*words)  # type: ignore[arg-type]
        except (imaplib.IMAP4.error, OSError, ssl.SSLError) as fault:
            raise MailboxFault(_plain(fault)) from None
        if status != "OK":
            raise MailboxFault(f"{words[0]}: {status}")
        return list(answer)


@contextmanager
def opened(account: Account) -> Iterator[OpenFolder]:
    """Sign in and select the folder. Raises MailboxFault for whatever the server or the line does."""
    server = None
    try:
        server = _connected(account)
        server.login(account.user, account.password)
        status, _answer = server.select(f'"{_quoted(account.folder)}"')
        if status != "OK":
            raise MailboxFault(f"The folder can't be opened: {status}")
        validity = server.response("UIDVALIDITY")[1]
        number = int(validity[0]) if validity and validity[0] else 0
    except (imaplib.IMAP4.error, OSError, ValueError) as fault:
        _closed(server)
        raise MailboxFault(_plain(fault)) from None
    try:
        yield OpenFolder(server, number)
    finally:
        _closed(server)


def _connected(account: Account) -> imaplib.IMAP4:
    if account.security == "tls":
        return imaplib.IMAP4_SSL(account.host, account.port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context())
    server = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT_SECONDS)
    if account.security == "starttls":
        server.starttls(ssl.create_default_context())
    return server


def _closed(server: imaplib.IMAP4 | None) -> None:
    if server is not None:
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            server.shutdown()


def _quoted(folder: str) -> str:
    return folder.replace("\\", "\\\\").replace('"', '\\"')


def _plain(fault: Exception) -> str:
    text = str(fault)
    return f"{type(fault).__name__}: {text[:200]}" if text else type(fault).__name__
