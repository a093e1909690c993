"""Reading the ledger on the gate's hot path: plain SQL, few round trips, no model objects built."""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from regulars.contacts.rules.gate_deciding import Frozen
from regulars.contacts.rules.gate_windows import Held
from regulars.groundwork.kernel.bulk.dialect import instant_value

HELD = (
    "s.id, s.public_id, s.at, s.channel, s.purpose, s.contact_class, s.weight, s.priority, s.customer_id, s.state, s.pinned_at, s.expires_at, "
    "s.value, s.household, s.contact_id, s.key"
)
ALIVE = "s.state IN ('reserved', 'confirmed') AND s.at > %s AND (s.state = 'confirmed' OR s.pinned_at IS NOT NULL OR s.held_until > %s)"


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
    values: list[Any] = [*customer_ids, instant_value(since), instant_value(now)]
    if household:
        slots += (
            f" UNION SELECT {HELD} FROM contacts_slot s WHERE s.household = %s AND s.household <> '' AND s.business_id = %s AND {ALIVE}"
        )
        values += [household, business_id, instant_value(since), instant_value(now)]
    with connection.cursor() as cursor:
        # The numbers first: what is committed in between makes the number stale, never the ledger.
        cursor.execute(numbers, [business_id, *subjects, *customer_ids])
        rows = cursor.fetchall()
        cursor.execute(slots, values)
        held = [_held(row) for row in cursor.fetchall()]
    frozen = tuple(Frozen(row[0], _instant(row[2]), _instant(row[3]) if row[3] else None) for row in rows if row[1] == -1)
    versions = {row[0]: row[1] for row in rows[1:] if row[1] != -1}
    return Ledger(held, frozen, versions, rows[0][1])


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


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
