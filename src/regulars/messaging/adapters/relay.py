"""Handing a message over: to an SMTP server, or to a folder where none is set. The answer says how sure we are."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 60
MESSAGES_A_CONNECTION = 200
FOLDER = "mail-out"

# accepted: theirs now · later: try again · refused: for good · unsupported: this way can't carry it · unknown: the line broke after the
# last byte, they may have it or not · away: nobody was reached, nothing was sent · unasked: its turn did not come
Kind = Literal["accepted", "later", "refused", "unsupported", "unknown", "away", "unasked"]


@dataclass(frozen=True)
class Answer:
    """What became of a handing over, with the server's code and words."""

    kind: Kind
    code: int
    words: str


@dataclass(frozen=True)
class Parcel:
    """One message for one recipient."""

    name: str
    sender: str
    recipient: str
    needs_smtputf8: bool
    content: bytes


Talk = Generator[None, None, Answer]


class Relay(Protocol):
    """A way out for one message after the other."""

    def open(self) -> Answer | None:
        """Make sure that there is a connection. The answer "away" when there is none."""
        ...

    def is_open(self) -> bool:
        """Whether `open` has nothing to do."""
        ...

    def talk(self, parcel: Parcel) -> Talk:
        """Hand one message over; pauses whenever the other side has to speak, and returns the answer."""
        ...

    def close(self) -> None:
        """End politely."""
        ...


def relay_for(url: str, var: Path) -> Callable[[], Relay]:
    """A maker of relays (each keeps one connection) for REGULARS_MAIL_URL; empty: the folder `mail-out`."""
    if not url:
        return lambda: FolderRelay(var / FOLDER)
    return lambda: SmtpRelay(url)


def hand_over_all(pairs: Sequence[tuple[Relay, Parcel]]) -> list[Answer]:
    """Hand several messages over at once, each by a relay of its own: all have spoken before the first answer is waited for."""
    closed = [relay for relay, _parcel in pairs if not relay.is_open()]
    if len(closed) > 1:
        with ThreadPoolExecutor(len(closed)) as pool:  # a server that doesn't answer is waited for once
            away = dict(zip(map(id, closed), pool.map(lambda relay: relay.open(), closed), strict=True))
    else:
        away = {id(relay): relay.open() for relay in closed}
    answers: dict[int, Answer] = {}
    talks: dict[int, Talk] = {}
    for n, (relay, parcel) in enumerate(pairs):
        fault = away.get(id(relay))
        if fault is not None:
            answers[n] = fault
        else:
            talks[n] = relay.talk(parcel)
    while talks:
        for n, talk in list(talks.items()):
            try:
                next(talk)
            except StopIteration as end:
                answers[n] = end.value
                del talks[n]
    return [answers[n] for n in range(len(pairs))]


def kept_message(*, folder: Path, name: str) -> Path:
    """The file of a message that was handed over to the folder; `folder` is the one of the installation's files."""
    return folder / FOLDER / f"{name}.eml"


def forget_kept(*, folder: Path, names: Iterable[str]) -> int:
    """Remove the files of these messages. Returns how many there were."""
    gone = 0
    for name in names:
        place = kept_message(folder=folder, name=name)
        if place.is_file():
            place.unlink(missing_ok=True)
            gone += 1
    return gone


class FolderRelay:
    """Keeps messages as files, one for each id: a repeat changes nothing.

    `line_breaks`: it answers as a mail server does whose line breaks after the last byte; stories and rehearsals need that.
    """

    def __init__(self, folder: Path, *, line_breaks: bool = False) -> None:
        self.folder, self.line_breaks = folder, line_breaks
        folder.mkdir(parents=True, exist_ok=True)

    def open(self) -> Answer | None:
        return None

    def is_open(self) -> bool:
        return True

    def talk(self, parcel: Parcel) -> Talk:
        yield from ()
        place = self.folder / f"{parcel.name}.eml"
        half = self.folder / f".{parcel.name}.{os.getpid()}"
        half.write_bytes(f"Return-Path: <{parcel.sender}>\r\nDelivered-To: {parcel.recipient}\r\n".encode() + parcel.content)
        half.replace(place)
        if self.line_breaks:
            return Answer("unknown", 0, "the line broke after the last byte")
        return Answer("accepted", 250, f"kept in the folder {FOLDER}; no mail server is set")

    def close(self) -> None:
        """Nothing to end."""


class SmtpRelay:
    """One connection to the mail server, opened when it is needed and again when it is lost."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.line: smtplib.SMTP | None = None
        self.sent = 0
        self.spoke_at = 0.0

    def open(self) -> Answer | None:
        try:
            self._line()
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Answer("away", 0, _words(fault))
        return None

    def is_open(self) -> bool:
        return self.line is not None and self.sent < MESSAGES_A_CONNECTION

    def talk(self, parcel: Parcel) -> Talk:
        assert self.line is not None
        try:
            return (yield from self._said(self.line, parcel))
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Answer("later", 0, _words(fault))

    def close(self) -> None:
        if self.line is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.line.quit()
            self._drop()

    def _said(self, line: smtplib.SMTP, parcel: Parcel) -> Talk:
        if parcel.needs_smtputf8 and not line.has_extn("smtputf8"):
            return Answer("unsupported", 0, "the mail server offers no SMTPUTF8")
        no = yield from self._announced(line, parcel)
        if no is not None:
            return self._no(line, *no)
        self.sent += 1
        try:
            self._send(line, _dotted(parcel.content))
            yield
            code, words = self._reply(line)
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Answer("unknown", 0, _words(fault))
        if code == 250:
            return Answer("accepted", code, _text(words))
        return self._no(line, code, words)

    def _announced(self, line: smtplib.SMTP, parcel: Parcel) -> Generator[None, None, tuple[int, bytes] | None]:
        """Say from whom and to whom; the reply that refuses it, or None when the message may follow."""
        options = " SMTPUTF8 BODY=8BITMIME" if parcel.needs_smtputf8 else ""
        if not options and not parcel.content.isascii() and line.has_extn("8bitmime"):
            options = " BODY=8BITMIME"
        commands = [f"MAIL FROM:<{_bare(parcel.sender)}>{options}", f"RCPT TO:<{_bare(parcel.recipient)}>", "DATA"]
        # A server that offers it hears the three at once (RFC 2920) and answers each.
        for together in [commands] if line.has_extn("pipelining") else [[one] for one in commands]:
            self._send(line, "".join(f"{one}\r\n" for one in together).encode())
            yield
            refused: tuple[int, bytes] | None = None
            for command in together:
                code, words = self._reply(line)
                if refused is not None and command == "DATA" and code < 400:
                    self._drop()  # it waits for a message to nobody: leaving is the only answer that sends none
                elif refused is None and code >= 400:
                    refused = (code, words)
                    if code == 421:
                        return refused
            if refused is not None:
                return refused
        return None

    def _send(self, line: smtplib.SMTP, content: bytes) -> None:
        if line.sock is not None:
            line.sock.settimeout(TIMEOUT_SECONDS)
        line.send(content)
        self.spoke_at = time.monotonic()

    def _reply(self, line: smtplib.SMTP) -> tuple[int, bytes]:
        """The next reply. The time that others were waited for has run for this one too."""
        if line.sock is not None:
            line.sock.settimeout(max(0.5, TIMEOUT_SECONDS - (time.monotonic() - self.spoke_at)))
        return line.getreply()

    def _no(self, line: smtplib.SMTP, code: int, words: bytes) -> Answer:
        answer = Answer("later" if code < 500 else "refused", code, _text(words))
        if code == 421:
            self._drop()
        elif self.line is not None:
            try:
                line.rset()
            except (OSError, smtplib.SMTPException):
                self._drop()
        return answer

    def _line(self) -> smtplib.SMTP:
        if self.line is not None and self.sent >= MESSAGES_A_CONNECTION:
            self.close()
        if self.line is None:
            self.line = self._connected()
            self.sent = 0
        return self.line

    def _connected(self) -> smtplib.SMTP:
        host, scheme = self.parts.hostname or "", self.parts.scheme
        if scheme == "smtps":
            line: smtplib.SMTP = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=_trusted())
        else:
            line = smtplib.SMTP(host, self.parts.port or (587 if scheme == "smtp+starttls" else 25), timeout=TIMEOUT_SECONDS)
        line.ehlo()
        if scheme == "smtp+starttls":
            line.starttls(context=_trusted())
            line.ehlo()
        if self.parts.username:
            line.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return line

    def _drop(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The authorities of this machine; reading them takes longer than sending a hundred messages."""
    return ssl.create_default_context()


def _bare(address: str) -> str:
    """An address that was checked when it was written down; what would end the command is never in one."""
    if any(letter in address for letter in "<>\r\n \x00"):
        raise smtplib.SMTPException("this is no address")
    return address


def _dotted(content: bytes) -> bytes:
    """Lines end in CRLF, lines that begin with a dot get another, and the last line is a dot."""
    ends = content.count(b"\r\n")
    if content.count(b"\n") != ends or content.count(b"\r") != ends:
        content = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    quoted = content.replace(b"\r\n.", b"\r\n..") if b"\r\n." in content else content
    if quoted.startswith(b"."):
        quoted = b"." + quoted
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return re.sub(r"\s+", " ", text)[:500]


def _words(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:500]
