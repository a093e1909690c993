"""Mail intake on PostgreSQL: messages a second kept and read into contacts, with 100 and with 100,000 messages and jobs waiting.

Run: `./regulars bench mail_in` (`--messages`, `--backlog 100 100000`; `--customers 20000 --contacts 100000` for a quick look). Each round puts a backlog of stored messages and of queued
jobs there first, then keeps and reads `--messages` more through the same steps as the listener and the worker take. Beside it the bare cost on the
same database: the same bytes put into one table by plain SQL, one commit each. Promise: 200 messages a second or more, and no slope.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from world import add_words, size_of, world

SENDERS = 5_000
# Some thousand customers from everywhere among them.
ADDRESSES = """
SELECT p.normal FROM customers_contactpoint p JOIN (SELECT min(id) AS low, count(*) AS many FROM customers_customer) whole ON true
WHERE p.kind = 'email' AND (p.customer_id - whole.low) %% greatest(1, whole.many / %s) = 0 ORDER BY p.customer_id
"""
BODY = b"I would like to order two loaves for Saturday morning, please.\r\n" * 30


def main() -> int:
    """Fill, keep and read, compare; exit code 1 when the promise is broken."""
    words = argparse.ArgumentParser(description=__doc__)
    add_words(words)
    words.add_argument("--messages", type=int, default=1_500)
    words.add_argument("--unknown", type=int, default=50, help="one message in so many comes from somebody nobody knows yet")
    words.add_argument("--backlog", type=int, nargs="+", default=[100, 100_000])
    chosen = words.parse_args([one for one in sys.argv[1:] if one != "mail_in"])
    with world(size_of(chosen)) as address, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        os.environ |= {"DATABASE_URL": address, "REGULARS_VAR": folder, "DJANGO_SETTINGS_MODULE": "regulars.project.settings"}
        return measure(chosen)


def letter(number: int, unknown: int, known: list[str]) -> bytes:
    """A message of about 2 kB; one in `unknown` comes from somebody nobody knows yet, the others from a customer."""
    sender = f"stranger{number}@new.example" if number % unknown == 0 else known[number % len(known)]
    return (
        f"From: Person <{sender}>\r\nTo: shop@fennel.example\r\nSubject: Order {number}\r\nDate: Mon, 15 Jun 2026 10:00:00 +0200\r\n"
        f"Message-ID: <{number}@mail.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    ).encode() + BODY


def measure(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import connection

    from regulars.business.models import Business
    from regulars.messaging.services import mailbox_named

    at = datetime.now(UTC)
    business = Business.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES, [SENDERS])
        known = [row[0] for row in cursor.fetchall()]
    box = mailbox_named(business_id=business.pk, name="shop", at=at, actor="system:bench")
    bare = bare_rate(min(chosen.messages, 1_000), known)
    rates, next_number = [], 0
    print(f"customers {chosen.customers:,}, {chosen.messages:,} messages a round, 1 process")
    print(
        f"{'waiting before':>15} {'kept/s':>8} {'kept and read/s':>16} {'followed up/s':>14} {'jobs left':>10} {'bare insert/s':>14} {'ratio':>6}"
    )
    for backlog in chosen.backlog:
        put_backlog(box.business_id, box.pk, backlog)
        kept, whole, after, left = round_of(box, chosen.messages, next_number, chosen.unknown, known)
        next_number += chosen.messages
        rates.append(whole)
        print(f"{backlog:>15,} {kept:>8.0f} {whole:>16.0f} {after:>14.0f} {left:>10,} {bare:>14.0f} {bare / whole:>6.1f}", flush=True)
    slope = rates[-1] / rates[0]
    print(f"rate with the longest backlog ÷ with the shortest: {slope:.2f}")
    good = min(rates) >= 200 and slope >= 0.8
    print("promise kept" if good else "PROMISE BROKEN: 200 a second and no slope")
    return 0 if good else 1


def put_backlog(business_id: int, mailbox_id: int, count: int) -> None:
    """Stored messages that nobody has read, put off to a later hour, and as many queued jobs of another kind, due after ours."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_rawmail (business_id, digest, size_bytes, content) SELECT %s, md5(n::text || %s), 3, 'x' FROM generate_series(1, %s) n",
            [business_id, str(count), count],
        )
        cursor.execute(
            """INSERT INTO messaging_receipt (public_id, business_id, mailbox_id, raw_id, state, reason, source, envelope_to, received_at, attempts, fault,
               recorded_at, next_at) SELECT gen_random_uuid(), %s, %s, r.id, 'stored', '', '', '[]', now(), 0, '', now(), now() + interval '1 day'
               FROM messaging_rawmail r LEFT JOIN messaging_receipt known ON known.raw_id = r.id WHERE known.id IS NULL""",
            [business_id, mailbox_id],
        )
        cursor.execute(
            """INSERT INTO kernel_job (kind, lane, key, payload, state, due_at, attempts, fence, lease_owner, last_fault, queued_at)
               SELECT 'kernel.deliver', 'quick', 'backlog-' || %s || '-' || n, '{"fact": 0, "reaction": "none"}', 'queued', now() + interval '1 hour', 0, 0, '', '', now()
               FROM generate_series(1, %s) n""",
            [count, count],
        )
        cursor.execute("ANALYZE")


def round_of(box: object, count: int, first: int, unknown: int, known: list[str]) -> tuple[float, float, float, int]:
    """Keep and read messages as listener and worker do, then let the worker do what follows from them (cases, timelines).

    Returns kept a second, kept and read a second, followed up a second, and the jobs that are due and left.
    """
    from django.db import transaction
    from django.db.models.functions import Now

    from regulars.groundwork.kernel.models import Job
    from regulars.groundwork.kernel.worker import Worker
    from regulars.messaging.services import Delivery, read_waiting, receive_mail

    worker = Worker(owner="bench")
    letters = [letter(first + number, unknown, known) for number in range(count)]
    started = time.perf_counter()
    for content in letters:
        receive_mail(mailbox=box, delivery=Delivery(content=content, envelope_from="a@b.example"), at=datetime.now(UTC))  # type: ignore[arg-type]  # put together here, or rows of a fresh database
    kept = time.perf_counter() - started
    while True:  # one transaction for each hundred, as in the job `messaging.read_mail`
        with transaction.atomic():
            if not read_waiting(at=datetime.now(UTC), limit=100):
                break
    whole = time.perf_counter() - started
    begun = time.perf_counter()
    while worker.run_one("quick"):
        pass
    followed = time.perf_counter() - begun
    check(first + count)
    return count / kept, count / whole, count / followed, Job.objects.filter(state="queued", due_at__lte=Now()).count()


def check(expected: int) -> None:
    from regulars.contacts.models import Contact
    from regulars.messaging.models import ReceivedMail

    written = Contact.objects.filter(source="mail").count()
    assert ReceivedMail.objects.filter(kind="contact").count() == written == expected, "messages were lost or doubled"


def bare_rate(count: int, known: list[str]) -> float:
    """The same bytes by plain SQL, one commit each."""
    from django.db import connection

    letters = [letter(-number - 1, 50, known) for number in range(count)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_mail (id bigserial PRIMARY KEY, content bytea)")
        started = time.perf_counter()
        for content in letters:
            cursor.execute("INSERT INTO bare_mail (content) VALUES (%s)", [content])
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare_mail")
    return count / seconds


if __name__ == "__main__":
    sys.exit(main())
