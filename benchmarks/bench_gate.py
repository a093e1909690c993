"""The gate under 32 parallel clients on PostgreSQL: decisions a second with reservation, and exactly the allowed number.

Run: `./regulars bench gate` (`--customers 20000 --contacts 100000` for a quick look, `--decisions`, `--clients`, `--processes`). Two runs: every question
reserves a place; then ten questions race for the one free place of each customer. Beside them the bare cost: the same clients on the same
database, each taking the row lock, counting and inserting by plain SQL, with no rules to obey. Promise: 2,000 decisions a second or more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent))
from world import add_words, fill, size_of, world

RULES = {
    "caps": [
        {"name": "weekly", "most": 3, "days": 7, "for_service": 1},
        {"name": "monthly", "most": 8, "days": 30, "classes": ["promotional", "survey"]},
        {"name": "surveys", "most": 1, "days": 30, "classes": ["survey"]},
    ],
    "weights": {"phone": 2},
    "quiet_hours": {"default": [{"from": "20:00", "to": "08:00"}]},
}
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
# Four confirmed contacts of the last two weeks for everybody, before what is measured.
SLOTS = """
INSERT INTO contacts_slot (public_id, business_id, customer_id, household, key, channel, purpose, contact_class, weight, priority, value, address, at,
                           held_until, state, source, made_at, actor, settled_by, settled_reason)
SELECT md5('slot:' || c.id || ':' || k)::uuid, c.business_id, c.id, '', '', 'email', 'offers', 'promotional', 1, 5, 0, '',
       %(noon)s - k * interval '2 days' - interval '1 hour', now(), 'confirmed', 'bench', now(), 'system:bench', '', ''
FROM customers_customer c, unnest(ARRAY[1, 5, 9, 14]) k
"""


def main() -> int:
    """Fill, race, count; exit code 1 when the promise is broken or one place too many was given."""
    words = argparse.ArgumentParser(description=__doc__)
    add_words(words)
    words.add_argument("--decisions", type=int, default=12_000)
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--processes", type=int, default=2, help="as many as the program starts by itself (REGULARS_WEB_WORKERS)")
    words.add_argument("--worker", default="", help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.worker:
        return work(json.loads(given.worker))
    with world(size_of(given)) as address, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        return measure(address, folder, given)


def measure(uri: str, folder: str, given: argparse.Namespace) -> int:
    """All runs and one table."""
    environment = os.environ | {
        "DATABASE_URL": uri,
        "REGULARS_VAR": folder,
        "PYTHONPATH": "src",
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
        "REGULARS_POOL_SIZE": str(-(-given.clients // given.processes) + 1),
    }
    program = [sys.executable, "-m", "regulars"]
    rules = Path(folder) / "rules.json"
    rules.write_text(json.dumps(RULES))
    subprocess.run([*program, "gate", "rules", "apply", str(rules)], env=environment, check=True, stdout=subprocess.DEVNULL)
    with psycopg.connect(uri, autocommit=True) as database:
        (business,) = database.execute("SELECT id FROM business_business").fetchone() or (0,)
        fill(database, "contacts_slot", SLOTS, {"noon": NOON})
        (first,) = database.execute("SELECT min(id) FROM customers_customer").fetchone() or (0,)
        database.execute("CHECKPOINT")
    os.sync()  # the slots too go to the disk before the clock starts
    lines, faults = [], []
    for name, ask in (("each reserves a place", "free"), ("ten race for each place", "race"), ("bare SQL, each inserts", "bare")):
        seconds, answers = race(environment, given, ask, business, first)
        total = sum(answers.values())
        lines.append((name, total, total / seconds, answers))
        print(f"{name:<26} {total:>7,} in {seconds:5.1f} s = {total / seconds:7,.0f}/s  {dict(answers)}")
    expected = given.decisions // 10
    if lines[1][3]["allow"] != expected:
        faults.append(f"{lines[1][3]['allow']} places were given, {expected} were free")
    if lines[0][3]["allow"] != lines[0][1]:
        faults.append("not every free place was given")
    if lines[0][2] < 2000:
        faults.append(f"{lines[0][2]:,.0f} decisions a second, 2,000 were promised")
    print(f"The gate costs {lines[2][2] / lines[0][2]:.1f} times the bare lock, count and insert.")
    print("\n".join(f"BROKEN: {one}" for one in faults) or "Every promise is kept.")
    return 1 if faults else 0


def race(environment: dict[str, str], given: argparse.Namespace, ask: str, business: int, first: int) -> tuple[float, Counter[str]]:
    """Let all processes start when the last of them is ready; seconds from there to the last answer, and the answers."""
    share = given.decisions // given.processes
    tasks = [
        {"ask": ask, "business": business, "first": first, "customers": given.customers, "share": share, "place": place, "decisions": given.decisions,
         "threads": given.clients // given.processes, "processes": given.processes}
        for place in range(given.processes)
    ]  # fmt: skip
    words = [sys.executable, __file__, "--worker"]
    running = [
        subprocess.Popen([*words, json.dumps(task)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for task in tasks
    ]
    for one in running:
        assert one.stdout
        one.stdout.readline()
    begun = time.time()
    for one in running:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [json.loads(one.communicate()[0].splitlines()[-1]) for one in running]
    answers: Counter[str] = Counter()
    for one in said:
        answers.update(one["answers"])
    cpu = sum(one["cpu"] for one in said) / sum(answers.values())
    print(f"{'':<26} {cpu * 1e6:,.0f} µs of CPU of the clients for each")
    return max(one["ended"] for one in said) - begun, answers


def work(task: dict[str, object]) -> int:
    """One process: its threads share its part of the questions."""
    import django

    django.setup()
    share, place, threads = int(str(task["share"])), int(str(task["place"])), int(str(task["threads"]))
    questions = list(range(share * place, share * (place + 1)))
    if task["ask"] == "race":  # each process asks about everybody, so that the ten really meet
        questions = [n for n in range(int(str(task["decisions"]))) if n % int(str(task["processes"])) == place]
    Random(place).shuffle(questions)
    act = bare(task) if task["ask"] == "bare" else asking(task)
    answers: Counter[str] = Counter()
    lock = threading.Lock()

    ready = threading.Barrier(threads + 1)

    def serve(own: list[int]) -> None:
        act(own[0] if task["ask"] == "bare" else -1)  # opens the connection
        ready.wait()
        ready.wait()
        counted = Counter(act(n) for n in (own[1:] if task["ask"] == "bare" else own))
        with lock:
            answers.update(counted)

    clients = [threading.Thread(target=serve, args=(questions[n::threads],)) for n in range(threads)]
    for client in clients:
        client.start()
    ready.wait()
    print("ready", flush=True)
    sys.stdin.readline()
    spent = time.process_time()
    ready.wait()
    for client in clients:
        client.join()
    print(json.dumps({"answers": answers, "ended": time.time(), "cpu": time.process_time() - spent}))
    return 0


def asking(task: dict[str, object]) -> Callable[[int], str]:
    """Ask the gate as the program does. Free: a service contact, for which there is room. Race: an offer, of which one more may go out."""
    from regulars.business.queries import Scope
    from regulars.contacts.services import Ask, decide_contact

    scope = Scope(int(str(task["business"])))
    first, customers, decisions = int(str(task["first"])), int(str(task["customers"])), int(str(task["decisions"]))
    racing = task["ask"] == "race"

    def ask(n: int) -> str:
        if n < 0:  # only to be ready
            decide_contact(
                scope=scope, customer_id=first, ask=Ask("email", "legal", "legal"), reserve=False, key="", at=NOON, actor="system:bench"
            )
            return ""
        # Spread over all: the free places are those of every other customer, those raced for belong to the others.
        place, places = (n % (decisions // 10), decisions // 10) if racing else (n, decisions)
        customer = first + (place * max(2, customers // places // 2 * 2) + racing) % customers
        question = Ask("email", "offers", "promotional") if racing else Ask("email", "service", "service")
        at = NOON - timedelta(hours=2) if racing else NOON + timedelta(days=14 + 9 * (n * 2 // customers))
        found = decide_contact(
            scope=scope, customer_id=customer, ask=question, reserve=True, key=f"{task['ask']}-{n}", at=at, actor="system:bench"
        )
        return found.answer

    return ask


def bare(task: dict[str, object]) -> Callable[[int], str]:
    """The same by plain SQL: lock the customer's row, count the window, insert."""
    local = threading.local()
    first, customers, business = int(str(task["first"])), int(str(task["customers"])), int(str(task["business"]))
    decisions = int(str(task["decisions"]))
    count = "SELECT coalesce(sum(weight), 0) FROM contacts_slot WHERE customer_id = %s AND state IN ('reserved', 'confirmed') AND at > %s"
    lock = "INSERT INTO contacts_pressure AS p VALUES (%s, 1) ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
    insert = (
        "INSERT INTO contacts_slot (public_id, business_id, customer_id, household, key, channel, purpose, contact_class, weight, priority, value, address,"
        " at, held_until, state, source, made_at, actor, settled_by, settled_reason) VALUES (gen_random_uuid(), %s, %s, '', %s, 'email', 'service',"
        " 'service', 1, 5, 0, '', %s, %s, 'reserved', 'bench', now(), 'bench', '', '')"
    )

    def ask(n: int) -> str:
        if not hasattr(local, "database"):
            local.database = psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=1)
        database: psycopg.Connection = local.database
        customer, at = first + n * max(2, customers // decisions // 2 * 2) % customers, NOON + timedelta(days=60 + 9 * (n * 2 // customers))
        with database.transaction():
            database.execute(lock, [f"customer:{customer}"])
            (spent,) = database.execute(count, [customer, at - timedelta(days=7)]).fetchone() or (0,)
            if spent < 3:
                database.execute(insert, [business, customer, f"bare-{n}", at, at])
        return "allow" if spent < 3 else "defer"

    return ask


if __name__ == "__main__":
    sys.exit(main())
