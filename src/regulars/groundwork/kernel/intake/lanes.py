"""Recording two chunks side by side, each on a connection of its own, where the database can (PostgreSQL).

They write at the same time but commit in the order of the file: a chunk waits for the one before it, so that "done up to here" is always
true and a crash leaves nothing between. What several chunks need (new customers) is made before, chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from threading import Condition, Lock

from django.db import connection, transaction

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.intake.kinds import Kind, Task
from regulars.groundwork.kernel.intake.staging import BatchMoved, OnProgress
from regulars.groundwork.kernel.models import ImportBatch

LANES = 2
PREPARED_TOGETHER = 4
LOOK_SECONDS = 0.5
Span = tuple[int, int]


class Order:
    """How far the chunks are committed; who is ahead waits here."""

    def __init__(self, reached: int) -> None:
        self.reached, self.failed, self.changed = reached, False, Condition()

    def wait_for(self, slot: int) -> None:
        """Return when everything up to `slot` is committed. Raises BatchMoved when that will never be."""
        with self.changed:
            self.changed.wait_for(lambda: self.failed or self.reached >= slot)
            if self.failed:
                raise BatchMoved

    def advance(self, slot: int) -> None:
        """Everything up to `slot` is committed."""
        with self.changed:
            self.reached = slot
            self.changed.notify_all()

    def fail(self) -> None:
        """Let nobody wait any longer."""
        with self.changed:
            self.failed = True
            self.changed.notify_all()


def may_go_side_by_side(batch: ImportBatch, kind: Kind, task: Task) -> bool:
    """Only with other connections that see what this one committed, and for more than one chunk."""
    return (
        on_postgres() and not connection.in_atomic_block and kind.stands_alone(task) and batch.slots - batch.slots_done > kind.slots_at_once
    )


def record_side_by_side(
    batch: ImportBatch,
    kind: Kind,
    task: Task,
    *,
    record: Callable[[Span, Order], None],
    retried: Callable[[Callable[[], None]], None],
    progress: OnProgress,
) -> None:
    """Record the remaining chunks by `record`, which must call `Order.wait_for` before it notes what it did."""
    for first, last in spans(batch, kind, chunks=PREPARED_TOGETHER):
        retried(partial(_prepare, kind, task, first, last))
        progress("preparing", last, batch.slots)
    order, waiting, lock = Order(batch.slots_done), spans(batch, kind), Lock()

    def lane() -> None:
        try:
            while not order.failed:
                with lock:
                    span = next(waiting, None)
                if span is None:
                    return
                retried(partial(record, span, order))
                order.advance(span[1])
        except BaseException:
            order.fail()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(LANES, thread_name_prefix="import") as pool:
        _watch([pool.submit(lane) for _ in range(LANES)], order, batch.slots, progress)


def spans(batch: ImportBatch, kind: Kind, *, chunks: int = 1) -> Iterator[Span]:
    """First and last slot of each chunk (or of so many together) that is not done."""
    for first in range(batch.slots_done + 1, batch.slots + 1, step := kind.slots_at_once * chunks):
        yield first, min(batch.slots, first + step - 1)


def _prepare(kind: Kind, task: Task, first: int, last: int) -> None:
    with transaction.atomic():
        kind.prepare(task, first=first, last=last)


def _watch(lanes: list[Future[None]], order: Order, slots: int, progress: OnProgress) -> None:
    """Tell how far it is until both lanes end; the first fault of a lane travels on."""
    try:
        while wait(lanes, timeout=LOOK_SECONDS).not_done:
            progress("recording", order.reached, slots)
    except BaseException:
        order.fail()
        raise
    faults = [fault for lane in lanes if (fault := lane.exception()) is not None]
    for fault in sorted(faults, key=lambda fault: isinstance(fault, BatchMoved)):
        raise fault
