"""Many alike parts of a work done by two hands at once, each on a connection of its own, where the database can (PostgreSQL): while one
waits for the database, the other reckons."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from threading import Event, Lock

from django.db import connection

from regulars.groundwork.kernel.bulk.copying import on_postgres

HANDS = 2


def done_abreast[P, R](work: Callable[[P], R], parts: Iterable[P]) -> Generator[R]:
    """What `work` makes of each part, as it is done, in no order. Each part is a transaction of `work`'s own.

    `parts` is walked by the hands, one at a time. The first fault travels on after what is under way has ended; no further part is begun
    then, nor when the caller closes this (`contextlib.closing`). Inside of a transaction, which no other connection could see, and on SQLite, one hand does all.
    """
    if connection.in_atomic_block or not on_postgres():
        yield from map(work, parts)
        return
    made: SimpleQueue[R | _End] = SimpleQueue()
    hands = _Hands(work, iter(parts), made)
    with ThreadPoolExecutor(HANDS, thread_name_prefix="abreast") as pool:
        try:
            for _ in range(HANDS):
                pool.submit(hands.run)
            ended = 0
            while ended < HANDS:
                found = made.get()
                if isinstance(found, _End):
                    ended += 1
                else:
                    yield found
        finally:
            hands.stopped.set()
    if hands.faults:
        raise hands.faults[0]


class _End:
    """A hand has nothing more to do."""


class _Hands[P, R]:
    def __init__(self, work: Callable[[P], R], parts: Iterator[P], made: SimpleQueue[R | _End]) -> None:
        self.work, self.parts, self.made = work, parts, made
        self.lock, self.stopped = Lock(), Event()
        self.faults: list[BaseException] = []

    def run(self) -> None:
        """Take part after part until there is none."""
        try:
            while not self.stopped.is_set():
                with self.lock:
                    taken = list(islice(self.parts, 1))
                if not taken:
                    break
                self.made.put(self.work(taken[0]))
        except BaseException as fault:
            self.faults.append(fault)
            self.stopped.set()
        finally:
            connection.close()
            self.made.put(_End())
