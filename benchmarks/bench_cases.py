"""Cases with a million of them, a million customers and ten million contacts on PostgreSQL, four parallel clients over HTTP.

Run: `./regulars bench cases` (`--customers 20000 --contacts 200000 --cases 20000 --open 2000` for a quick look). The world comes from a seeded
generator (`world.py`), the cases from the statements below. Beside each page stands the bare cost: the same rows by plain SQL.
Promises: lists with their counts and a case's page p95 under 100 ms; word search p95 under 300 ms; the deadlines of 50,000 open cases
recomputed after a new holiday in under 60 s; no slope with the length of the queue (the list with a tenth of the open cases beside it).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import Visitor, await_health, parallel
from world import add_words, fill, size_of, world

WORDS = "late cold stale missing wrong broken burnt sour dry order cake rye rolls buffet delivery bill card price waiting queue phone window door crate van"
PAGE_MS, SEARCH_MS, RECOMPUTE_S = 100, 300, 60

CASES = """
INSERT INTO service_case (public_id, business_id, customer_id, subject, remedy_asked, cause, action, words, opened_by, source, source_key, version, status,
  nature, topic, channel, priority, queue_id, owner_id, policy_id, paragraph, opened_at, customer_at, unanswered_since, first_answered_at, answered_at,
  resolved_at, closed_at, due_at, overdue, reopened, rejected, hands)
SELECT md5('case:' || %(seed)s || ':' || n)::uuid, %(business)s, %(first)s + (h & 1073741823) %% %(customers)s, t, '', '', '', t || ' ' || n, 'system:bench', 'bench', n::text,
  CASE WHEN n <= %(open)s THEN 1 ELSE 3 END, CASE WHEN n <= %(open)s THEN 'open' ELSE 'closed' END, 'question', 'product', 'email', 'normal',
  CASE WHEN n %% 3 = 0 THEN %(queue)s END, CASE WHEN n %% 4 = 0 THEN %(staff)s END, %(policy)s, '1.2', at, at, CASE WHEN n <= %(open)s THEN at END,
  CASE WHEN n > %(open)s THEN at + interval '1 hour' END, CASE WHEN n > %(open)s THEN at + interval '1 hour' END,
  CASE WHEN n > %(open)s THEN at + interval '2 hours' END, CASE WHEN n > %(open)s THEN at + interval '15 days' END,
  CASE WHEN n <= %(open)s THEN at + interval '8 hours' END, false, 0, 0, 0
FROM (SELECT n, h, (%(words)s::text[])[1 + (h & 255) %% %(w)s] || ' ' || (%(words)s::text[])[1 + ((h >> 8) & 255) %% %(w)s] || ' ' ||
               (%(words)s::text[])[1 + ((h >> 16) & 255) %% %(w)s] || ' x' || (n %% 5000) AS t,
             date_trunc('second', now()) - CASE WHEN n <= %(open)s THEN (n %% 40) * interval '1 hour' ELSE ((h >> 20) & 16777215) * interval '2 seconds' END AS at
      FROM generate_series(1::bigint, %(cases)s) n, LATERAL (SELECT hashint8extended(n, %(seed)s) AS h) a) b"""
EVENTS = """
INSERT INTO service_event (case_id, seq, at, what, actor, body, key, recorded_at)
SELECT id, 1, opened_at, 'opened', 'system:bench', jsonb_build_object('nature', nature, 'topic', topic, 'channel', channel, 'priority', priority,
  'traits', '{}'::jsonb, 'policy', policy_id, 'queue', queue_id, 'owner', owner_id, 'in_person', false, 'rules', 1), '', now() FROM service_case
UNION ALL SELECT id, 2, resolved_at, 'resolved', 'system:bench', '{"told": true}', '', now() FROM service_case WHERE resolved_at IS NOT NULL
UNION ALL SELECT id, 3, closed_at, 'closed', 'system:bench', '{}', '', now() FROM service_case WHERE closed_at IS NOT NULL"""
ENTRIES = """
INSERT INTO service_entry (public_id, case_id, at, kind, channel, text, recorded_at)
SELECT md5('entry:' || id || ':' || k)::uuid, id, opened_at + k * interval '10 minutes', CASE WHEN k %% 2 = 0 THEN 'in' ELSE 'out' END, 'email',
  'Some words about ' || subject || ', said for the ' || k || 'th time.', now() FROM service_case, generate_series(0, 2) k"""


def main() -> int:
    """Fill, start, measure, print; exit code 1 when a promise was broken."""
    words = argparse.ArgumentParser(description=__doc__)
    add_words(words)
    words.add_argument("--cases", type=int, default=1_000_000)
    words.add_argument("--open", type=int, default=50_000)
    given = words.parse_args()
    with world(size_of(given)) as uri, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        with psycopg.connect(uri, autocommit=True) as link:
            fill_cases(link, given)
        return measure(uri, folder, given)


def fill_cases(link: psycopg.Connection[Any], given: argparse.Namespace) -> None:
    """A queue, a policy in force, and the cases with their streams and what was said."""
    begun = time.perf_counter()
    row = link.execute(
        "SELECT min(id), (SELECT min(id) FROM business_business), (SELECT min(id) FROM staff_employee) FROM customers_customer"
    ).fetchone()
    first, business, staff = row or (0, 0, 0)
    policy = new_version(link, business, 0, policy_text(""))
    (queue,) = link.execute(
        "INSERT INTO service_queue (public_id, business_id, name, position, natures, mailboxes, retired) VALUES (gen_random_uuid(), %s, 'Everything', 0, '[]', '[]', false) RETURNING id",
        [business],
    ).fetchone() or (0,)
    names = WORDS.split()
    values = {
        "seed": given.seed, "business": business, "first": first, "customers": given.customers, "open": given.open, "cases": given.cases, "queue": queue, "staff": staff,
        "policy": policy, "words": names, "w": len(names),
    }  # fmt: skip
    for table, statement in (("service_case", CASES), ("service_event", EVENTS), ("service_entry", ENTRIES)):
        fill(link, table, statement, values)
    print(f"{given.cases:,} cases, {given.open:,} of them open, made in {time.perf_counter() - begun:.0f} s", flush=True)


def policy_text(holiday: str) -> str:
    """The small shop's policy, with one holiday more if one is named."""
    source = (Path(__file__).resolve().parents[1] / "src/regulars/policy/rules/starting_points.py").read_text(encoding="utf-8")
    text = source.split('SMALL_SHOP = """\\\n')[1].split('"""')[0].replace('"ZONE"', '"Europe/London"')
    return text.replace('zone = "Europe/London"', f'zone = "Europe/London"\nholidays = ["{holiday}"]') if holiday else text


def new_version(link: psycopg.Connection[Any], business: int, minor: int, text: str) -> int:
    """A version of the policy in force from a year ago, or from now on."""
    digest = hashlib.sha256(f"en\n{'\n'.join(text.splitlines())}".encode()).hexdigest()
    since = "now() - interval '1 year'" if minor == 0 else "now()"
    found = link.execute(
        "INSERT INTO policy_version (public_id, business_id, major, minor, language, text, fingerprint, effective_at, published_at, actor, commented_days, override_reason)"  # type: ignore[arg-type]  # put together here
        f" VALUES (gen_random_uuid(), %s, 1, %s, 'en', %s, %s, {since}, {since}, 'system:bench', 0, '') RETURNING id",
        [business, minor, text, digest],
    ).fetchone()
    return int(found[0]) if found else 0


def measure(uri: str, folder: str, given: argparse.Namespace) -> int:
    """Recompute, then pages, then pages with a tenth of the open cases."""
    environment = os.environ | {"DATABASE_URL": uri, "REGULARS_VAR": folder, "PYTHONPATH": "src"}
    program = [sys.executable, "-m", "regulars"]
    broken = recompute(uri, environment, program, given.open)
    port = 8957
    with open(Path(folder) / "log", "w") as log:
        process = subprocess.Popen(
            [*program, "--no-migrate", "run", "--no-demo", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
        try:
            await_health(port)
            with psycopg.connect(uri, autocommit=True) as database:
                broken = report(port, database, f"{given.open:,} open") or broken
                database.execute("UPDATE service_case SET status = 'closed' WHERE status = 'open' AND mod(id, 10) <> 0")
                database.execute("VACUUM ANALYZE service_case")
                report(port, database, f"{given.open // 10:,} open")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
    return int(broken)


def recompute(uri: str, environment: dict[str, str], program: list[str], count: int) -> bool:
    """A new holiday reaches all open cases; beside it the bare update of as many rows."""
    with psycopg.connect(uri, autocommit=True) as link:
        (business,) = link.execute("SELECT min(id) FROM business_business").fetchone() or (0,)

        def run() -> dict[str, int]:
            words = [*program, "service", "recompute", "--json"]
            done: dict[str, int] = json.loads(subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout)
            return done

        run()  # the generator wrote no clocks: the first run does, as opening would have
        (day,) = link.execute("SELECT (now() + interval '1 day')::date::text").fetchone() or ("",)
        new_version(link, business, 1, policy_text(day))
        begun = time.perf_counter()
        done = run()
        took = time.perf_counter() - begun
        begun = time.perf_counter()
        link.execute("UPDATE service_clock SET due_at = due_at + interval '1 day' WHERE is_open")
        link.execute("UPDATE service_case SET due_at = due_at + interval '1 day', version = version WHERE status = 'open'")
        bare = time.perf_counter() - begun
        link.execute("UPDATE service_clock SET due_at = due_at - interval '1 day' WHERE is_open")
        link.execute("UPDATE service_case SET due_at = due_at - interval '1 day' WHERE status = 'open'")
        link.execute("VACUUM ANALYZE service_case, service_clock, service_event")
    print(
        f"\nrecomputing {done['cases']:,} open cases after a new holiday: {took:.1f} s ({done['applied']:,} under the new version, {done['moved']:,} deadlines moved);"
    )
    print(f"bare UPDATE of the same rows: {bare:.1f} s, ratio {took / bare:.1f}{'' if took < RECOMPUTE_S else '  OVER 60 s'}")
    return took >= RECOMPUTE_S or done["cases"] != count


def report(port: int, database: psycopg.Connection[Any], note: str) -> bool:
    """p50 and p95 of each page by four clients, beside plain SQL."""
    ids = [str(row[0]) for row in database.execute("SELECT public_id FROM service_case TABLESAMPLE SYSTEM (0.5) LIMIT 400").fetchall()]
    still = [str(row[0]) for row in database.execute("SELECT public_id FROM service_case WHERE status = 'open' LIMIT 400").fetchall()]
    (queue,) = database.execute("SELECT public_id FROM service_queue").fetchone() or ("",)
    names = WORDS.split()
    rows = "SELECT c.*, k.display_name FROM service_case c JOIN customers_customer k ON k.id = c.customer_id WHERE "
    pages: dict[str, tuple[Any, str, int]] = {
        "all open, with counts": (lambda _n: "/cases/?view=all", rows + "status IN ('open', 'waiting') ORDER BY due_at LIMIT 41", PAGE_MS),
        "mine, with counts": (
            lambda _n: "/cases/?view=mine",
            rows + "status IN ('open', 'waiting') AND owner_id IS NOT NULL ORDER BY due_at LIMIT 41",
            PAGE_MS,
        ),
        "a queue, with counts": (
            lambda _n: f"/cases/?queue={queue}",
            rows + "status IN ('open', 'waiting') AND queue_id IS NOT NULL ORDER BY due_at LIMIT 41",
            PAGE_MS,
        ),
        "one closed case": (lambda n: f"/cases/{ids[n % len(ids)]}/", rows + "c.id = 4711", PAGE_MS),
        "one open case": (lambda n: f"/cases/{still[n % len(still)]}/", rows + "c.id = 4711", PAGE_MS),
        "one common word": (lambda n: f"/cases/?q={names[n % len(names)]}", _search(rows, "rye"), SEARCH_MS),
        "two common words": (
            lambda n: f"/cases/?q={names[n % len(names)]}+{names[(n * 7 + 1) % len(names)]}",
            _search(rows, "rye & cake"),
            SEARCH_MS,
        ),
        "a rare word": (lambda n: f"/cases/?q=x{n % 5000}", _search(rows, "x4711"), SEARCH_MS),
        "two, one of them rare": (lambda n: f"/cases/?q={names[n % len(names)]}+x{n % 5000}", _search(rows, "rye & x4711"), SEARCH_MS),
    }
    print(f"\n{note:30} {'p50 ms':>8} {'p95 ms':>8} {'bare SQL p50 ms':>16} {'ratio':>7}")
    broken = False
    Visitor(port)
    for name, (path, bare, most) in pages.items():
        times = sorted(parallel(port, path))
        middle, high = statistics.median(times), times[int(len(times) * 0.95)]
        plain = plain_sql(database, bare)
        print(
            f"{name:30} {middle:8.1f} {high:8.1f} {plain:16.2f} {middle / plain:7.1f}{'' if high < most else f'  OVER {most} ms'}",
            flush=True,
        )
        broken = broken or high >= most
    return broken


def _search(rows: str, wanted: str) -> str:
    return f"{rows} to_tsvector('simple'::regconfig, c.words) @@ to_tsquery('simple', '{wanted}') ORDER BY c.opened_at DESC LIMIT 40"


def plain_sql(database: psycopg.Connection[Any], statement: str) -> float:
    """Median milliseconds of one plain statement."""
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        database.execute(statement).fetchall()  # type: ignore[arg-type]  # put together here
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
