"""Records that may be one person: who shares an address, a number, or a whole name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.models import Customer, Distinction, HouseholdMember, Likeness, Membership
from regulars.customers.queries.finding import present
from regulars.customers.queries.rarities import Rarity, rarities_of
from regulars.customers.queries.together import cluster_of, household_of
from regulars.customers.rules.likeness import signs_of
from regulars.groundwork.kernel.refusals import NotFound


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person, the older first, and why: email, phone, name (a weak sign by itself)."""

    older: Customer
    newer: Customer
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PairPage:
    """Some pairs, and the cursor of the next page ("" at the end)."""

    pairs: list[Pair]
    next_cursor: str


@dataclass(frozen=True)
class Company:
    """Who a customer belongs with: the household, the organisations, an organisation's people."""

    household: list[Customer]
    household_basis: str
    organisations: list[Membership]
    people: list[Membership]


def likely_pairs(*, scope: Scope, cursor: str = "", size: int = 50) -> PairPage:
    """Pairs that share an e-mail address, a phone number or a whole name, the strongest signs first; not those told apart already.

    Read page by page from what the comparison keeps. `cursor` is what the page before handed out; raises NotFound for another one.
    An address of more than six records is that of an office or a shop, and a sign of nothing.
    """
    shown = present(scope).filter(pk=OuterRef("high_id"), kind=OuterRef("low__kind"))
    told = Distinction.objects.filter(low=OuterRef("low_id"), high=OuterRef("high_id"))
    rows = Likeness.objects.filter(Exists(present(scope).filter(pk=OuterRef("low_id"))), Exists(shown), ~Exists(told))
    rows = rows.filter(business_id=scope.business_id).select_related("low", "high").order_by("-strength", "pk")
    if cursor:
        strength, _sep, last = cursor.partition("-")
        if not (strength.isdecimal() and last.isdecimal() and len(cursor) < 24):
            raise NotFound(_("This page does not exist."))
        rows = rows.filter(strength__lte=int(strength)).exclude(strength=int(strength), pk__lte=int(last))
    found = list(rows[: size + 1])
    pairs = [Pair(row.low, row.high, signs_of(row.strength)) for row in found[:size]]
    return PairPage(pairs, f"{found[size - 1].strength}-{found[size - 1].pk}" if len(found) > size else "")


def company_of(
    *, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = (), rarities: Collection[Rarity] | None = None
) -> Company:
    """Who this person lives with, whom they speak for, who speaks for this organisation; only people that the scope shows.

    `customer_ids`, `rarities`: all records of this person and what is known of them, for whoever knows it already.
    """
    ids = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    known = rarities_of(customer_ids=ids or (customer_id,)) if rarities is None else rarities
    household, basis = _living_with(scope, customer_id, ids) if {Rarity.HOUSEHOLD, Rarity.ADDRESS} & set(known) else ([], "")
    return Company(
        household=household,
        household_basis=basis,
        organisations=_memberships(person_id__in=ids, organisation__in=present(scope)) if Rarity.MEMBER in known else [],
        people=_memberships(organisation_id__in=ids, person__in=present(scope)) if Rarity.PEOPLE in known else [],
    )


def _memberships(**where: object) -> list[Membership]:
    return list(Membership.objects.filter(until__isnull=True, **where).select_related("organisation", "person").order_by("pk"))


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
