"""A mail server of our own for tests and benchmarks: it takes everything, or answers as it is told, and remembers what it said 250 to."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Taken:
    """One message that got its 250."""

    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Sink:
    """`answers` maps a step ("mail", "rcpt", "data", "dot") to a list of replies used one after the other; "drop" closes the line,
    "hang" says nothing. `keeps` False counts only."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    features: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "PIPELINING")
    keeps: bool = True
    taken: list[Taken] = field(default_factory=list)
    count: int = 0
    delay_seconds: float = 0.0
    connections: int = 0

    def __post_init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.server.getsockname()[1])
        self.lock = threading.Lock()
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.server.close()
        for line in self.open:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self) -> None:
        while True:
            try:
                line, _who = self.server.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.open.append(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _told(self, step: str) -> str:
        with self.lock:
            script = self.answers.get(step)
            return script.pop(0) if script else ""

    def _talk(self, line: socket.socket) -> None:
        try:
            self._conversation(line)
        except (OSError, ConnectionError):
            pass
        finally:
            line.close()

    def _say(self, line: _Line, step: str, otherwise: str) -> str:
        told = self._told(step) or otherwise
        if told in ("drop", "hang"):
            line.flush()
            if told == "drop":
                raise ConnectionError
            time.sleep(3600)
        line.say(told)
        return told

    def _conversation(self, socket_: socket.socket) -> None:  # noqa: C901 — one branch for each verb of the protocol
        line = _Line(socket_)
        sender, recipients = "", []
        self._say(line, "greeting", "220 sink")
        while (text := line.read_until(b"\r\n")) is not None:
            words = text.decode("utf-8", "replace").strip()
            verb = words[:4].upper()
            if verb in ("EHLO", "HELO"):
                line.say("\r\n".join(["250-sink", *(f"250-{one}" for one in self.features), "250 SIZE 99999999"]))
            elif verb == "MAIL":
                sender, recipients = _inside(words), []
                self._say(line, "mail", "250 ok")
            elif verb == "RCPT":
                if self._say(line, "rcpt", "250 ok").startswith("2"):
                    recipients.append(_inside(words))
            elif verb == "DATA":
                if not recipients:
                    line.say("554 5.5.1 no valid recipients")
                    continue
                if not self._say(line, "data", "354 go on").startswith("3"):
                    continue
                content = line.read_until(b"\r\n.\r\n")
                if content is None:
                    return
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                told = self._told("dot") or "250 kept"
                if told == "hang":
                    time.sleep(3600)
                if told in ("drop", "keep and drop"):
                    if told == "keep and drop":
                        self._keep(sender, recipients, content)
                    return
                if told.startswith("2"):
                    self._keep(sender, recipients, content)
                line.say(told)
            elif verb == "QUIT":
                line.say("221 bye")
                line.flush()
                return
            else:
                line.say("250 ok")

    def _keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        with self.lock:
            self.count += 1
            if self.keeps:
                self.taken.append(Taken(sender, list(recipients), re.sub(rb"(?m)^\.", b"", content) + b"\r\n"))


class _Line:
    """One connection as mail servers use it: commands that came together are answered together (RFC 2920)."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.read = bytearray()
        self.said: list[bytes] = []

    def say(self, reply: str) -> None:
        self.said.append(reply.encode() + b"\r\n")

    def flush(self) -> None:
        if self.said:
            self.line.sendall(b"".join(self.said))
            self.said = []

    def read_until(self, end: bytes) -> bytes | None:
        """What came up to `end`; None when the other side has left."""
        place = self.read.find(end)
        while place < 0:
            self.flush()
            looked = max(0, len(self.read) - len(end))
            piece = self.line.recv(65_536)
            if not piece:
                return None
            self.read += piece
            place = self.read.find(end, looked)
        found = bytes(self.read[:place])
        del self.read[: place + len(end)]
        return found


def _inside(words: str) -> str:
    match = re.search(r"<([^>]*)>", words)
    return match[1] if match else ""
