"""A business with many customers, made from numbered rows and a seed: what benchmarks measure in front of.

Everything looks thrown by dice and is the same each time: names, addresses, numbers, search words, permissions, purchases, and contacts of which the first
customer has 10,000 and the others as many as a skewed lot gives them. A million customers with ten million contacts take some minutes; where several benchmarks
run one after the other, `REGULARS_BENCH_SERVER` may name a PostgreSQL server whose superuser we are: there the world is made once, kept as a
template, and copied for each of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

sys.path.insert(0, str(Path(__file__).resolve().parent))
from servers import server

PASSWORD = "benchmark-brioche-9"
EMAIL = "owner@bench.example"
SERVER = "REGULARS_BENCH_SERVER"
BUSIEST = 10_000
GIVEN = "ada bo cleo dora emil fran greta hugo iris jonas kata linh milo nora otto petra quinn rosa sven tereza uma vera willa xenia yara zoltan".split()
FAMILY = "lindqvist jensen marsh nagy tran novak carvalho ozola berg costa duarte eriksen fischer gomes hansen ivanov jung kovacs lopez moreau".split()
CHANNELS = ("email", "phone", "visit", "till", "sms", "post", "social")
NATURES = ("question", "request", "complaint", "praise", "advice", "follow-up", "offer", "survey")
OUTCOMES = ("resolved", "pleased", "answered", "promised", "unresolved", "displeased", "")
Link = psycopg.Connection[tuple[Any, ...]]

# Each table with the statement that fills it. Numbers come from a hash of the row's number and the seed.
FILL = (
    ("customers_customer", """
INSERT INTO customers_customer (public_id, business_id, kind, given_name, family_name, organisation_name, display_name, sort_name, language, zone, note,
                                prospect, created_at)
SELECT md5('customer:' || %(seed)s || ':' || n)::uuid, %(business)s, 'person', initcap(g), initcap(f), '', initcap(g || ' ' || f), f || ' ' || g, '',
       'Europe/London', '', false, now() - interval '3 years'
FROM (SELECT n, (%(given)s::text[])[1 + (hashint8extended(n, %(seed)s) & 1048575) %% %(g)s] AS g,
             (%(family)s::text[])[1 + (hashint8extended(n, %(seed)s + 1) & 1048575) %% %(f)s] || ' ' || (n / 400) AS f
      FROM generate_series(1::bigint, %(customers)s) n) names ORDER BY n"""),
    ("customers_externalid", """
INSERT INTO customers_externalid (business_id, customer_id, source, value) SELECT business_id, id, 'card', 'C-' || id FROM customers_customer"""),
    ("customers_contactpoint", """
INSERT INTO customers_contactpoint (customer_id, kind, value, normal, label, added_at)
SELECT id, 'email', lower(given_name) || '.' || id || '@mail.example', lower(given_name) || '.' || id || '@mail.example', '', created_at FROM customers_customer"""),
    ("customers_searchword", """
INSERT INTO customers_searchword (business_id, customer_id, word)
SELECT c.business_id, c.id, w FROM customers_customer c, LATERAL unnest(ARRAY[lower(c.given_name), lower(split_part(c.family_name, ' ', 1)),
  split_part(c.family_name, ' ', 2), 'c-' || c.id, lower(c.given_name) || '.' || c.id || '@mail.example']) w"""),
    ("customers_searchbeginnings", """
INSERT INTO customers_searchbeginnings (customer_id, beginnings)
SELECT w.customer_id, string_agg(DISTINCT left(w.word, size), ' ' ORDER BY left(w.word, size)) FROM customers_searchword w, generate_series(2, 4) size
WHERE left(w.word, size) ~ '^[a-z]+$' AND length(w.word) >= size GROUP BY w.customer_id"""),
    ("customers_trait", """
INSERT INTO customers_trait (business_id, customer_id, name, value, explanation, source, published_at)
SELECT business_id, id, 'segment', (ARRAY['regular', 'new', 'slipping away', 'gone quiet'])[1 + id %% 4], '{}', 'bench', now() FROM customers_customer"""),
    ("customers_consentevent", """
INSERT INTO customers_consentevent (business_id, customer_id, channel, purpose, address, given, text_version, source, proof, actor, at, recorded_at)
SELECT business_id, id, 'email', 'offers', '', true, 'v1', 'bench', '{}', 'system:bench', now() - interval '90 days', now() FROM customers_customer"""),
    ("purchases_purchase", """
INSERT INTO purchases_purchase (public_id, business_id, customer_id, at, currency, amount_minor, kind, source, source_key, receipt, recorded_at)
SELECT md5('purchase:' || %(seed)s || ':' || id || ':' || k)::uuid, business_id, id, now() - ((id * 31 + k * 977) %% 700) * interval '1 day', 'EUR',
       100 + (id * k) %% 9000, 'sale', 'bench', id || '/' || k, '', now()
FROM customers_customer, generate_series(1, %(purchases)s) k"""),
    ("contacts_contact", """
INSERT INTO contacts_contact (public_id, business_id, customer_id, at, channel, direction, began_by, nature, topic, outcome, mood_stated, staff_id, minutes,
                              effort, note, links, actor, source, source_key, recorded_at)
SELECT md5('contact:' || %(seed)s || ':' || n)::uuid, %(business)s,
       CASE WHEN n < %(most)s THEN %(first)s ELSE %(first)s + floor(%(customers)s * power((h & 268435455) / 268435456.0, 2))::bigint END,
       date_trunc('second', now()) - ((h >> 28) & 134217727) %% 94608000 * interval '1 second',
       (%(channels)s::text[])[1 + (w %% 7)], CASE WHEN w & 1 = 1 THEN 'in' ELSE 'out' END, CASE WHEN w & 1 = 1 THEN 'customer' ELSE 'business' END,
       (%(natures)s::text[])[1 + (w %% 8)], 'product', (%(outcomes)s::text[])[1 + (w %% 7)], w %% 5 - 2, %(staff)s, w %% 30, NULL,
       'A note of some words about bread, number ' || n || '.', '{}', 'system:bench', 'bench', n::text, now()
FROM generate_series(0::bigint, %(contacts)s - 1) n, LATERAL (SELECT hashint8extended(n, %(seed)s) AS h) a, LATERAL (SELECT ((h >> 8) & 65535)::int AS w) b"""),
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large the world is, and its seed."""

    customers: int
    contacts: int
    seed: int = 7
    purchases: int = 3

    @property
    def name(self) -> str:
        """The name of the template that keeps it."""
        return f"regulars_world_{self.customers}_{self.contacts}_{self.purchases}_{self.seed}"


def add_words(words: argparse.ArgumentParser, *, customers: int = 1_000_000, contacts: int = 10_000_000) -> None:
    """The options by which a benchmark is told how large a world it wants."""
    words.add_argument("--customers", type=int, default=customers)
    words.add_argument("--contacts", type=int, default=contacts)
    words.add_argument("--seed", type=int, default=7)


def size_of(given: argparse.Namespace) -> Size:
    """The size that `add_words` was told."""
    return Size(given.customers, given.contacts, given.seed)


@contextmanager
def world(size: Size) -> Iterator[str]:
    """The address of a database of one's own with such a world in it; it ends with the block."""
    begun = time.perf_counter()
    place = os.environ.get(SERVER)
    if not place:
        with server() as address:
            make(address, size)
            _settle(size, "made", begun)
            yield address
        return
    own = f"regulars_bench_{os.getpid()}"
    with psycopg.connect(place, autocommit=True) as link:
        known = link.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [size.name]).fetchone()
        if not known:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(size.name)))
            link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(size.name)))
            make(_at(place, size.name), size)
            link.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false").format(sql.Identifier(size.name)))
        copy = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
        link.execute(sql.SQL(copy).format(sql.Identifier(own), sql.Identifier(size.name)))
        program("migrate", address=_at(place, own))  # the template may be older than the program
        _settle(size, "copied" if known else "made", begun)
        try:
            yield _at(place, own)
        finally:
            link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(own)))


def _settle(size: Size, how: str, begun: float) -> None:
    """Let what was filled go to the disk: gigabytes on their way there would slow what is measured next."""
    os.sync()
    _say(size, how, begun)


def make(address: str, size: Size) -> None:
    """Bring an empty database up to date, hire the owner, fill all tables."""
    program("staff", "add", "--email", EMAIL, "--name", "Owner", "--password-stdin", address=address, says=PASSWORD)
    with psycopg.connect(address, autocommit=True) as link:
        (business,) = link.execute("SELECT id FROM business_business").fetchone() or (0,)
        (staff,) = link.execute("SELECT id FROM staff_employee").fetchone() or (0,)
        values = {
            "business": business, "staff": staff, "first": 0, "most": min(BUSIEST, size.contacts), "given": GIVEN, "g": len(GIVEN), "family": FAMILY,
            "f": len(FAMILY), "channels": list(CHANNELS), "natures": list(NATURES), "outcomes": list(OUTCOMES), "customers": size.customers,
            "contacts": size.contacts, "seed": size.seed, "purchases": size.purchases,
        }  # fmt: skip
        for table, statement in FILL:
            fill(link, table, statement, values)
            if table == "customers_customer":
                (values["first"],) = link.execute("SELECT min(id) FROM customers_customer").fetchone() or (0,)


def program(*words: str, address: str, says: str = "") -> None:
    """Run the program once on a database; it brings the tables up to date first."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        environment = os.environ | {"DATABASE_URL": address, "REGULARS_VAR": folder, "PYTHONPATH": "src"}
        command = [sys.executable, "-m", "regulars", *words]
        subprocess.run(command, env=environment, input=says, text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fill(link: Link, table: str, statement: str, values: dict[str, Any]) -> None:
    """Fill a table by one statement; indexes are built when all rows stand. It refers to rows that are there, so nobody looks them up."""
    with link.transaction():
        link.execute("SET LOCAL session_replication_role = replica")
        link.execute("SET LOCAL synchronous_commit = off")
        link.execute("SET LOCAL maintenance_work_mem = '512MB'")
        link.execute("SET LOCAL work_mem = '256MB'")
        later = indexes_taken_off(link, table)
        link.execute(statement, values)  # type: ignore[arg-type]  # put together here, or rows of a fresh database
        for one in later:
            link.execute(one)  # type: ignore[arg-type]  # put together here, or rows of a fresh database
    link.execute(f"VACUUM ANALYZE {table}")  # type: ignore[arg-type]  # put together here, or rows of a fresh database


def indexes_taken_off(link: Link, table: str) -> list[str]:
    """Take all indexes but the primary key off a table; returns the statements that put them back."""
    unique = link.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'", (table,)
    ).fetchall()
    for name, _definition in unique:
        link.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')  # type: ignore[arg-type]  # put together here, or rows of a fresh database
    plain = link.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary",
        (table,),
    ).fetchall()
    for name, _definition in plain:
        link.execute(f"DROP INDEX {name}")  # type: ignore[arg-type]  # put together here, or rows of a fresh database
    back = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for name, definition in unique]
    return [*back, *[str(definition) for _name, definition in plain]]


def _say(size: Size, how: str, begun: float) -> None:
    print(f"{size.customers:,} customers, {size.contacts:,} contacts {how} in {time.perf_counter() - begun:.0f} s", flush=True)


def _at(place: str, name: str) -> str:
    """The same server, another database."""
    return psycopg.conninfo.make_conninfo(place, dbname=name) if "://" not in place else f"{place.rsplit('/', 1)[0]}/{name}"
