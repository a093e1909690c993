"""Points under fire: 32 clients over HTTP at four web processes on PostgreSQL, the worker beside them, fight for the same points.

Run: `./regulars bench loyalty_races` (`--rounds 2` for a quick look). Stories: the last points, crossing transfers, refunds of one sale, holds that are
captured and released at once, holds that have run out, one key fired 20 times, one receipt under 20 keys, and all of it on one member.
Promises: each point goes once, `regulars verify` finds the books in order, no answer but those that the story explains: no 500, and after a 503
(the database sent one away five times) the same request succeeds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bench_pages import await_health
from servers import server

CLIENTS, PROCESSES = 32, 4
SCOPES = "loyalty:read,loyalty:write,loyalty:adjust,loyalty:programs,customers:write"
PROGRAM = {
    "code": "crumbs",
    "name": "Crumbs",
    "currency": "EUR",
    "zone": "Europe/Berlin",
    "units": [{"code": "points", "name": "Points", "worth": "0.10"}],
    "earning": [{"code": "per-euro", "name": "One point per euro", "unit": "points", "points": 1, "per_amount": 1}],
}
Answer = tuple[int, dict[str, Any]]


@dataclass
class Shop:
    """The server, a key, and what was answered so far."""

    port: int
    key: str
    local: threading.local = field(default_factory=threading.local)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0

    def post(self, path: str, body: dict[str, Any], key: str = "") -> Answer:
        """Ask until the answer is not 503, with the same key each time."""
        key = key or f"race-{self.number()}"
        while True:
            status, answer = self.ask("POST", path, json.dumps(body), {"Idempotency-Key": key, "Content-Type": "application/json"})
            with self.lock:
                self.answers[f"{status} {answer.get('code', '')}".strip()] += 1
            if status != 503:
                return status, answer
            time.sleep(random.uniform(0.05, 0.2))

    def ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request on this thread's own connection."""
        link = getattr(self.local, "link", None)
        if link is None:
            link = self.local.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, f"/api/v1/{path}", body, {"Authorization": f"Bearer {self.key}"} | (headers or {}))
            response = link.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            # The server may close a connection that has served long; the key makes the repeat safe.
            self.local.link = None
            return self.ask(method, path, body, headers)
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, {"code": text[:80].decode(errors="replace")}

    def number(self) -> int:
        """A number that nobody had before."""
        with self.lock:
            self.count += 1
            return self.count

    def newcomer(self, points: int) -> str:
        """A member with so many points; gives their id."""
        status, made = self.post("customers", {"given_name": "Racer", "external_id": f"N-{self.number()}"})
        assert status == 201, made
        if points:
            status, given = self.post("adjustments", {"customer": made["id"], "unit": "points", "units": points, "reason": "a start"})
            assert status == 201, given
        return str(made["id"])

    def sale(self, who: str, amount: str, **more: Any) -> dict[str, Any]:
        return {"customer": who, "amount": amount, "currency": "EUR", "receipt": f"R-{self.number()}"} | more

    def account(self, who: str) -> dict[str, int]:
        """Usable, pending, held and owed points."""
        _status, answer = self.ask("GET", f"members/{who}/accounts")
        return {name: int(answer["items"][0][name]) for name in ("usable", "pending", "held", "debt")}


@dataclass
class Race:
    """All clients at once; what is wrong afterwards."""

    shop: Shop
    crowd: ThreadPoolExecutor
    faults: list[str] = field(default_factory=list)

    def run(self, acts: Iterable[Callable[[], Answer]]) -> list[Answer]:
        """Everything at once; the answers in the order of the acts."""
        return list(self.crowd.map(lambda act: act(), acts))

    def expect(self, name: str, found: object, wanted: object) -> None:
        """Note what is not as it must be."""
        if found != wanted:
            self.faults.append(f"{name}: {found}, expected {wanted}")


def last_points(race: Race) -> None:
    """500 points, 32 sales that each want all of them: one gets them."""
    shop = race.shop
    who = shop.newcomer(500)
    redeem = {"unit": "points", "units": 500}
    found = race.run(lambda: shop.post("sales", shop.sale(who, "50.00", redeem=redeem)) for _one in range(CLIENTS))
    race.expect("last points", Counter(status for status, _body in found), Counter({201: 1, 409: CLIENTS - 1}))
    race.expect("last points left", shop.account(who)["usable"], 0)


def crossing_transfers(race: Race) -> None:
    """Two members send each other points, both ways at once: together they keep what they had."""
    shop = race.shop
    pair = [shop.newcomer(300), shop.newcomer(300)]

    def send(turn: int) -> Answer:
        giver, getter = pair[turn % 2], pair[1 - turn % 2]
        return shop.post("transfers", {"from": giver, "to": getter, "unit": "points", "units": 10 + turn})

    found = race.run(lambda turn=turn: send(turn) for turn in range(2 * CLIENTS))  # type: ignore[misc]  # mypy can't type a lambda's default
    race.expect("transfers", {status for status, _body in found} - {201, 409}, set())
    race.expect("transferred", sum(shop.account(who)["usable"] for who in pair), 600)


def refunds_of_one_sale(race: Race) -> None:
    """A sale of 100.00, of which 8.00 in points; 32 refunds of 10.00: nine fit, and take back and restore in proportion."""
    shop = race.shop
    who = shop.newcomer(80)
    _status, sold = shop.post("sales", shop.sale(who, "100.00", redeem={"unit": "points", "units": 80}))
    path = f"sales/{sold['purchase']['id']}/refunds"
    found = race.run(lambda: shop.post(path, {"receipt": f"B-{shop.number()}", "amount": "10.00"}) for _one in range(CLIENTS))
    race.expect("refunds", Counter(status for status, _body in found), Counter({201: 9, 409: CLIENTS - 9}))
    # Kept are 2.00 of 92.00: two points earned, and of the 80 paid all but 80 x 90 / 92 = 78 are back.
    race.expect("after refunds", shop.account(who)["usable"], 2 + 78)


def holds_settled_twice(race: Race) -> None:
    """Ten holds of 50; each captured in part and released by three clients each at once: one of both wins."""
    shop = race.shop
    who = shop.newcomer(500)
    held = race.run(lambda: shop.post("holds", {"customer": who, "unit": "points", "units": 50}) for _one in range(CLIENTS))
    race.expect("holds", Counter(status for status, _body in held), Counter({201: 10, 409: CLIENTS - 10}))
    ids = [body["id"] for status, body in held if status == 201]
    ends = [(one, verb) for one in ids for verb in ("capture", "release")] * 3
    random.shuffle(ends)
    found = race.run(
        lambda one=one, verb=verb: shop.post(f"holds/{one}/{verb}", {"units": 30} if verb == "capture" else {})  # type: ignore[misc]  # as above
        for one, verb in ends
    )
    spent = {one for (one, verb), (status, _body) in zip(ends, found, strict=True) if verb == "capture" and status == 200}
    freed = {one for (one, verb), (status, _body) in zip(ends, found, strict=True) if verb == "release" and status == 200}
    race.expect("holds settled both ways", spent & freed, set())
    race.expect("holds settled", len(spent | freed), 10)
    race.expect("after holds", shop.account(who), {"usable": 500 - 30 * len(spent), "pending": 0, "held": 0, "debt": 0})


def one_key_twenty_times(race: Race) -> None:
    """One sale under one key, 20 times at once; then its receipt under 20 other keys."""
    shop = race.shop
    who = shop.newcomer(100)
    body, key = shop.sale(who, "20.00", redeem={"unit": "points", "units": 100}), f"key-{shop.number()}"
    found = race.run(lambda: shop.post("sales", body, key=key) for _one in range(20))
    race.expect(
        "one key", {(status, json.dumps(answer)) for status, answer in found if status != 409} - {(201, json.dumps(found[0][1]))}, set()
    )
    race.expect("one key's refusals", {answer["code"] for status, answer in found if status == 409} - {"idempotency_in_flight"}, set())
    again = race.run(lambda: shop.post("sales", body) for _one in range(20))
    race.expect("one receipt", Counter(status for status, _body in again), Counter({200: 20}))
    race.expect("one receipt's entries", {json.dumps(answer["entries"]) for _status, answer in again}, {json.dumps(found[0][1]["entries"])})
    race.expect("after one key", shop.account(who)["usable"], 10)


def all_on_one_member(race: Race) -> None:
    """Sales, refunds, holds, transfers and adjustments of one member at once: whatever came first, the sum agrees."""
    shop = race.shop
    who, other = shop.newcomer(400), shop.newcomer(0)
    sales = [shop.post("sales", shop.sale(who, "30.00"))[1]["purchase"]["id"] for _one in range(6)]

    def act(turn: int) -> Answer:
        kinds: list[Callable[[], Answer]] = [
            lambda: shop.post("sales", shop.sale(who, "12.00", redeem={"unit": "points", "units": 50})),
            lambda: shop.post(f"sales/{sales[turn % 6]}/refunds", {"receipt": f"B-{shop.number()}", "amount": "7.00"}),
            lambda: shop.post("transfers", {"from": who, "to": other, "unit": "points", "units": 9}),
            lambda: shop.post("holds", {"customer": who, "unit": "points", "units": 40}),
            lambda: shop.post("adjustments", {"customer": who, "unit": "points", "units": 5 if turn % 2 else -5, "reason": "race"}),
        ]
        return kinds[turn % 5]()

    found = race.run(lambda turn=turn: act(turn) for turn in range(4 * CLIENTS))  # type: ignore[misc]  # as above
    race.expect("all on one", {status for status, _body in found} - {201, 409}, set())


def run_out(race: Race, ids: list[str], members: list[str], ends: float) -> None:
    """Holds whose minute is over, captured and released by everybody at once: nothing is spent, all is free once."""
    time.sleep(max(0.0, ends - time.monotonic()))
    shop = race.shop
    found = race.run(
        lambda one=one, verb=verb: shop.post(f"holds/{one}/{verb}", {})  # type: ignore[misc]  # as above
        for one in ids
        for verb in ("capture", "release", "capture")
    )
    race.expect("run out", {status for status, _body in found[::3] + found[2::3]}, {409})
    race.expect(
        "run out, left",
        {json.dumps(shop.account(who)) for who in members},
        {json.dumps({"usable": 60, "pending": 0, "held": 0, "debt": 0})},
    )


STORIES = [last_points, crossing_transfers, refunds_of_one_sale, holds_settled_twice, one_key_twenty_times, all_on_one_member]


def main() -> int:
    """Start, race, count; exit code 1 when a promise was broken."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=10, help="how often each story is told")
    given = words.parse_args()
    with server() as uri, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": uri,
            "REGULARS_VAR": folder,
            "PYTHONPATH": "src",
            "REGULARS_WEB_WORKERS": str(PROCESSES),
            "REGULARS_POOL_SIZE": str(CLIENTS // PROCESSES * 2),
        }
        program = [sys.executable, "-m", "regulars"]
        told = subprocess.run(
            [*program, "staff", "key", "--name", "races", "--scope", SCOPES], env=environment, check=True, capture_output=True, text=True
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(Path(folder) / "log", "w") as log:
            process = subprocess.Popen(
                [*program, "--no-migrate", "run", "--no-demo", "--port", str(port)], env=environment, stdout=log, stderr=log
            )
            try:
                await_health(port)
                faults = races(Shop(port, told.stdout.split()[-1]), given.rounds)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(40)
        proved = subprocess.run([*program, "verify"], check=False, env=environment, capture_output=True, text=True)
        print((proved.stdout + proved.stderr).strip()[-400:])
        if proved.returncode:
            faults.append("the books don't agree")
    print("\n".join(f"BROKEN: {one}" for one in faults) or "Every promise is kept.")
    return 1 if faults else 0


def races(shop: Shop, rounds: int) -> list[str]:
    """All stories, again and again; what was wrong."""
    status, made = shop.post("programs", PROGRAM)
    assert status == 201, made
    with ThreadPoolExecutor(CLIENTS) as crowd:
        race = Race(shop, crowd)
        members = [shop.newcomer(60) for _one in range(5)]
        ids = [shop.post("holds", {"customer": who, "unit": "points", "units": 50, "minutes": 1})[1]["id"] for who in members]
        ends = time.monotonic() + 61
        for story in STORIES:
            begun, before = time.monotonic(), sum(shop.answers.values())
            for _round in range(rounds):
                story(race)
            asked, took = sum(shop.answers.values()) - before, time.monotonic() - begun
            print(f"{story.__name__.replace('_', ' '):<24}{asked:>7,} requests in {took:5.1f} s = {asked / took:5.0f}/s")
        run_out(race, ids, members, ends)
    for answer, count in sorted(shop.answers.items()):
        print(f"{count:>8,}  {answer}")
    unexplained = sum(count for answer, count in shop.answers.items() if answer[0] == "5" and not answer.startswith("503"))
    return race.faults + ([f"{unexplained} answers that nobody can explain"] if unexplained else [])


if __name__ == "__main__":
    sys.exit(main())
