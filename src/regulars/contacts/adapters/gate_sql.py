"""Taking a place in the ledger: compare and set, in the words of each database.

The number of the last change was read before the ledger; one statement raises that number (only if it is still the same) and inserts the
reservation. Of two who read the same ledger one finds the number raised, reads again and decides anew. No lock is held while anybody
thinks, and nobody waits but for that one row.
"""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

SLOT_COLUMNS = (
    "public_id", "business_id", "customer_id", "household", "key", "channel", "purpose", "contact_class", "weight", "priority", "value", "address",
    "at", "expires_at", "held_until", "state", "contact_id", "rules_id", "source", "batch_id", "made_at", "actor", "settled_by", "settled_reason",
)  # fmt: skip
RAISE = (
    "INSERT INTO contacts_pressure AS p (subject, version) VALUES (%s, 1) ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
    " WHERE p.version = %s RETURNING version"
)
RAISE_ANYHOW = (
    "INSERT INTO contacts_pressure AS p (subject, version) VALUES (%s, 1) ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
)


def take_slot(*, slot: Mapping[str, Any], expected: Mapping[str, int], preempt: Sequence[int], at: datetime) -> bool:
    """Insert a reservation if nothing has changed since the ledger was read. False: read again. Raises IntegrityError for a key in use."""
    if on_postgres() and not preempt:
        pairs = (part for pair in expected.items() for part in pair)
        return bool(fetch_prepared(_take_statement(len(expected)), *pairs, *(slot[name] for name in SLOT_COLUMNS)))
    values = [_value(slot[name]) for name in SLOT_COLUMNS]
    with transaction.atomic(), connection.cursor() as cursor:
        for subject, version in expected.items():
            cursor.execute(RAISE, [subject, version])
            if cursor.fetchone() is None:
                transaction.set_rollback(True)
                return False
        cursor.execute(f"INSERT INTO contacts_slot ({', '.join(SLOT_COLUMNS)}) VALUES ({_marks(SLOT_COLUMNS)}) RETURNING id", values)
        (own,) = cursor.fetchone()
        if preempt and not _give_way(cursor, own, preempt, at=at, actor=slot["actor"]):
            transaction.set_rollback(True)
            return False
    return True


@lru_cache(maxsize=4)
def _take_statement(subjects: int) -> str:
    raised = ", ".join(f"raised{n} AS ({RAISE})" for n in range(subjects))
    every = ", ".join(f"raised{n}" for n in range(subjects))
    return f"WITH {raised} INSERT INTO contacts_slot ({', '.join(SLOT_COLUMNS)}) SELECT {_typed_marks()} FROM {every} RETURNING id"


def raise_pressure(*, subjects: Sequence[str]) -> None:
    """Say that the ledger of these subjects changed otherwise: whoever decides about them just now decides anew."""
    with connection.cursor() as cursor:
        for subject in sorted(subjects):
            cursor.execute(RAISE_ANYHOW, [subject])


def _give_way(cursor: Any, own: int, victims: Sequence[int], *, at: datetime, actor: str) -> bool:
    cursor.execute(
        "UPDATE contacts_slot SET state = 'preempted', settled_at = %s, settled_by = %s, settled_reason = 'preempted', preempted_by = %s"
        f" WHERE id IN ({_marks(victims)}) AND state = 'reserved' AND pinned_at IS NULL",
        [instant_value(at), actor, own, *victims],
    )
    return bool(cursor.rowcount == len(victims))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


TYPES = {
    "public_id": "uuid", "business_id": "bigint", "customer_id": "bigint", "weight": "smallint", "priority": "smallint", "value": "bigint",
    "at": "timestamptz", "expires_at": "timestamptz", "held_until": "timestamptz", "contact_id": "bigint", "rules_id": "bigint",
    "batch_id": "bigint", "made_at": "timestamptz",
}  # fmt: skip


def _typed_marks() -> str:
    return ", ".join(f"%s::{TYPES.get(name, 'text')}" for name in SLOT_COLUMNS)


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_value(value)
    return value.hex if isinstance(value, UUID) and not on_postgres() else value
