"""Records that may be one person: who shares an address, a number, or a whole name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from regulars.business.queries import Scope
from regulars.customers.models import Customer, Distinction, HouseholdMember, Membership
from regulars.customers.queries.finding import present
from regulars.customers.queries.rarities import Rarity, rarities_of
from regulars.customers.queries.together import cluster_of, household_of
from regulars.groundwork.kernel.bulk.dialect import fetch

REASONS = ("email", "phone", "name")

SHARED_POINTS = """
SELECT a.customer_id, b.customer_id, a.kind
FROM (SELECT p.kind, p.normal FROM customers_contactpoint p JOIN customers_customer c ON c.id = p.customer_id
      WHERE c.business_id = %s AND p.kind IN ('email', 'phone') GROUP BY p.kind, p.normal HAVING count(*) BETWEEN 2 AND 6) shared
JOIN customers_contactpoint a ON a.kind = shared.kind AND a.normal = shared.normal
JOIN customers_contactpoint b ON b.kind = shared.kind AND b.normal = shared.normal AND b.customer_id > a.customer_id
JOIN customers_customer ca ON ca.id = a.customer_id AND ca.business_id = %s
JOIN customers_customer cb ON cb.id = b.customer_id AND cb.business_id = %s
WHERE {open} ORDER BY a.kind, a.customer_id, b.customer_id LIMIT {most}
"""
SAME_NAMES = """
SELECT ca.id, cb.id, 'name'
FROM (SELECT sort_name FROM customers_customer WHERE business_id = %s AND given_name <> '' AND family_name <> ''
      GROUP BY sort_name HAVING count(*) BETWEEN 2 AND 6) shared
JOIN customers_customer ca ON ca.sort_name = shared.sort_name AND ca.business_id = %s
JOIN customers_customer cb ON cb.sort_name = shared.sort_name AND cb.business_id = %s AND cb.id > ca.id
WHERE ca.family_name = cb.family_name AND ca.given_name = cb.given_name AND {open} ORDER BY ca.id, cb.id LIMIT {most}
"""
# Neither was merged away or forgotten, they are of one kind, and nobody has said that they are two.
OPEN = """ca.kind = cb.kind
AND NOT EXISTS (SELECT 1 FROM customers_merge m WHERE m.loser_id IN (ca.id, cb.id) AND m.undone_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM customers_forgotten f WHERE f.customer_id IN (ca.id, cb.id))
AND NOT EXISTS (SELECT 1 FROM customers_distinction d WHERE d.low_id = ca.id AND d.high_id = cb.id)"""


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person, the older first, and why: email, phone, name (a weak sign by itself)."""

    older: Customer
    newer: Customer
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Company:
    """Who a customer belongs with: the household, the organisations, an organisation's people."""

    household: list[Customer]
    household_basis: str
    organisations: list[Membership]
    people: list[Membership]


def likely_pairs(*, scope: Scope, size: int = 50) -> list[Pair]:
    """Pairs that share an e-mail address, a phone number or a whole name, the strongest signs first; not those told apart already.

    An address of more than six records is that of an office or a shop, and a sign of nothing.
    """
    found: dict[tuple[int, int], list[str]] = {}
    for sql in (SHARED_POINTS, SAME_NAMES):
        for low, high, reason in fetch(sql.format(open=OPEN, most=int(4 * size)), *[scope.business_id] * 3):
            reasons = found.setdefault((low, high), [])
            if reason not in reasons:
                reasons.append(reason)
    rows = present(scope).select_related("home_branch").in_bulk({one for pair in found for one in pair})
    pairs = [Pair(rows[low], rows[high], tuple(why)) for (low, high), why in found.items() if low in rows and high in rows]
    return sorted(pairs, key=lambda pair: (-len(pair.reasons), REASONS.index(pair.reasons[0]), pair.older.pk))[:size]


def company_of(
    *, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = (), rarities: Collection[Rarity] | None = None
) -> Company:
    """Who this person lives with, whom they speak for, who speaks for this organisation; only people that the scope shows.

    `customer_ids`, `rarities`: all records of this person and what is known of them, for whoever knows it already.
    """
    ids = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    known = rarities_of(customer_ids=ids or (customer_id,)) if rarities is None else rarities
    household, basis = _living_with(scope, customer_id, ids) if {Rarity.HOUSEHOLD, Rarity.ADDRESS} & set(known) else ([], "")
    standing = Membership.objects.filter(until__isnull=True).order_by("pk")
    organisations = standing.filter(person_id__in=ids, organisation__in=present(scope)).select_related("organisation")
    people = standing.filter(organisation_id__in=ids, person__in=present(scope)).select_related("person")
    return Company(
        household=household,
        household_basis=basis,
        organisations=list(organisations) if Rarity.MEMBER in known else [],
        people=list(people) if Rarity.PEOPLE in known else [],
    )


def _living_with(scope: Scope, customer_id: int, ids: tuple[int, ...]) -> tuple[list[Customer], str]:
    home = household_of(scope=scope, customer_id=customer_id, customer_ids=ids)
    others = [one for one in home.members if one not in ids]
    return list(present(scope).filter(pk__in=others).order_by("sort_name", "pk")) if others else [], home.basis


def told_apart(*, one_id: int, other_id: int) -> bool:
    """Whether somebody said that these are two people."""
    low, high = sorted((one_id, other_id))
    return Distinction.objects.filter(low_id=low, high_id=high).exists()


def lives_somewhere(*, customer_id: int) -> bool:
    """Whether a household was stated for this record."""
    return HouseholdMember.objects.filter(customer_id=customer_id, until__isnull=True).exists()
