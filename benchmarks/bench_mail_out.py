"""Sending on PostgreSQL: messages a second from one worker process into a local sink, every one judged once more by the gate.

Run: `./regulars bench mail_out` (`--messages`, `--connections`; `--customers 20000 --contacts 100000` for a quick look). Beside it the bare cost: the same bytes pushed into the same kind of sink over as many
connections, with no records kept. Promise: 500 messages a second or more, memory flat from a tenth of the way to the end.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from world import add_words, size_of, world

QUEUE = """
INSERT INTO messaging_message (public_id, business_id, customer_id, key, channel, purpose, contact_class, address, route_domain, shown_name, sender_name,
                               sender_address, subject, text, message_id, in_reply_to, reservation, actor, priority, is_automatic, state, reason, reply_text,
                               attempts, fence, lease_owner, due_at, give_up_at, queued_at, recorded_at)
SELECT gen_random_uuid(), c.business_id, c.id, 'bench-' || c.id, 'email', 'transactional', 'transactional', p.normal, 'mail.example',
       c.display_name, 'Bench', 'hello@bench.example', 'Your order is ready', repeat('Come and fetch it whenever you like. ', 60), c.id || '@bench.example', '', '',
       'system:bench', 5, true, 'queued', '', '', 0, 0, '', now(), now() + interval '3 days', now(), now()
FROM (SELECT min(id) AS low, count(*) AS many FROM customers_customer) whole CROSS JOIN generate_series(0, %(n)s - 1) k
JOIN customers_customer c ON c.id = whole.low + k * greatest(1, whole.many / %(n)s) JOIN customers_contactpoint p ON p.customer_id = c.id AND p.kind = 'email';
ANALYZE messaging_message;
"""


def main() -> int:
    """Fill, send, compare; exit code 1 when the promise is broken."""
    words = argparse.ArgumentParser(description=__doc__)
    add_words(words)
    words.add_argument("--messages", type=int, default=10_000)
    words.add_argument("--connections", type=int, default=40, help="as the program has them when nobody sets another number")
    words.add_argument("--sink", action="store_true", help=argparse.SUPPRESS)
    chosen = words.parse_args([one for one in sys.argv[1:] if one != "mail_out"])
    if chosen.sink:
        return be_sink()
    with world(size_of(chosen)) as address, tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        sink = subprocess.Popen(
            [sys.executable, __file__, "--sink"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": "."},
        )
        assert sink.stdout is not None
        port = sink.stdout.readline().strip()
        os.environ |= {
            "DATABASE_URL": address,
            "REGULARS_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
            "REGULARS_MAIL_URL": f"smtp://127.0.0.1:{port}",
            "REGULARS_MAIL_FROM": "hello@bench.example",
            "REGULARS_MAIL_CONNECTIONS": str(chosen.connections),
        }
        try:
            return measure(chosen, sink)
        finally:
            sink.kill()


def be_sink() -> int:
    """A sink in a process of its own, that counts and tells its count when asked."""
    from tests.messaging.sink import Sink

    sink = Sink(keeps=False)
    print(sink.port, flush=True)
    for _line in sys.stdin:
        print(sink.count, flush=True)
    return 0


def counted(sink: subprocess.Popen[str]) -> int:
    assert sink.stdin is not None
    assert sink.stdout is not None
    sink.stdin.write("?\n")
    sink.stdin.flush()
    return int(sink.stdout.readline())


def measure(chosen: argparse.Namespace, sink: subprocess.Popen[str]) -> int:
    import django

    django.setup()
    from django.db import connection

    from regulars.messaging.models import Message
    from regulars.messaging.services import send_on
    from regulars.messaging.services.composing import message_bytes

    with connection.cursor() as cursor:
        cursor.execute(QUEUE, {"n": chosen.messages})
    content = message_bytes(Message.objects.first())  # type: ignore[arg-type]  # put together here, or rows of a fresh database
    bare = bare_rate(content, min(chosen.messages, 2_000), chosen.connections)
    before = counted(sink)
    early = done = 0
    started = time.perf_counter()

    def goes_on() -> bool:  # asked after each claim; a lane claims 200 at once
        nonlocal early, done
        done += 200
        if not early and done >= chosen.messages // 10:
            early = resident()
        return True

    send_on(owner="bench", now=lambda: datetime.now(UTC), goes_on=goes_on)
    seconds = time.perf_counter() - started
    grown = resident() - early
    assert counted(sink) - before == chosen.messages == Message.objects.filter(state="accepted").count(), "messages were lost or doubled"
    rate = chosen.messages / seconds
    print(f"{'messages':>10} {'sent/s':>8} {'memory grown':>13} {'bare hand-over/s':>17} {'ratio':>6}")
    print(f"{chosen.messages:>10,} {rate:>8.0f} {grown / 1024:>10.1f} MB {bare:>17.0f} {bare / rate:>6.1f}")
    good = rate >= 500 and grown < 50 * 1024
    print("promise kept" if good else "PROMISE BROKEN: 500 a second with flat memory")
    return 0 if good else 1


def resident() -> int:
    """Kilobytes in memory now."""
    match = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(match[1]) if match else 0


def bare_rate(content: bytes, count: int, connections: int) -> float:
    """The same bytes by smtplib over as many connections in threads, and nothing else."""
    import smtplib
    from concurrent.futures import ThreadPoolExecutor
    from urllib.parse import urlsplit

    place = urlsplit(os.environ["REGULARS_MAIL_URL"])
    lines = [smtplib.SMTP(place.hostname or "", place.port or 25) for _number in range(connections)]

    def push(line: smtplib.SMTP) -> None:
        for _number in range(count // connections):
            assert not line.sendmail("bounce@bench.example", ["person@mail.example"], content)
        line.quit()

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(push, lines))
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
