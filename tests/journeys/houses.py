"""The whole program, started as an operator starts it, on a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email import message_from_bytes
from email.policy import default
from pathlib import Path

READY_SECONDS = 300  # loading the demo takes half a minute of work; a busy machine takes its time for it


class House:
    """`regulars run` as a child process: web and worker. `words` is what it told on the console."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = _free_port()
        self.address = f"http://localhost:{self.port}"
        self.folder = folder
        self._console = folder / "console.txt"
        self._variables = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/house.sqlite3",
            "REGULARS_VAR": str(folder),
            "REGULARS_BASE_URL": self.address,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
        }
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "regulars", "run", "--port", str(self.port), *options],
                env=self._variables,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        self._await_ready()

    @property
    def words(self) -> str:
        return self._console.read_text(encoding="utf-8", errors="replace")

    def order(self, *words: str) -> None:
        """Give the program of this house an order on the command line, as its operator does beside the running one."""
        done = subprocess.run([sys.executable, "-m", "regulars", *words], env=self._variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def keep(self, name: str, text: str) -> Path:
        """Put a file into the folder of the house."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def letters(self) -> list[str]:
        """What has left by e-mail: without a mail server each message is a file in `mail-out`."""
        parts = [
            part.get_content()
            for one in (self.folder / "mail-out").glob("*.eml")
            for part in message_from_bytes(one.read_bytes(), policy=default).walk()
            if part.get_content_type() == "text/plain"
        ]
        return [str(part) for part in parts]

    def close(self) -> None:
        """Stop web and worker as Ctrl+C does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _await_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        words = self.words
        self.close()
        raise RuntimeError(f"The program did not become ready in {READY_SECONDS} s. It said:\n{words[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
