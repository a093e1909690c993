"""Taking a place in the ledger: compare and set, in the words of each database.

The number of the last change was read before the ledger; one statement raises that number (only if it is still the same) and inserts the
reservation, for as many customers at once as are asked. Of two who read the same ledger one finds the number raised, reads again and decides anew. No lock is held while anybody
thinks, and nobody waits but for that one row.
"""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value, run
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
RAISE_ALL = (
    'INSERT INTO contacts_pressure AS p (subject, version) SELECT s, 1 FROM unnest(%s::text[]) AS s ORDER BY s COLLATE "C"'
    " ON CONFLICT (subject) DO UPDATE SET version = p.version + 1"
)

SETTLE_ONE = (
    "UPDATE contacts_slot SET state = 'confirmed', at = %s, contact_id = %s, settled_at = %s, settled_by = %s, settled_reason = '', pinned_at = NULL"
    " WHERE id = %s AND state IN ('reserved', 'expired')"
)
SETTLE = (
    "UPDATE contacts_slot s SET state = 'confirmed', at = g.at, contact_id = g.contact_id, settled_at = %s::timestamptz, settled_by = g.actor,"
    " settled_reason = '', pinned_at = NULL"
    " FROM json_to_recordset(%s::json) AS g(id bigint, contact_id bigint, at timestamptz, actor text)"
    " WHERE s.id = g.id AND s.state IN ('reserved', 'expired') RETURNING s.id"
)


def take_slots(*, wanted: Sequence[tuple[Mapping[str, Any], Mapping[str, int]]]) -> set[UUID]:
    """Insert those reservations, each given with the numbers that were read, whose ledger has not changed since. Returns their public ids.

    No two of them may share a subject. One whose key is in use is left out like one that came too late.
    """
    if not on_postgres():
        return {slot["public_id"] for slot, expected in wanted if _taken_alone(slot, expected)}
    read = [
        {"n": n, "subject": subject, "version": version}
        for n, (_slot, expected) in enumerate(wanted)
        for subject, version in expected.items()
    ]
    slots = [{"n": n} | {name: slot[name] for name in SLOT_COLUMNS} for n, (slot, _expected) in enumerate(wanted)]
    found = fetch_prepared(_take_statement(), json.dumps(read), json.dumps(slots, default=str))
    return {UUID(str(row[0])) for row in found}


def take_in_place(*, slot: Mapping[str, Any], expected: Mapping[str, int], preempt: Sequence[int], at: datetime) -> bool:
    """Insert a reservation in place of others, if nothing has changed since the ledger was read. False: read again.

    Raises IntegrityError for a key in use.
    """
    with transaction.atomic():
        own = _inserted(slot, expected)
        if own is None or not _give_way(own, preempt, at=at, actor=slot["actor"]):
            transaction.set_rollback(True)
            return False
    return True


def _taken_alone(slot: Mapping[str, Any], expected: Mapping[str, int]) -> bool:
    try:
        with transaction.atomic():
            if _inserted(slot, expected) is None:
                transaction.set_rollback(True)
                return False
    except IntegrityError:
        if not slot["key"]:
            raise
        return False
    return True


def _inserted(slot: Mapping[str, Any], expected: Mapping[str, int]) -> int | None:
    with connection.cursor() as cursor:
        for subject, version in expected.items():
            cursor.execute(RAISE, [subject, version])
            if cursor.fetchone() is None:
                return None
        values = [_value(slot[name]) for name in SLOT_COLUMNS]
        cursor.execute(f"INSERT INTO contacts_slot ({', '.join(SLOT_COLUMNS)}) VALUES ({_marks(SLOT_COLUMNS)}) RETURNING id", values)
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=1)
def _take_statement() -> str:
    """Raise the numbers that still are as they were read, in one order for all; insert the slots all of whose numbers were raised."""
    typed = ", ".join(f"{name} {TYPES.get(name, 'text')}" for name in SLOT_COLUMNS)
    return (
        "WITH asked AS MATERIALIZED (SELECT a.* FROM json_to_recordset(%s::json) AS a(n integer, subject text, version bigint)),"
        " raised AS (INSERT INTO contacts_pressure AS p (subject, version) SELECT subject, version + 1 FROM asked"
        ' ORDER BY subject COLLATE "C" ON CONFLICT (subject) DO UPDATE SET version = excluded.version'
        " WHERE p.version = excluded.version - 1 RETURNING p.subject),"
        " whole AS (SELECT a.n FROM asked a LEFT JOIN raised r ON r.subject = a.subject GROUP BY a.n HAVING count(*) = count(r.subject))"
        f" INSERT INTO contacts_slot ({', '.join(SLOT_COLUMNS)}) SELECT {', '.join(f's.{name}' for name in SLOT_COLUMNS)}"
        f" FROM json_to_recordset(%s::json) AS s(n integer, {typed}) JOIN whole w ON w.n = s.n"
        " ON CONFLICT DO NOTHING RETURNING public_id"
    )


def raise_pressure(*, subjects: Sequence[str]) -> None:
    """Say that the ledger of these subjects changed otherwise: whoever decides about them just now decides anew."""
    named = sorted(set(subjects))
    if on_postgres():
        run(RAISE_ALL, named)
        return
    for subject in named:
        run(RAISE_ANYHOW, subject)


def pin_slots(*, ids: Sequence[int], at: datetime) -> set[int]:
    """Pin those of these that are still reserved: they are on their way, nobody may take their place."""
    among = "= ANY(%s)" if on_postgres() else f"IN ({_marks(ids)})"
    values = [list(ids)] if on_postgres() else list(ids)
    rows = fetch_prepared(
        f"UPDATE contacts_slot SET pinned_at = %s WHERE id {among} AND state = 'reserved' RETURNING id", instant_value(at), *values
    )
    return {row[0] for row in rows}


def settle_slots(*, settled: Sequence[tuple[int, int, datetime, str]], at: datetime) -> set[int]:
    """Confirm those of the slots, each (slot, contact, the instant from which it counts, actor), that are reserved or lapsed by time."""
    if on_postgres():
        given = json.dumps(
            [{"id": pk, "contact_id": contact, "at": moment.isoformat(), "actor": actor} for pk, contact, moment, actor in settled]
        )
        rows = fetch_prepared(SETTLE, at, given)
        return {row[0] for row in rows}
    done = set()
    for pk, contact, moment, actor in settled:
        if run(SETTLE_ONE, instant_value(moment), contact, instant_value(at), actor, pk):
            done.add(pk)
    return done


def _give_way(own: int, victims: Sequence[int], *, at: datetime, actor: str) -> bool:
    gone = run(
        "UPDATE contacts_slot SET state = 'preempted', settled_at = %s, settled_by = %s, settled_reason = 'preempted', preempted_by = %s"
        f" WHERE id IN ({_marks(victims)}) AND state = 'reserved' AND pinned_at IS NULL",
        instant_value(at), actor, own, *victims,
    )  # fmt: skip
    return gone == len(victims)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


TYPES = {
    "public_id": "uuid", "business_id": "bigint", "customer_id": "bigint", "weight": "smallint", "priority": "smallint", "value": "bigint",
    "at": "timestamptz", "expires_at": "timestamptz", "held_until": "timestamptz", "contact_id": "bigint", "rules_id": "bigint",
    "batch_id": "bigint", "made_at": "timestamptz",
}  # fmt: skip


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_value(value)
    return value.hex if isinstance(value, UUID) and not on_postgres() else value
