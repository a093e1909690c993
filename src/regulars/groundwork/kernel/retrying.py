"""Conflicts that the database resolves by sending one transaction away are tried again (decision D2)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from django.db import OperationalError, connection

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.02
# serialization_failure and deadlock_detected of PostgreSQL's appendix A.
CONFLICTS = {"40001", "40P01"}


def is_conflict(fault: OperationalError) -> bool:
    """Whether the same transaction may succeed when it is simply tried again."""
    return getattr(fault.__cause__, "sqlstate", None) in CONFLICTS or "database is locked" in str(fault)


def retried[T](act: Callable[[], T]) -> T:
    """Perform a whole transaction, up to five times when it meets a conflict, with growing jittered pauses.

    The last conflict travels on and becomes 503 with Retry-After. Inside somebody else's transaction there is no second try:
    only its owner can begin it anew.
    """
    attempts = 1 if connection.in_atomic_block else ATTEMPTS
    for attempt in range(1, attempts + 1):
        try:
            return act()
        except OperationalError as fault:
            if attempt == attempts or not is_conflict(fault):
                raise
            time.sleep(random.uniform(0.5, 1) * FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311 — spreading load, no secret
    raise AssertionError("unreachable")
