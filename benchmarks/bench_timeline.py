"""The customer's timeline over HTTP with a million customers and ten million contacts on PostgreSQL, four parallel clients.

Run: `./regulars bench timeline` (`--customers 20000 --contacts 200000` for a quick look). The customers and their contacts come from a seeded generator
(`world.py`). Beside each page stands the bare cost: the same rows by plain SQL.
Promise: p95 under 100 ms for each page.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import Visitor, await_health, parallel
from world import BUSIEST, GIVEN, add_words, size_of, world


def main() -> int:
    """Fill, start, measure, print; exit code 1 when a promise was broken."""
    words = argparse.ArgumentParser(description=__doc__)
    add_words(words)
    given = words.parse_args()
    with world(size_of(given)) as uri, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        return measure(uri, folder)


def measure(uri: str, folder: str) -> int:
    environment = os.environ | {"DATABASE_URL": uri, "REGULARS_VAR": folder, "PYTHONPATH": "src"}
    program = [sys.executable, "-m", "regulars"]
    port = "8953"
    with open(Path(folder) / "log", "w") as log:
        process = subprocess.Popen([*program, "--no-migrate", "run", "--no-demo", "--port", port], env=environment, stdout=log, stderr=log)
        try:
            await_health(int(port))
            with psycopg.connect(uri, autocommit=True) as database:
                return report(int(port), database)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def report(port: int, database: psycopg.Connection[tuple[object, ...]]) -> int:
    """p50 and p95 of each page by four clients, beside plain SQL."""
    ids = [
        str(row[0]) for row in database.execute("SELECT public_id FROM customers_customer TABLESAMPLE SYSTEM (0.5) LIMIT 400").fetchall()
    ]
    (busiest, number) = database.execute("SELECT public_id, id FROM customers_customer ORDER BY id LIMIT 1").fetchone() or ("", 0)
    deep = database.execute(
        "SELECT at, id FROM contacts_contact WHERE customer_id = %s ORDER BY at DESC, id DESC OFFSET %s LIMIT 1", (number, BUSIEST * 3 // 4)
    ).fetchone()
    before = urllib.parse.quote(f"{deep[0].isoformat()}~contact:{deep[1]:020d}") if deep else ""  # type: ignore[attr-defined]  # an instant
    pages = {
        "anybody": (lambda n: f"/customers/{ids[n % len(ids)]}/", None),
        "10,000 entries, first page": (lambda _n: f"/customers/{busiest}/", ("", ())),
        "10,000 entries, deep inside": (lambda _n: f"/customers/{busiest}/?before={before}", ("AND (at, id) < (%s, %s)", deep or ())),
        "10,000 entries, by channel": (lambda _n: f"/customers/{busiest}/?channel=phone", ("AND channel = 'phone'", ())),
        "10,000 entries, rare filter": (
            lambda _n: f"/customers/{busiest}/?channel=post&nature=praise&outcome=pleased",
            ("AND channel = 'post' AND nature = 'praise' AND outcome = 'pleased'", ()),
        ),
        "the field log, finding": (lambda n: f"/log/?q={GIVEN[n % len(GIVEN)]}+{n % 900}", None),
    }
    print(f"\n{'page':30} {'p50 ms':>8} {'p95 ms':>8} {'bare SQL p50 ms':>16} {'ratio':>7}")
    broken = False
    Visitor(port)
    for name, (path, bare) in pages.items():
        times = sorted(parallel(port, path))
        middle, high = statistics.median(times), times[int(len(times) * 0.95)]
        plain = plain_sql(database, number, *bare) if bare else None
        ratio = f"{plain:16.2f} {middle / plain:7.1f}" if plain else ""
        print(f"{name:30} {middle:8.1f} {high:8.1f} {ratio}{'' if high < 100 else '  OVER 100 ms'}")
        broken = broken or high >= 100
    return int(broken)


def plain_sql(database: psycopg.Connection[tuple[object, ...]], customer: object, where: str, values: tuple[object, ...]) -> float:
    """Median milliseconds of the page's contacts by one plain statement."""
    statement = f"SELECT * FROM contacts_contact WHERE customer_id = %s {where} ORDER BY at DESC, id DESC LIMIT 31"
    times = []
    for _ in range(60):
        begun = time.perf_counter()
        database.execute(statement, (customer, *values)).fetchall()  # type: ignore[arg-type]  # put together here, or rows of a fresh database
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
