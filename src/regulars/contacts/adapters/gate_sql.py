"""The statements on the gate's hot path: plain SQL, few round trips, no model objects built.

Reserving is compare-and-set. The number of the last change is read first, then the ledger; the pure rules decide; one statement raises
that number (only if it is still the same) and inserts the reservation. Of two who read the same ledger one finds the number raised, reads
again and decides anew. No lock is held while anybody thinks, and nobody waits but for that one row.
"""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from regulars.contacts.rules.gate_deciding import Frozen
from regulars.contacts.rules.gate_windows import Held
from regulars.groundwork.kernel.bulk.copying import on_postgres

SLOT_COLUMNS = (
    "public_id", "business_id", "customer_id", "household", "key", "channel", "purpose", "contact_class", "weight", "priority", "value", "address",
    "at", "expires_at", "held_until", "state", "contact_id", "rules_id", "source", "batch_id", "made_at", "actor", "settled_by", "settled_reason",
)  # fmt: skip
HELD = (
    "s.id, s.public_id, s.at, s.channel, s.purpose, s.contact_class, s.weight, s.priority, s.customer_id, s.state, s.pinned_at, s.expires_at, "
    "s.value, s.household, s.contact_id, s.key"
)
ALIVE = "s.state IN ('reserved', 'confirmed') AND s.at > %s AND (s.state = 'confirmed' OR s.pinned_at IS NOT NULL OR s.held_until > %s)"
RAISE = (
    "INSERT INTO contacts_pressure AS p (subject, version) VALUES (%s, 1) ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
    " WHERE p.version = %s RETURNING version"
)
RAISE_ANYHOW = (
    "INSERT INTO contacts_pressure AS p (subject, version) VALUES (%s, 1) ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read: live entries, freezes, the number of the last change of each subject, the newest version of the rules (0: none)."""

    held: list[Held]
    frozen: tuple[Frozen, ...]
    versions: dict[str, int]
    newest_rules: int


def read_ledger(
    *, business_id: int, customer_ids: Sequence[int], household: str, subjects: Sequence[str], since: datetime, now: datetime
) -> Ledger:
    """The ledger of a person (and of their household, when one is named) from `since` on. Reservations past their time are left out."""
    people, names = _marks(customer_ids), _marks(subjects)
    numbers = (
        "SELECT 'rules', coalesce(max(v.id), 0), CAST(NULL AS timestamptz), CAST(NULL AS timestamptz) FROM contacts_ruleversion v WHERE v.business_id = %s"
        f" UNION ALL SELECT p.subject, p.version, CAST(NULL AS timestamptz), CAST(NULL AS timestamptz) FROM contacts_pressure p WHERE p.subject IN ({names})"
        f" UNION ALL SELECT f.reason, -1, f.since, f.closed_at FROM contacts_freeze f WHERE f.customer_id IN ({people})"
    )
    slots = f"SELECT {HELD} FROM contacts_slot s WHERE s.customer_id IN ({people}) AND {ALIVE}"
    values: list[Any] = [*customer_ids, _at(since), _at(now)]
    if household:
        slots += (
            f" UNION SELECT {HELD} FROM contacts_slot s WHERE s.household = %s AND s.household <> '' AND s.business_id = %s AND {ALIVE}"
        )
        values += [household, business_id, _at(since), _at(now)]
    with connection.cursor() as cursor:
        # The numbers first: what is committed in between makes the number stale, never the ledger.
        cursor.execute(numbers, [business_id, *subjects, *customer_ids])
        rows = cursor.fetchall()
        cursor.execute(slots, values)
        held = [_held(row) for row in cursor.fetchall()]
    frozen = tuple(Frozen(row[0], _instant(row[2]), _instant(row[3]) if row[3] else None) for row in rows if row[1] == -1)
    versions = {row[0]: row[1] for row in rows[1:] if row[1] != -1}
    return Ledger(held, frozen, versions, rows[0][1])


def take_slot(*, slot: Mapping[str, Any], expected: Mapping[str, int], preempt: Sequence[int], at: datetime) -> bool:
    """Insert a reservation if nothing has changed since the ledger was read. False: read again. Raises IntegrityError for a key in use."""
    values = [_value(slot[name]) for name in SLOT_COLUMNS]
    if on_postgres() and not preempt:
        raised = ", ".join(f"raised{n} AS ({RAISE})" for n in range(len(expected)))
        every = ", ".join(f"raised{n}" for n in range(len(expected)))
        statement = f"WITH {raised} INSERT INTO contacts_slot ({', '.join(SLOT_COLUMNS)}) SELECT {_typed_marks()} FROM {every} RETURNING id"
        with connection.cursor() as cursor:
            cursor.execute(statement, [*(part for pair in expected.items() for part in pair), *values])
            return cursor.fetchone() is not None
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


def raise_pressure(*, subjects: Sequence[str]) -> None:
    """Say that the ledger of these subjects changed otherwise: whoever decides about them just now decides anew."""
    with connection.cursor() as cursor:
        for subject in sorted(subjects):
            cursor.execute(RAISE_ANYHOW, [subject])


def _give_way(cursor: Any, own: int, victims: Sequence[int], *, at: datetime, actor: str) -> bool:
    cursor.execute(
        "UPDATE contacts_slot SET state = 'preempted', settled_at = %s, settled_by = %s, settled_reason = 'preempted', preempted_by = %s"
        f" WHERE id IN ({_marks(victims)}) AND state = 'reserved' AND pinned_at IS NULL",
        [_at(at), actor, own, *victims],
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


def _held(row: Sequence[Any]) -> Held:
    return Held(
        id=row[0],
        key=str(row[1]) if isinstance(row[1], UUID) else str(UUID(hex=row[1])),
        at=_instant(row[2]),
        channel=row[3],
        purpose=row[4],
        contact_class=row[5],
        weight=row[6],
        priority=row[7],
        customer_id=row[8],
        reserved=row[9] == "reserved",
        pinned=row[10] is not None,
        expires_at=_instant(row[11]) if row[11] else None,
        value=row[12],
        household=row[13],
        contact=str(row[14] or ""),
        asked_as=row[15],
    )


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _at(value: datetime) -> Any:
    return value if on_postgres() else str(value.astimezone(UTC).replace(tzinfo=None))


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return _at(value)
    return value.hex if isinstance(value, UUID) and not on_postgres() else value
