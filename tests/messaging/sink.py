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

    def _say(self, line: socket.socket, step: str, otherwise: str) -> str:
        told = self._told(step) or otherwise
        if told == "drop":
            raise ConnectionError
        if told == "hang":
            time.sleep(3600)
        line.sendall(told.encode() + b"\r\n")
        return told

    def _conversation(self, line: socket.socket) -> None:  # noqa: C901 — one branch for each verb of the protocol
        file = line.makefile("rb", buffering=65_536)
        sender, recipients = "", []
        self._say(line, "greeting", "220 sink")
        while text := file.readline():
            words = text.decode("utf-8", "replace").strip()
            verb = words[:4].upper()
            if verb in ("EHLO", "HELO"):
                line.sendall("\r\n".join(["250-sink", *(f"250-{one}" for one in self.features), "250 SIZE 99999999"]).encode() + b"\r\n")
            elif verb == "MAIL":
                sender, recipients = _inside(words), []
                self._say(line, "mail", "250 ok")
            elif verb == "RCPT":
                if self._say(line, "rcpt", "250 ok").startswith("2"):
                    recipients.append(_inside(words))
            elif verb == "DATA":
                if not recipients:
                    line.sendall(b"554 5.5.1 no valid recipients\r\n")
                    continue
                if not self._say(line, "data", "354 go on").startswith("3"):
                    continue
                lines = []
                while (one := file.readline()) != b".\r\n":
                    if not one:
                        return
                    lines.append(one[1:] if one.startswith(b".") else one)
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                told = self._told("dot") or "250 kept"
                if told == "hang":
                    time.sleep(3600)
                if told in ("drop", "keep and drop"):
                    if told == "keep and drop":
                        self._keep(sender, recipients, lines)
                    return
                if told.startswith("2"):
                    self._keep(sender, recipients, lines)
                line.sendall(told.encode() + b"\r\n")
            elif verb == "QUIT":
                line.sendall(b"221 bye\r\n")
                return
            else:
                line.sendall(b"250 ok\r\n")

    def _keep(self, sender: str, recipients: list[str], lines: list[bytes]) -> None:
        with self.lock:
            self.count += 1
            if self.keeps:
                self.taken.append(Taken(sender, list(recipients), b"".join(lines)))


def _inside(words: str) -> str:
    match = re.search(r"<([^>]*)>", words)
    return match[1] if match else ""
