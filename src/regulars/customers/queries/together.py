"""Who is one person, and who lives with whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from regulars.business.queries import Scope
from regulars.customers.models import ContactPoint, Customer, HouseholdMember, Merge
from regulars.customers.rules.suppression import key_from, suppression_digest
from regulars.groundwork.kernel.bulk.instances import among
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared

# Up the pointers to the record that survived, then down to all that point there. UNION keeps a damaged table from running in a circle.
CLUSTER = """
WITH RECURSIVE up(id, depth) AS (
    SELECT c.id, 0 FROM customers_customer c WHERE c.id = %s AND c.business_id = %s
    UNION SELECT m.survivor_id, up.depth + 1 FROM up JOIN customers_merge m ON m.loser_id = up.id AND m.undone_at IS NULL
    WHERE up.depth < 1000
), down(id, depth) AS (
    SELECT id, 0 FROM (SELECT id FROM up ORDER BY depth DESC LIMIT 1) AS root
    UNION SELECT m.loser_id, down.depth + 1 FROM down JOIN customers_merge m ON m.survivor_id = down.id AND m.undone_at IS NULL
    WHERE down.depth < 1000
) SELECT id FROM down ORDER BY depth, id
"""


@dataclass(frozen=True)
class HouseholdKnown:
    """Who lives together. `basis`: "stated" (a household was made), "address" (the same postal address) or "" (nobody else known)."""

    key: str
    members: tuple[int, ...]
    basis: str


@dataclass(frozen=True)
class MergeShown:
    """One merge as a page shows it."""

    merge: Merge
    loser: Customer


def cluster_of(*, scope: Scope, customer_id: int) -> tuple[int, ...]:
    """All customer ids whose history belongs to this person, the surviving record first. One query.

    An id that the business doesn't know gives an empty tuple. Merged records of other branches belong to it too: it is one person.
    """
    return tuple(dict.fromkeys(row[0] for row in fetch_prepared(CLUSTER, customer_id, scope.business_id)))


def records_of(*, customer: Customer) -> tuple[int, ...]:
    """All records of this person, the surviving one first: what is booked on any of them is theirs. As `cluster_of`, never empty."""
    return cluster_of(scope=Scope(customer.business_id), customer_id=customer.pk) or (customer.pk,)


def ever_together(*, scope: Scope, customer_id: int) -> set[int]:
    """This record and all that were one person with it at any time, by merges that stand and by those that were taken back.

    For what happened while they were one: it stays where it arrived. An id that the business doesn't know gives itself alone.
    """
    known, fresh = {customer_id}, {customer_id}
    while fresh:
        pairs = Merge.objects.filter(Q(loser__in=fresh) | Q(survivor__in=fresh), business_id=scope.business_id)
        fresh = {one for pair in pairs.values_list("loser", "survivor") for one in pair} - known
        known |= fresh
    return known


def survivor_of(*, scope: Scope, customer_id: int) -> int:
    """The record under which this person is kept now; the id itself when it was never merged away (or is unknown)."""
    return next(iter(cluster_of(scope=scope, customer_id=customer_id)), customer_id)


def survivors_of(*, scope: Scope, customer_ids: Collection[int]) -> dict[int, int]:
    """The record under which each of these is kept now. One query when none was merged away."""
    condition, values = among(sorted(set(customer_ids)))
    pointing = f"SELECT m.loser_id FROM customers_merge m WHERE m.loser_id {condition} AND m.undone_at IS NULL"  # noqa: S608 — no word from outside
    away = {row[0] for row in fetch_prepared(pointing, *values)}
    return {one: survivor_of(scope=scope, customer_id=one) if one in away else one for one in set(customer_ids)}


def merged_among(*, customer_ids: Collection[int]) -> set[int]:
    """Which of these records were merged with another one, from either side."""
    condition, values = among(sorted(set(customer_ids)))
    look = f"SELECT m.{{0}} FROM customers_merge m WHERE m.{{0}} {condition} AND m.undone_at IS NULL"  # noqa: S608 — no word from outside
    return {row[0] for side in ("loser_id", "survivor_id") for row in fetch_prepared(look.format(side), *values)} if values else set()


def merged_away() -> Exists:
    """A condition on customers: this record points to another one now."""
    return Exists(Merge.objects.filter(loser=OuterRef("pk"), undone_at__isnull=True))


def merges_of(*, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = ()) -> list[MergeShown]:
    """The merges that stand in this person's cluster, newest first."""
    if len(customer_ids) == 1:
        return []
    cluster = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    rows = Merge.objects.filter(survivor_id__in=cluster, undone_at__isnull=True).select_related("loser", "survivor").order_by("-at", "-pk")
    return [MergeShown(row, row.loser) for row in rows]


def merged_last_at(customer_ids: tuple[int, ...]) -> datetime | None:
    """When the newest merge of a cluster was made; None for a record that stands alone."""
    if len(customer_ids) < 2:
        return None
    rows = Merge.objects.filter(survivor_id__in=customer_ids, undone_at__isnull=True)
    return rows.order_by("-at").values_list("at", flat=True).first()


def household_of(*, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = ()) -> HouseholdKnown:
    """Who shares a letter box with this person: the household that somebody stated, else all with the same postal address.

    `key` is stable and the same for each member; merged records count once, under the surviving id.
    """
    cluster = customer_ids or cluster_of(scope=scope, customer_id=customer_id) or (customer_id,)
    stated = HouseholdMember.objects.filter(customer_id__in=cluster, until__isnull=True).order_by("household_id").first()
    if stated:
        rows = HouseholdMember.objects.filter(household_id=stated.household_id, until__isnull=True).values_list("customer_id", flat=True)
        return HouseholdKnown(f"household:{stated.household_id}", _survivors(scope, {*rows, *cluster}), "stated")
    own = ContactPoint.objects.filter(customer_id__in=cluster, kind="postal").values_list("normal", flat=True)
    addresses = sorted(set(own))
    if not addresses:
        return HouseholdKnown(f"customer:{cluster[0]}", (cluster[0],), "")
    same = ContactPoint.objects.filter(Q(normal__in=addresses), kind="postal", customer__business_id=scope.business_id)
    elsewhere = HouseholdMember.objects.filter(customer_id=OuterRef("customer_id"), until__isnull=True)
    ids = set(same.filter(~Exists(elsewhere)).values_list("customer_id", flat=True)) | set(cluster)
    # The key may be stored by who counts letters: it must not tell the address.
    digest = suppression_digest(key=key_from(settings.SECRET_KEY), business_id=scope.business_id, kind="household", normal=addresses[0])
    return HouseholdKnown(f"address:{digest[:40]}", _survivors(scope, ids), "address")


def _survivors(scope: Scope, ids: set[int]) -> tuple[int, ...]:
    """These records as persons."""
    pointing = Merge.objects.filter(loser_id__in=ids, undone_at__isnull=True).values_list("loser_id", flat=True)
    away = set(pointing)
    return tuple(sorted({one for one in ids if one not in away} | {survivor_of(scope=scope, customer_id=one) for one in away}))


def circles() -> list[int]:
    """Records from which the pointers never arrive at a survivor: there must be none."""
    active = dict(Merge.objects.filter(undone_at__isnull=True).values_list(F("loser_id"), F("survivor_id")))
    found = []
    for start in active:
        seen, here = {start}, active[start]
        while here in active and here not in seen:
            seen.add(here)
            here = active[here]
        if here in seen:
            found.append(start)
    return found
