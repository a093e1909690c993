"""Sending until nothing is due, side by side where the database can: while one lane waits for a commit or for the mail server, the other works.

Each lane claims messages of its own, on its own connections to the database and to the mail server; together they have as many of the latter
as the settings say.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.messaging.services.sending import CLAIM, Clock, Outlet, outlets, send_due

LANES = 2


def send_on(*, owner: str, now: Clock, goes_on: Callable[[], bool], claim: int = CLAIM) -> int:
    """Send what is due until nothing is or `goes_on` says no; it is asked between two claims of each lane. Returns how many were claimed.

    A fault of one lane ends the other after what it has claimed, and travels on.
    """
    ways = outlets(owner=owner, lanes=LANES if on_postgres() and not connection.in_atomic_block else 1)
    if len(ways) == 1:
        return _sent_through(ways[0], now, goes_on, claim)
    broken: list[BaseException] = []

    def lane(way: Outlet) -> int:
        try:
            return _sent_through(way, now, lambda: not broken and goes_on(), claim)
        except BaseException as fault:
            broken.append(fault)
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(len(ways), thread_name_prefix="mail") as pool:
        return sum(pool.map(lane, ways))


def _sent_through(way: Outlet, now: Clock, goes_on: Callable[[], bool], claim: int) -> int:
    count = 0
    with way as through:
        while (claimed := send_due(through=through, now=now, limit=claim)) and goes_on():
            count += claimed
    return count + claimed
