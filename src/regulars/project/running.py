"""`regulars run`: web and worker as children of one small supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from types import FrameType

from django.conf import settings

from regulars.project.saying import say

READY_SECONDS = 30
STOP_SECONDS = 28


class Supervisor:
    """Starts web and worker, restarts one that dies, stops both together."""

    def __init__(self, *, host: str, port: int, demo: bool) -> None:
        self.host = host
        self.port = port or free_port(host)
        self.demo = demo
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT. Exit code 1 when the web process can't start at all."""
        signs_in = self._prepare()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.children = {name: self._start(words) for name, words in self._parts().items()}
        if not self._await_ready():
            self._end()
            say("regulars: the web process did not come up; its words stand above.")
            return 1
        self._greet(signs_in)
        while not self.stopping:
            time.sleep(0.5)
            self._mend()
        self._end()
        return 0

    def _prepare(self) -> list[str]:
        from regulars.business.queries import all_businesses
        from regulars.desk.services import first_steps

        if self.demo and not all_businesses():
            say("Loading the demo business: two years of a bakery chain …")
        return first_steps(demo=self.demo, address=self.address)

    @property
    def address(self) -> str:
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else self.host  # noqa: S104 — compared, not bound
        return f"http://{host}:{self.port}"

    def _web(self) -> list[str]:
        chosen = settings.REGULARS
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "regulars.project.wsgi:application"),
            *("--host", self.host, "--port", str(self.port), "--workers", str(chosen.web_workers)),
            *("--blocking-threads", str(chosen.threads), "--backpressure", str(max(chosen.threads * 8, 32))),
            *("--no-ws", "--log-level", "warning", "--workers-kill-timeout", "20"),
        ]

    def _parts(self) -> dict[str, list[str]]:
        """The processes that belong together; the mail listener only where the settings name an address for it."""
        parts = {"web": self._web(), "worker": self._worker()}
        if settings.REGULARS.mail_smtp_listen or settings.REGULARS.mail_lmtp_listen:
            parts["mail"] = [sys.executable, "-m", "regulars", "--no-migrate", "mail", "listen"]
        return parts

    def _worker(self) -> list[str]:
        return [sys.executable, "-m", "regulars", "--no-migrate", "worker"]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        environment = os.environ | {"REGULARS_BASE_URL": os.environ.get("REGULARS_BASE_URL", self.address)}
        return subprocess.Popen(command, env=environment)  # noqa: S603 — our own programs

    def _await_ready(self) -> bool:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and not self.stopping:
            if self.children["web"].poll() is not None:
                return False
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2):
                    return True
            except OSError:
                time.sleep(0.05)
        return False

    def _mend(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None and not self.stopping:
                say(f"regulars: the {name} process ended ({child.returncode}); starting it again.")
                time.sleep(1)
                self.children[name] = self._start(self._parts()[name])

    def _greet(self, signs_in: list[str]) -> None:
        say(f"\nRegulars is open at {self.address}\n")
        for line in signs_in:
            say(line)
        say("Stop with Ctrl+C.\n")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()


def free_port(host: str, first: int = 8000) -> int:
    """The first port from 8000 on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return first
