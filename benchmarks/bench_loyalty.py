"""Loyalty in front of a million members, twenty million entries and two thousand active offers, on PostgreSQL.

Run: `./regulars bench loyalty` (`--members 20000` for a quick look). Over HTTP, one after another: quotes of a 20-line basket, sales that earn, sales that
redeem and earn, the balance of an account with 10,000 entries. In processes: earning against the same rows as plain SQL in one transaction, members who
fight for the last of a reward, and a million lots that end together. Promises: see PROMISES; nothing is oversold, and `regulars verify` finds the
books in order afterwards. Codes have a benchmark of their own: `./regulars bench vouchers`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import await_health
from loyalty_world import ENDS_TOGETHER, PROGRAM, loyalty_world
from servers import settings_of

SCOPES = "loyalty:read,loyalty:write,customers:read"
PROMISES = {
    "quote of 20 lines": 25.0,
    "sale of 20 lines that earns": 40.0,
    "sale of 3 lines that redeems and earns": 40.0,
    "balance, 10,000 entries": 5.0,
}
RATIO_MIN, LAST_MIN, EXPIRE_MAX, LAST_STOCK = 0.5, 300.0, 300.0, 1_000


@dataclass
class Till:
    """A till that asks one thing after another on one connection."""

    port: int
    key: str
    members: list[int]
    dice: Random
    count: int = 0

    def __post_init__(self) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[float, int, dict[str, Any]]:
        """One request; how long it took in milliseconds, the status, the answer."""
        self.count += 1
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Idempotency-Key": f"bench-{self.count}"}
        text = json.dumps(body) if body is not None else None
        begun = time.perf_counter()
        self.link.request(method, f"/api/v1/{path}", text, headers)
        response = self.link.getresponse()
        read = response.read()
        return (time.perf_counter() - begun) * 1000, response.status, json.loads(read)

    def basket(self, lines: int) -> list[dict[str, str]]:
        """So many different lines, each tenth one coffee."""
        goods = self.dice.sample(range(3000), lines)
        return [
            {
                "product": f"Product {one}",
                "category": "coffee" if place % 10 == 3 else f"Group {one % 60}",
                "quantity": str(1 + one % 3),
                "amount": f"{1 + one % 9}.{one % 90 + 10}",
            }
            for place, one in enumerate(goods)
        ]

    def card(self) -> str:
        """The card of somebody."""
        return f"C-{self.dice.choice(self.members)}"

    def quote(self) -> tuple[float, int, dict[str, Any]]:
        return self.ask("POST", "quotes", {"customer": self.card(), "currency": "EUR", "source": "till", "lines": self.basket(20)})

    def sale(self) -> tuple[float, int, dict[str, Any]]:
        return self._sell(20)

    def redeem(self) -> tuple[float, int, dict[str, Any]]:
        return self._sell(3, redeem={"unit": "points", "units": "50"})

    def _sell(self, lines: int, **more: Any) -> tuple[float, int, dict[str, Any]]:
        basket = self.basket(lines)
        cents = sum(int(line["amount"].replace(".", "")) for line in basket)
        sale = {"customer": self.card(), "currency": "EUR", "source": "till", "receipt": f"B-{self.count}", "lines": basket}
        return self.ask("POST", "sales", sale | {"amount": f"{cents // 100}.{cents % 100:02}"} | more)


def main() -> int:
    """Measure all of it; exit code 1 when a promise is broken."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--members", type=int, default=1_000_000)
    words.add_argument("--offers", type=int, default=2_000)
    words.add_argument("--asks", type=int, default=1_000, help="how many quotes, sales and balances")
    words.add_argument("--only", default="", help="http, balance, earn, last or expire")
    words.add_argument("--address", default="", help="a database in which the world stands already; it is changed")
    words.add_argument("--worker", default="", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.worker:
        return work(json.loads(given.worker))
    os.environ["REGULARS_SECRET_KEY"] = token_hex(32)  # one for all processes
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        if given.address:
            return measure(given.address, folder, given)
        with loyalty_world(given.members, given.offers) as address:
            return measure(address, folder, given)


def measure(address: str, folder: str, given: argparse.Namespace) -> int:
    """All runs, a line each."""
    environment = os.environ | {
        "DATABASE_URL": address, "REGULARS_VAR": folder, "PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "regulars.project.settings", "REGULARS_WEB_WORKERS": "1",
    }  # fmt: skip
    with psycopg.connect(address) as link:
        members, entries = (
            link.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("customers_customer", "loyalty_entry")
        )  # type: ignore[index]
    print(f"{members:,} members, {entries:,} entries, {given.offers:,} offers")
    runs: dict[str, Callable[[], list[str]]] = {
        "http": lambda: over_http(address, environment, given.asks),
        "earn": lambda: earning(address, environment),
        "last": lambda: last_ones(address, environment),
        "balance": lambda: balance(environment, given.asks),
        "expire": lambda: expiry(address, environment, members),
    }
    faults = []
    for name, run in runs.items():
        if given.only in ("", name):
            faults += run()
    proved = subprocess.run([sys.executable, "-m", "regulars", "verify"], check=False, env=environment, capture_output=True, text=True)
    print((proved.stdout + proved.stderr).strip()[-400:])
    if proved.returncode:
        faults.append("the books don't agree")
    print(settings_of(address))
    print("\n".join(f"BROKEN: {one}" for one in faults) or "Every promise is kept.")
    return 1 if faults else 0


def over_http(address: str, environment: dict[str, str], asks: int) -> list[str]:
    """One till that asks one thing after another."""
    key = told(environment, "staff", "key", "--name", "till", "--scope", SCOPES).split()[-1]
    with psycopg.connect(address) as link:
        members = [row[0] for row in link.execute("SELECT id FROM customers_customer ORDER BY hashint8(id) LIMIT 20000")]
        first = link.execute("SELECT min(id) FROM customers_customer").fetchone()
    assert first is not None
    faults = []
    with running(environment) as port:
        till = Till(port, key, [one for one in members if one != first[0]], Random(7))
        busy = f"members/C-{first[0]}/accounts"
        kinds = {
            "quote of 20 lines": till.quote,
            "sale of 20 lines that earns": till.sale,
            "sale of 3 lines that redeems and earns": till.redeem,
            "accounts, 10,000 entries": lambda: till.ask("GET", busy),
        }
        bare = sorted(till.ask("GET", "programs/none")[0] for _one in range(200))  # what HTTP, the key and one look-up cost
        print(f"{'nothing (404)':<40}p50 {bare[100]:6.1f} ms, p95 {bare[190]:6.1f} ms")
        for name, ask in kinds.items():
            for _warm in range(50):
                ask()
            found = [ask() for _one in range(asks)]
            wrong = {(status, answer.get("code")) for _took, status, answer in found if status not in (200, 201)}
            took = sorted(one[0] for one in found)
            p95 = took[int(len(took) * 0.95)]
            promise = f"; promised p95 {PROMISES[name]:.0f} ms" if name in PROMISES else ""
            print(f"{name:<40}p50 {took[len(took) // 2]:6.1f} ms, p95 {p95:6.1f} ms, slowest {took[-1]:6.1f} ms{promise}")
            faults += [f"{name}: p95 {p95:.1f} ms"] if p95 > PROMISES.get(name, p95) else []
            faults += [f"{name}: {wrong}"] if wrong else []
    return faults


def balance(environment: dict[str, str], asks: int) -> list[str]:
    """What the busiest member has, asked in a process of the program: what the same costs over HTTP stands above."""
    found = asked(environment, {"work": "balance", "count": asks})
    promise = PROMISES["balance, 10,000 entries"]
    print(f"{'balance, 10,000 entries':<40}p50 {found['p50']:6.1f} ms, p95 {found['p95']:6.1f} ms; promised p95 {promise:.0f} ms")
    return [f"balance: p95 {found['p95']:.1f} ms"] if found["p95"] > promise else []


def earning(address: str, environment: dict[str, str]) -> list[str]:
    """Ten thousand recorded purchases earn; then the rows that this made, once more by plain SQL in one transaction, a statement a row."""
    found = asked(environment, {"work": "earn", "count": 10_000})
    bare = bare_seconds(address)
    ratio = bare / found["seconds"]
    print(
        f"earning: {found['purchases']:,} purchases, {found['entries']:,} entries in {found['seconds']:.1f} s = {found['purchases'] / found['seconds']:,.0f} purchases/s"
    )
    print(f"the same rows as plain SQL: {bare:.1f} s; earning goes {ratio:.2f} times as fast (promised {RATIO_MIN})")
    return [f"earning goes {ratio:.2f} times as fast as plain SQL"] if ratio < RATIO_MIN else []


def bare_seconds(address: str) -> float:
    """Write the entries, lots and kept figures that the worker's earning made into tables of the same shape: one transaction, a statement a row."""
    with psycopg.connect(address) as link:
        for table in ("entry", "lot", "account"):
            link.execute(f"CREATE TEMP TABLE bare_{table} (LIKE loyalty_{table} INCLUDING ALL)")  # type: ignore[arg-type]  # one of ours
        entries = link.execute("SELECT e.* FROM loyalty_entry e WHERE e.actor = 'system:bench-earn' ORDER BY e.id").fetchall()
        lots = link.execute(
            "SELECT l.* FROM loyalty_lot l JOIN loyalty_entry e ON e.id = l.entry_id WHERE e.actor = 'system:bench-earn' ORDER BY l.id"
        ).fetchall()
        link.execute(
            "INSERT INTO bare_account SELECT DISTINCT a.* FROM loyalty_account a JOIN loyalty_entry e ON e.account_id = a.id WHERE e.actor = 'system:bench-earn'"
        )
        link.execute("ANALYZE bare_account")
        link.commit()
        steps = [(row[6], row[1]) for row in entries]
        begun = time.perf_counter()
        with link.transaction():
            cursor = link.cursor()
            for table, rows in (("entry", entries), ("lot", lots)):
                marks = ", ".join(["%s"] * len(rows[0]))
                statement = f"INSERT INTO bare_{table} VALUES ({marks})"
                for row in rows:
                    cursor.execute(statement, [json.dumps(cell) if isinstance(cell, dict) else cell for cell in row])  # type: ignore[arg-type]  # one of ours
            for units, account in steps:
                cursor.execute(
                    "UPDATE bare_account SET balance = balance + %s, entries_count = entries_count + 1 WHERE id = %s", (units, account)
                )
        return time.perf_counter() - begun


def last_ones(address: str, environment: dict[str, str]) -> list[str]:
    """Four processes give the last 1,000 of a reward to 1,500 members, each of whom could pay for it."""
    processes = 4
    tasks = [{"work": "last", "part": part, "of": processes, "members": LAST_STOCK * 3 // 2} for part in range(processes)]
    begun = time.perf_counter()
    workers = [subprocess.Popen(_worker(task), env=environment, stdout=subprocess.PIPE, text=True) for task in tasks]
    found = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
    given, refused = sum(one["given"] for one in found), sum(one["refused"] for one in found)
    seconds = max(one["until"] for one in found) - min(one["since"] for one in found)
    with psycopg.connect(address) as link:
        row = link.execute(
            "SELECT (SELECT taken FROM loyalty_rewardstock WHERE reward = 'mug'), (SELECT count(*) FROM loyalty_voucher WHERE reward = 'mug')"
        ).fetchone()
    print(
        f"the last {LAST_STOCK:,} of a reward: {given:,} given, {refused:,} refused in {seconds:.1f} s = {given / seconds:,.0f} given/s (promised {LAST_MIN:.0f}); {time.perf_counter() - begun:.0f} s with the start"
    )
    faults = [] if row == (LAST_STOCK, LAST_STOCK) and given == LAST_STOCK else [f"stock and vouchers {row}, given {given}"]
    return faults + ([f"{given / seconds:.0f} given a second"] if given / seconds < LAST_MIN else [])


def expiry(address: str, environment: dict[str, str], members: int) -> list[str]:
    """One lot of each member ends."""
    with psycopg.connect(address, autocommit=True) as link:
        # What ends later can't be booked now: the day on which they end together is yesterday.
        link.execute("UPDATE loyalty_lot SET expires_at = now() - interval '1 day' WHERE expires_at = %s", (ENDS_TOGETHER,))
        link.execute("VACUUM ANALYZE loyalty_lot")
    begun = time.perf_counter()
    told(environment, "loyalty", "expire")
    took = time.perf_counter() - begun
    with psycopg.connect(address) as link:
        row = link.execute("SELECT count(*) FROM loyalty_entry WHERE kind = 'expired'").fetchone()
    assert row is not None
    most = EXPIRE_MAX * max(members / 1_000_000, 0.1)
    print(f"{row[0]:,} lots ended in {took:.1f} s = {row[0] / took:,.0f}/s (promised {most:.0f} s)")
    return ([f"lots ended in {took:.0f} s"] if took > most else []) + ([] if row[0] >= members * 0.9 else [f"only {row[0]} lots ended"])


def told(environment: dict[str, str], *words: str) -> str:
    """What a word of the program prints."""
    return subprocess.run([sys.executable, "-m", "regulars", *words], check=True, env=environment, capture_output=True, text=True).stdout


def asked(environment: dict[str, str], task: dict[str, Any]) -> dict[str, Any]:
    """What a process of the program answers to a task."""
    said = subprocess.run(_worker(task), check=True, env=environment, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return answer


def _worker(task: dict[str, Any]) -> list[str]:
    return [sys.executable, __file__, "--worker", json.dumps(task)]


@contextmanager
def running(environment: dict[str, str]) -> Iterator[int]:
    """The port of the program as it runs in production: web and worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(environment["REGULARS_VAR"]) / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "regulars", "--no-migrate", "run", "--no-demo", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=out,
        )
        try:
            await_health(port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def work(task: dict[str, Any]) -> int:
    """In a process of the program."""
    import django

    django.setup()
    print(json.dumps({"balance": work_balance, "earn": work_earn, "last": work_last}[task["work"]](task)))
    return 0


def work_balance(task: dict[str, Any]) -> dict[str, Any]:
    """The first member's balances, again and again."""
    from regulars.customers.models import Customer
    from regulars.groundwork.kernel import clock
    from regulars.loyalty.queries import balances_of

    first = Customer.objects.order_by("pk")[0]
    took = []
    for _one in range(task["count"] + 20):
        begun = time.perf_counter()
        found = balances_of(customer=first, at=clock.now())
        took.append((time.perf_counter() - begun) * 1000)
    assert found
    took = sorted(took[20:])
    return {"p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)]}


def work_earn(task: dict[str, Any]) -> dict[str, Any]:
    """Purchases of as many members earn; they were recorded before, as an import does it."""
    from regulars.business.queries import scope_named
    from regulars.groundwork.kernel import clock
    from regulars.loyalty.services import earn_by_purchases
    from regulars.purchases.models import Purchase

    newest = Purchase.objects.filter(kind="sale", source="bench").order_by("customer_id", "-pk").distinct("customer_id")
    numbers = list(newest.values_list("pk", flat=True)[: task["count"]])
    scope = scope_named(business="")
    begun, made = time.perf_counter(), 0
    for place in range(0, len(numbers), 1000):
        made += earn_by_purchases(scope=scope, numbers=numbers[place : place + 1000], at=clock.now(), actor="system:bench-earn")
    return {"seconds": time.perf_counter() - begun, "purchases": len(numbers), "entries": made}


def work_last(task: dict[str, Any]) -> dict[str, Any]:
    """One of several processes that give a reward away."""
    from regulars.business.queries import scope_named
    from regulars.customers.models import Customer
    from regulars.groundwork.kernel import clock
    from regulars.groundwork.kernel.retrying import retried
    from regulars.loyalty.queries import program_coded
    from regulars.loyalty.services import OutOfStock, redeem_reward

    program = program_coded(scope=scope_named(business=""), code=PROGRAM)
    assert program is not None
    members = list(Customer.objects.order_by("pk")[10 : task["members"] + 10])[task["part"] :: task["of"]]
    given = refused = 0
    since = time.time()
    for one in members:
        try:
            retried(lambda one=one: redeem_reward(program=program, customer=one, reward="mug", at=clock.now(), actor="system:bench"))  # type: ignore[misc]  # mypy can't type a lambda's default
            given += 1
            until = time.time()
        except OutOfStock:
            refused += 1
    return {"given": given, "refused": refused, "since": since, "until": until}


if __name__ == "__main__":
    sys.exit(main())
