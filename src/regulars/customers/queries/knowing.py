"""What is known of customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from regulars.business.queries import Scope
from regulars.customers.models import ContactPoint, Customer, ExternalId, Forgotten, LegalHold, Trait
from regulars.customers.queries.finding import present, visible
from regulars.customers.queries.rarities import Rarity, rarities_of
from regulars.customers.queries.together import cluster_of
from regulars.groundwork.kernel.bulk.instances import among, objects


@dataclass(frozen=True)
class Particulars:
    """One customer's contact points and numbers in other systems."""

    contact_points: list[ContactPoint]
    external_ids: list[ExternalId]


@dataclass(frozen=True)
class CustomerCounts:
    """How many customers a scope shows."""

    all: int
    prospects: int


def particulars_of(*, customer: Customer, customer_ids: Sequence[int] = ()) -> Particulars:
    """How to reach them and what they are called elsewhere, in two queries; `customer_ids`: all the person's records."""
    ids = list(customer_ids) or [customer.pk]
    chosen, values = among(ids)
    return Particulars(
        contact_points=objects(ContactPoint, f"FROM customers_contactpoint t WHERE t.customer_id {chosen} ORDER BY t.kind, t.id", *values),
        external_ids=objects(ExternalId, f"FROM customers_externalid t WHERE t.customer_id {chosen} ORDER BY t.source, t.id", *values),
    )


def traits_of(*, customer: Customer) -> dict[str, Trait]:
    """The customer's traits by name."""
    return {row.name: row for row in objects(Trait, "FROM customers_trait t WHERE t.customer_id = %s ORDER BY t.id", customer.pk)}


def customers_with_trait(*, scope: Scope, name: str, value: str, customer_ids: Collection[int]) -> set[int]:
    """Which of these customers carry a trait with this value."""
    rows = Trait.objects.filter(customer__business_id=scope.business_id, customer_id__in=list(customer_ids), name=name, value=value)
    return set(rows.values_list("customer_id", flat=True))


def counts_of(*, scope: Scope) -> CustomerCounts:
    """Count the visible customers and, among them, those who have not bought yet."""
    counted = present(scope).aggregate(all=Count("pk"), prospects=Count("pk", filter=Q(prospect=True)))
    return CustomerCounts(all=counted["all"], prospects=counted["prospects"])


@dataclass(frozen=True)
class Standing:
    """Whether a record can be forgotten, was forgotten, or is someone else's now."""

    hold: LegalHold | None
    forgotten: bool
    survivor: Customer | None


def standing_of(
    *, scope: Scope, customer_id: int, customer_ids: tuple[int, ...] = (), rarities: Collection[Rarity] | None = None
) -> Standing:
    """Hold, erasure and merge of a record. `survivor` is the visible record that it was merged into, None when it stands for itself.

    `customer_ids`, `rarities`: all records of this person and what is known of them, for whoever knows it already.
    """
    ids = customer_ids or cluster_of(scope=scope, customer_id=customer_id)
    kept_as = ids[0] if ids else customer_id
    known = rarities_of(customer_ids=ids or (customer_id,)) if rarities is None else rarities
    holds = LegalHold.objects.filter(customer_id__in=ids, lifted_at__isnull=True) if Rarity.HOLD in known else None
    return Standing(
        hold=holds.first() if holds is not None else None,
        forgotten=Rarity.FORGOTTEN in known and Forgotten.objects.filter(customer_id=customer_id).exists(),
        survivor=visible(scope).filter(pk=kept_as).first() if kept_as != customer_id else None,
    )
