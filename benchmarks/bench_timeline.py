"""The customer's timeline over HTTP with a million customers and ten million contacts on PostgreSQL, four parallel clients.

Run: `./regulars bench timeline` (`--customers 20000 --contacts 200000` for a quick look). The contacts come from a seeded generator, one statement; the first
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
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import EMAIL, PASSWORD, Visitor, await_health, parallel
from servers import server

MOST = 10_000
CHANNELS = ("email", "phone", "visit", "till", "sms", "post", "social")
NATURES = ("question", "request", "complaint", "praise", "advice", "follow-up", "offer", "survey")
OUTCOMES = ("resolved", "pleased", "answered", "promised", "unresolved", "displeased", "")
# Numbers that look thrown by dice but are the same each time: a hash of the row's number and the seed.
CONTACTS = """
INSERT INTO contacts_contact (public_id, business_id, customer_id, at, channel, direction, began_by, nature, topic, outcome, mood_stated, staff_id, minutes,
                              effort, note, links, actor, source, source_key, recorded_at)
SELECT md5(%(seed)s || ':' || n)::uuid, %(business)s,
       CASE WHEN n < %(most)s THEN %(first)s ELSE %(first)s + floor(%(customers)s * power((h & 268435455) / 268435456.0, 2))::bigint END,
       date_trunc('second', now()) - ((h >> 28) & 134217727) %% 94608000 * interval '1 second',
       (%(channels)s::text[])[1 + (w %% 7)], CASE WHEN w & 1 = 1 THEN 'in' ELSE 'out' END, CASE WHEN w & 1 = 1 THEN 'customer' ELSE 'business' END,
       (%(natures)s::text[])[1 + (w %% 8)], 'product', (%(outcomes)s::text[])[1 + (w %% 7)], w %% 5 - 2, %(staff)s, w %% 30, NULL,
       'A note of some words about bread, number ' || n || '.', '{}', 'system:bench', 'bench', n::text, now()
FROM generate_series(0::bigint, %(contacts)s - 1) n, LATERAL (SELECT hashint8extended(n, %(seed)s) AS h) a, LATERAL (SELECT ((h >> 8) & 65535)::int AS w) b
"""
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
    with server() as uri, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        return measure(uri, folder, given)


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
    """Customers and contacts by one statement each, made from numbered rows and a seed; indexes are built when all rows stand.

    The generator refers to rows that stand there, so nobody looks them up ten million times.
    """
    (business,) = database.execute("SELECT id FROM business_business").fetchone() or (0,)
    (staff,) = database.execute("SELECT id FROM staff_employee").fetchone() or (0,)
    database.execute("SET synchronous_commit = off")
    database.execute("SET maintenance_work_mem = '256MB'")
    database.execute(CUSTOMERS, {"business": business, "n": given.customers})
    (first,) = database.execute("SELECT min(id) FROM customers_customer").fetchone() or (0,)
    values = {
        "business": business, "staff": staff, "first": first, "customers": given.customers, "contacts": given.contacts, "seed": given.seed,
        "most": min(MOST, given.contacts), "channels": list(CHANNELS), "natures": list(NATURES), "outcomes": list(OUTCOMES),
    }  # fmt: skip
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        later = indexes_taken_off(database, "contacts_contact")
        database.execute(CONTACTS, values)
        for statement in later:
            database.execute(statement)  # type: ignore[arg-type]
    database.execute("VACUUM ANALYZE contacts_contact")
    database.execute("VACUUM ANALYZE customers_customer")


def indexes_taken_off(database: psycopg.Connection[tuple[object, ...]], table: str) -> list[str]:
    """Take all indexes but the primary key off a table; returns the statements that put them back."""
    unique = database.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'", (table,)
    ).fetchall()
    for name, _definition in unique:
        database.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')  # type: ignore[arg-type]
    plain = database.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary",
        (table,),
    ).fetchall()
    for name, _definition in plain:
        database.execute(f"DROP INDEX {name}")  # type: ignore[arg-type]
    back = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for name, definition in unique]
    return [*back, *[str(definition) for _name, definition in plain]]


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
