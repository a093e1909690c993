"""Reading the ledger on the gate's hot path: plain SQL, few round trips, no model objects built."""
# ruff: noqa: S608 — put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from regulars.contacts.rules.gate_deciding import Frozen
from regulars.contacts.rules.gate_windows import Held
from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_in, instant_value
from regulars.groundwork.kernel.bulk.instances import uuid_text
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

HELD = (
    "s.id, s.public_id, s.at, s.channel, s.purpose, s.contact_class, s.weight, s.priority, s.customer_id, s.state, s.pinned_at, s.expires_at, "
    "s.value, s.household, s.contact_id, s.key, s.held_until"
)
ALIVE = "s.state IN ('reserved', 'confirmed') AND s.at > %s AND (s.state = 'confirmed' OR s.pinned_at IS NOT NULL OR s.held_until > %s)"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was read: live entries, freezes, the number of the last change of each subject, the newest version of the rules (0: none)."""

    held: list[Held]
    frozen: tuple[Frozen, ...]
    versions: dict[str, int]
    newest_rules: int


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The ledgers of several people, read together."""

    held: dict[int, list[Held]]
    by_household: dict[str, list[Held]]
    frozen: dict[int, list[Frozen]]
    versions: dict[str, int]
    newest_rules: int

    def of(self, customer_ids: Sequence[int], household: str, now: datetime) -> Ledger:
        """The ledger of one person, and of their household when one is named, as it stands at `now`."""
        entries = [one for record in customer_ids for one in self.held.get(record, ()) if one.stands_at(now)]
        if household:
            known = {one.id for one in entries}
            entries += [one for one in self.by_household.get(household, ()) if one.id not in known and one.stands_at(now)]
        frozen = tuple(one for record in customer_ids for one in self.frozen.get(record, ()))
        return Ledger(entries, frozen, self.versions, self.newest_rules)


def read_ledgers(
    *, business_id: int, customer_ids: Sequence[int], households: Sequence[str], subjects: Sequence[str], since: datetime, now: datetime
) -> Ledgers:
    """The ledgers of these records (and of the households named) from `since` on. Reservations past their time are left out."""
    among, named, living = (_among(len(one)) for one in (customer_ids, subjects, households))
    numbers, slots = _statements(among, named, living)
    since_value, now_value = instant_value(since), instant_value(now)
    values: list[Any] = [*_values(customer_ids), since_value, now_value]
    if households:
        values += [*_values(households), business_id, since_value, now_value]
    # The numbers first: what is committed in between makes the number stale, never the ledger.
    rows = fetch_prepared(numbers, business_id, *_values(subjects), *_values(customer_ids))
    entries = [_held(row) for row in fetch_prepared(slots, *values)]
    held: dict[int, list[Held]] = {}
    together: dict[str, list[Held]] = {}
    for one in entries:
        held.setdefault(one.customer_id, []).append(one)
        if households and one.household:
            together.setdefault(one.household, []).append(one)
    frozen: dict[int, list[Frozen]] = {}
    for row in rows:
        if row[1] == -1:
            frozen.setdefault(row[4], []).append(Frozen(row[0], instant_in(row[2]), instant_in(row[3]) if row[3] else None))
    versions = {row[0]: row[1] for row in rows[1:] if row[1] != -1}
    return Ledgers(held, together, frozen, versions, rows[0][1])


def _among(count: int) -> str:
    """The condition for so many values: an array on PostgreSQL, so that one statement serves any number."""
    return "" if not count else "= %s" if count == 1 else "= ANY(%s)" if on_postgres() else f"IN ({', '.join(['%s'] * count)})"


def _values(many: Sequence[Any]) -> list[Any]:
    return [list(many)] if len(many) > 1 and on_postgres() else list(many)


@lru_cache(maxsize=64)
def _statements(people: str, names: str, households: str) -> tuple[str, str]:
    numbers = (
        "SELECT 'rules', coalesce(max(v.id), 0), CAST(NULL AS timestamptz), CAST(NULL AS timestamptz), 0 FROM contacts_ruleversion v"
        " WHERE v.business_id = %s"
        " UNION ALL SELECT p.subject, p.version, CAST(NULL AS timestamptz), CAST(NULL AS timestamptz), 0 FROM contacts_pressure p"
        f" WHERE p.subject {names}"
        f" UNION ALL SELECT f.reason, -1, f.since, f.closed_at, f.customer_id FROM contacts_freeze f WHERE f.customer_id {people}"
    )
    slots = f"SELECT {HELD} FROM contacts_slot s WHERE s.customer_id {people} AND {ALIVE}"
    if households:
        slots += f" UNION SELECT {HELD} FROM contacts_slot s WHERE s.household {households} AND s.household <> '' AND s.business_id = %s AND {ALIVE}"
    return numbers, slots


def _held(row: Sequence[Any]) -> Held:
    return Held(
        id=row[0],
        key=uuid_text(row[1]),
        at=instant_in(row[2]),
        channel=row[3],
        purpose=row[4],
        contact_class=row[5],
        weight=row[6],
        priority=row[7],
        customer_id=row[8],
        reserved=row[9] == "reserved",
        pinned=row[10] is not None,
        expires_at=instant_in(row[11]) if row[11] else None,
        value=row[12],
        household=row[13],
        contact=str(row[14] or ""),
        asked_as=row[15],
        held_until=instant_in(row[16]),
    )
