"""Search, list and customer page over HTTP with a million customers on PostgreSQL and four parallel clients; start of the web process.

Run: `./regulars bench pages` (or `--customers 100000` for a quick look). Beside each page stands the bare cost: the same rows by plain SQL over one connection.
Promise: p95 under 100 ms for each page, web process up within 2 s.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from servers import server

PASSWORD = "benchmark-brioche-9"
EMAIL = "owner@bench.example"
GIVEN = "ada bo cleo dora emil fran greta hugo iris jonas kata linh milo nora otto petra quinn rosa sven tereza uma vera willa xenia yara zoltan".split()
FAMILY = "lindqvist jensen marsh nagy tran novak carvalho ozola berg costa duarte eriksen fischer gomes hansen ivanov jung kovacs lopez moreau".split()
CLIENTS, ROUNDS = 4, 120

FILL = """
INSERT INTO customers_customer (public_id, business_id, kind, given_name, family_name, organisation_name, display_name, sort_name, language, zone, note,
                                prospect, created_at)
SELECT gen_random_uuid(), %(business)s, 'person', g, f, '', g || ' ' || f, f || ' ' || g, '', '', '', false, now()
FROM (SELECT (%(given)s::text[])[1 + (n * 7919) %% %(g)s] AS g,
             (%(family)s::text[])[1 + (n * 104729) %% %(f)s] || ' ' || (n / 400) AS f FROM generate_series(1::bigint, %(n)s) n) names;
INSERT INTO customers_externalid (business_id, customer_id, source, value) SELECT business_id, id, 'card', 'C-' || id FROM customers_customer;
INSERT INTO customers_contactpoint (customer_id, kind, value, normal, label, added_at)
SELECT id, 'email', given_name || '.' || id || '@mail.example', given_name || '.' || id || '@mail.example', '', now() FROM customers_customer;
INSERT INTO customers_searchword (business_id, customer_id, word)
SELECT c.business_id, c.id, w FROM customers_customer c,
  LATERAL unnest(ARRAY[c.given_name, split_part(c.family_name, ' ', 1), split_part(c.family_name, ' ', 2), 'c-' || c.id, c.given_name || '.' || c.id || '@mail.example']) w;
INSERT INTO customers_searchbeginnings (customer_id, beginnings)
SELECT w.customer_id, string_agg(DISTINCT left(w.word, size), ' ' ORDER BY left(w.word, size)) FROM customers_searchword w, generate_series(2, 4) size
WHERE left(w.word, size) ~ '^[a-z]+$' AND length(w.word) >= size GROUP BY w.customer_id;
INSERT INTO customers_trait (business_id, customer_id, name, value, explanation, source, published_at)
SELECT business_id, id, 'segment', (ARRAY['regular','new','slipping away','gone quiet'])[1 + id %% 4], '{}', 'bench', now() FROM customers_customer;
INSERT INTO purchases_purchase (public_id, business_id, customer_id, at, currency, amount_minor, kind, source, source_key, receipt, recorded_at)
SELECT gen_random_uuid(), business_id, id, now() - ((id * 31 + k * 977) %% 700) * interval '1 day', 'EUR', 100 + (id * k) %% 9000, 'sale', 'bench', id || '/' || k, '', now()
FROM customers_customer, generate_series(1, 3) k;
ANALYZE;
"""


def main() -> int:
    """Fill, start, measure, print; exit code 1 when a promise was broken."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    customers = arguments.parse_args().customers
    with server() as uri, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        return measure(uri, folder, customers)


def measure(uri: str, folder: str, customers: int) -> int:
    environment = os.environ | {"DATABASE_URL": uri, "REGULARS_VAR": folder, "PYTHONPATH": "src"}
    program = [sys.executable, "-m", "regulars"]
    hire = [*program, "staff", "add", "--email", EMAIL, "--name", "Owner", "--password-stdin"]
    subprocess.run(hire, env=environment, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
    started = time.perf_counter()
    with psycopg.connect(uri, autocommit=True) as database:
        (business,) = database.execute("SELECT id FROM business_business").fetchone() or (0,)
        values = {"business": business, "given": GIVEN, "family": FAMILY, "g": len(GIVEN), "f": len(FAMILY), "n": customers}
        for statement in FILL.strip().rstrip(";").split(";\n"):
            database.execute(statement, values if "%(" in statement else None) if "%(" in statement else database.execute(
                statement.replace("%%", "%")
            )
    print(f"{customers:,} customers, {3 * customers:,} purchases made in {time.perf_counter() - started:.0f} s")
    alone = web_start(environment)
    port = "8951"
    begun = time.perf_counter()
    log = open(Path(folder) / "log", "w")
    process = subprocess.Popen([*program, "--no-migrate", "run", "--no-demo", "--port", port], env=environment, stdout=log, stderr=log)
    try:
        await_health(int(port))
        up = time.perf_counter() - begun
        return report(int(port), uri, up, alone)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def web_start(environment: dict[str, str]) -> float:
    """Seconds from the start of one web process to its first answer; the median of three."""
    words = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "regulars.project.wsgi:application",
        "--port",
        "8952",
        "--log-level",
        "error",
    ]
    # An installed program has its bytecode; the first start writes it where it is missing.
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        process = subprocess.Popen(words, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_health(8952)
        times.append(time.perf_counter() - begun)
        process.send_signal(signal.SIGTERM)
        process.wait(40)
    return statistics.median(times)


def await_health(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the web process did not come up")


class Visitor:
    """One signed-in client on one connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        page = self.ask("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "email": EMAIL, "password": PASSWORD})
        self.ask("/sign-in/", body)
        assert "regulars" in self.cookies, "signing in failed"

    def ask(self, path: str, body: str | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Host": "localhost"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("POST" if body is not None else "GET", path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _sep, rest = line.partition("=")
            self.cookies[name] = rest.split(";")[0]
        assert response.status in (200, 302), (path, response.status)
        return text


def report(port: int, uri: str, up: float, alone: float) -> int:
    with psycopg.connect(uri, autocommit=True) as database:
        ids = [str(row[0]) for row in database.execute("SELECT public_id FROM customers_customer TABLESAMPLE SYSTEM (0.1) LIMIT 400")]
        pages = {
            "search, one word": lambda n: "/customers/?q=" + random.Random(n).choice(FAMILY)[:4],
            "search, two words": lambda n: f"/customers/?q={random.Random(n).choice(GIVEN)}+{random.Random(n + 1).choice(FAMILY)[:3]}",
            "search, card": lambda n: f"/customers/?q=C-{1 + n * 37}",
            "search, nobody": lambda n: f"/customers/?q=zzz{n}+ada",
            "list": lambda n: "/customers/",
            "customer page": lambda n: f"/customers/{ids[n % len(ids)]}/",
            "purchases": lambda n: "/purchases/",
            "today": lambda n: "/",
        }
        bare = bare_costs(database, ids)
        print(f"\n{'page':20} {'p50 ms':>8} {'p95 ms':>8} {'bare SQL p50 ms':>16} {'ratio':>7}")
        broken = alone > 2
        for name, path in pages.items():
            times = sorted(parallel(port, path))
            middle, high = statistics.median(times), times[int(len(times) * 0.95)]
            plain = bare.get(name)
            ratio = f"{middle / plain:7.1f}" if plain else "       "
            print(
                f"{name:20} {middle:8.1f} {high:8.1f} {f'{plain:16.2f}' if plain else ' ' * 16} {ratio}{'' if high < 100 else '  OVER 100 ms'}"
            )
            broken = broken or high >= 100
    print(
        f"\nweb process, start to first answer: {alone:.2f} s{'' if alone <= 2 else '  OVER 2 s'}; `regulars run` with worker: {up:.2f} s"
    )
    return int(broken)


def parallel(port: int, path: object) -> list[float]:
    """Milliseconds of each request of four clients at once."""
    times: list[float] = []

    def visit(number: int) -> None:
        visitor = Visitor(port)
        for n in range(5):
            visitor.ask(path(number * 1000 + n))  # type: ignore[operator]  # a function of the number
        for n in range(ROUNDS):
            begun = time.perf_counter()
            visitor.ask(path(number * ROUNDS + n))  # type: ignore[operator]  # a function of the number
            times.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == CLIENTS * ROUNDS, "a client failed"
    return times


def bare_costs(database: psycopg.Connection[tuple[object, ...]], ids: list[str]) -> dict[str, float]:
    """Median milliseconds of the rows that a page shows, by plain SQL over one connection."""
    statements = {
        "search, one word": (
            "SELECT c.* FROM customers_customer c JOIN (SELECT DISTINCT customer_id FROM (SELECT customer_id FROM customers_searchword "
            "WHERE business_id = 1 AND word >= %s AND word < %s ORDER BY word LIMIT 400) w LIMIT 50) f ON f.customer_id = c.id",
            ("lind", "lind\U0010ffff"),
        ),
        "list": ("SELECT * FROM customers_customer WHERE business_id = 1 ORDER BY sort_name, id LIMIT 51", ()),
        "customer page": (
            "SELECT p.* FROM purchases_purchase p JOIN customers_customer c ON c.id = p.customer_id WHERE c.public_id = %s ORDER BY p.at DESC LIMIT 31",
            (ids[0],),
        ),
        "purchases": ("SELECT * FROM purchases_purchase WHERE business_id = 1 ORDER BY at DESC, id DESC LIMIT 51", ()),
    }
    found = {}
    for name, (statement, values) in statements.items():
        times = []
        for _ in range(60):
            begun = time.perf_counter()
            database.execute(statement, values).fetchall()
            times.append((time.perf_counter() - begun) * 1000)
        found[name] = statistics.median(times)
    return found


if __name__ == "__main__":
    sys.exit(main())
