"""K1 and J7 for imports: killed half-way and started again, each row once; flat memory whatever the length of the file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

ROWS = 20_000
CHUNK = 1_000
SET_UP = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'regulars.project.settings'; django.setup()\n"
LONG = 200_000
PEAK_MEGABYTES = 260


def sales(path: Path, count: int) -> Path:
    """Sales of many customers; every tenth row says the same as the one before."""
    with path.open("w") as out:
        out.write("customer,at,amount,product\n")
        for number in range(count):
            same = number - (number % 10 == 9)
            out.write(
                f"C{same * 7919 % (count // 8)},2024-{same % 12 + 1:02}-{same % 28 + 1:02} 10:{same % 60:02}:00,{same % 977 / 10 + 1:.2f},Bun\n"
            )
    return path


class Program:
    """The real program in processes of its own, on a database of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.environment = os.environ | {"DATABASE_URL": database, "REGULARS_VAR": str(folder / "var")}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "regulars", *words]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start it with small chunks, so that there is a half-way to be killed at."""
        code = (
            f"{SET_UP}from regulars.project import cli\nfrom regulars.groundwork.kernel.intake import kinds, staging\n"
            f"kinds.Kind.slots_at_once = staging.ROWS_AT_ONCE = {CHUNK}\ncli.main({list(words)!r})"
        )
        return subprocess.Popen([sys.executable, "-c", code], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, *words: str) -> dict[str, object]:
        done = subprocess.run(self.command(*words), env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
        return dict(json.loads(done.stdout))

    def look(self, code: str) -> str:
        """The answer of a few lines that know django and the models."""
        start = (
            SET_UP
            + "from regulars.groundwork.kernel.models import ImportBatch\nfrom regulars.purchases.models import Purchase, PurchaseLine\n"
        )
        done = subprocess.run([sys.executable, "-c", start + code], env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    source = Path(__file__).parents[3] / "src"
    os.environ["PYTHONPATH"] = str(source)
    return Program(tmp_path, f"sqlite:///{tmp_path / 'own.sqlite3'}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="makes a database of its own, once is enough")
@pytest.mark.parametrize("moment", ["reading", "recording"])
def test_killed_half_way_and_started_again_takes_each_row_once(tmp_path: Path, program: Program, moment: str) -> None:
    path = sales(tmp_path / "sales.csv", ROWS)
    words = ("import", "purchases", str(path), "--currency", "EUR", "--yes", "--json")
    condition = "b.slots_done > 0" if moment == "recording" else "b.read > 0"
    process = program.start(*words)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if _batch_says(tmp_path / "own.sqlite3", condition):
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = int(program.look("print(Purchase.objects.count())"))
    assert before < ROWS, "it was killed too late to prove anything"
    answer = program.run(*words)
    assert answer["read"] == ROWS
    assert answer["created"] == ROWS
    assert program.look("print(Purchase.objects.count(), PurchaseLine.objects.count(), ImportBatch.objects.count())") == f"{ROWS} {ROWS} 1"
    again = program.run(*words)
    assert (again["created"], again["identical"]) == (0, ROWS)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="makes a database of its own, once is enough")
def test_memory_does_not_grow_with_the_file(tmp_path: Path, program: Program) -> None:
    """J7: 200,000 rows."""
    path = sales(tmp_path / "sales.csv", LONG)
    code = (
        "from pathlib import Path\nfrom regulars.project.cli import run\n"
        f"code = run(['import', 'purchases', {str(path)!r}, '--currency', 'EUR', '--yes', '--json'])\n"
        # Not getrusage: its peak includes that of the process which started this one.
        "peak = next(line for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM'))\n"
        "print(code, int(peak.split()[1]) // 1024)"
    )
    last = program.look(code).splitlines()[-1]
    code_text, megabytes = last.split()
    assert code_text == "0"
    assert int(megabytes) < PEAK_MEGABYTES


def _batch_says(database: Path, condition: str) -> bool:
    import sqlite3

    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as look:
            return look.execute(f"SELECT 1 FROM kernel_importbatch b WHERE {condition}").fetchone() is not None
    except sqlite3.OperationalError:
        return False
