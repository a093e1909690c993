"""What few customers have: one look tells which questions are worth asking at all."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from regulars.groundwork.kernel.bulk.instances import among
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared


class Rarity(StrEnum):
    """Something that most customers don't have."""

    HOUSEHOLD = "household"
    ADDRESS = "address"
    MEMBER = "member"
    PEOPLE = "people"
    HOLD = "hold"
    FORGOTTEN = "forgotten"


WHERE = {
    Rarity.HOUSEHOLD: "customers_householdmember t WHERE t.until IS NULL AND t.customer_id",
    Rarity.ADDRESS: "customers_contactpoint t WHERE t.kind = 'postal' AND t.customer_id",
    Rarity.MEMBER: "customers_membership t WHERE t.until IS NULL AND t.person_id",
    Rarity.PEOPLE: "customers_membership t WHERE t.until IS NULL AND t.organisation_id",
    Rarity.HOLD: "customers_legalhold t WHERE t.lifted_at IS NULL AND t.customer_id",
    Rarity.FORGOTTEN: "customers_forgotten t WHERE t.customer_id",
}


def rarities_of(*, customer_ids: Sequence[int]) -> frozenset[Rarity]:
    """Which of the rare things these records of one person have. One statement."""
    chosen, values = among(customer_ids)
    parts = [f"SELECT '{rarity}' AS kind FROM {where} {chosen}" for rarity, where in WHERE.items()]
    found = fetch_prepared(" UNION ALL ".join(parts), *values * len(WHERE))
    return frozenset(Rarity(row[0]) for row in found)
