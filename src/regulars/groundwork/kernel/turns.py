"""Turns: of those who are about to do the same thing, one after the other, each seeing what the one before has done.

For what no constraint can say: two records may share an address when somebody wants it so, but two mails from a stranger are of one stranger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.db import connection

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import fetch


def take_turns(*, names: Collection[str]) -> None:
    """Wait until nobody else holds one of these names, then hold them until the caller's transaction ends.

    What is read afterwards shows what the others have committed. All names of a transaction belong in one call where that is possible: they are
    taken in one order, so that nobody waits for each other. On SQLite, whose transactions write one at a time, there is nothing to wait for.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("take_turns() belongs inside a transaction")
    if not on_postgres() or not names:
        return
    keys = sorted({int.from_bytes(hashlib.sha256(one.encode()).digest()[:8], signed=True) for one in names})
    fetch("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", keys)
