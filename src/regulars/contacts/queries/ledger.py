"""Reading the ledger on the gate's hot path: plain SQL, few round trips, no model objects built."""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from regulars.contacts.rules.gate_deciding import Frozen
from regulars.contacts.rules.gate_windows import Held
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

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
    numbers, slots = _statements(len(customer_ids), len(subjects), bool(household))
    since_value, now_value = instant_value(since), instant_value(now)
    values: list[Any] = [*customer_ids, since_value, now_value]
    if household:
        values += [household, business_id, since_value, now_value]
    # The numbers first: what is committed in between makes the number stale, never the ledger.
    rows = fetch_prepared(numbers, business_id, *subjects, *customer_ids)
    held = [_held(row) for row in fetch_prepared(slots, *values)]
    frozen = tuple(Frozen(row[0], _instant(row[2]), _instant(row[3]) if row[3] else None) for row in rows if row[1] == -1)
    versions = {row[0]: row[1] for row in rows[1:] if row[1] != -1}
    return Ledger(held, frozen, versions, rows[0][1])


@lru_cache(maxsize=64)
def _statements(people_count: int, subject_count: int, household: bool) -> tuple[str, str]:
    people, names = ", ".join(["%s"] * people_count), ", ".join(["%s"] * subject_count)
    numbers = (
        "SELECT 'rules', coalesce(max(v.id), 0), CAST(NULL AS timestamptz), CAST(NULL AS timestamptz) FROM contacts_ruleversion v WHERE v.business_id = %s"
        f" UNION ALL SELECT p.subject, p.version, CAST(NULL AS timestamptz), CAST(NULL AS timestamptz) FROM contacts_pressure p WHERE p.subject IN ({names})"
        f" UNION ALL SELECT f.reason, -1, f.since, f.closed_at FROM contacts_freeze f WHERE f.customer_id IN ({people})"
    )
    slots = f"SELECT {HELD} FROM contacts_slot s WHERE s.customer_id IN ({people}) AND {ALIVE}"
    if household:
        slots += (
            f" UNION SELECT {HELD} FROM contacts_slot s WHERE s.household = %s AND s.household <> '' AND s.business_id = %s AND {ALIVE}"
        )
    return numbers, slots


def _held(row: Sequence[Any]) -> Held:
    return Held(
        id=row[0],
        key=_identity(row[1]),
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


def _identity(value: Any) -> str:
    """A public id as text, whatever the driver makes of it."""
    text = str(value)
    return text if len(text) == 36 else str(UUID(hex=text))


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
