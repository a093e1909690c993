"""What is known of customers."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from regulars.business.queries import Scope
from regulars.customers.models import ContactPoint, Customer, ExternalId, Trait
from regulars.customers.queries.finding import present


@dataclass(frozen=True)
class Particulars:
    """One customer's contact points, numbers and traits."""

    contact_points: list[ContactPoint]
    external_ids: list[ExternalId]
    traits: dict[str, Trait]


@dataclass(frozen=True)
class CustomerCounts:
    """How many customers a scope shows."""

    all: int
    prospects: int


def particulars_of(*, customer: Customer) -> Particulars:
    """Everything beside the name, in three queries."""
    return Particulars(
        contact_points=list(ContactPoint.objects.filter(customer=customer).order_by("kind", "pk")),
        external_ids=list(ExternalId.objects.filter(customer=customer).order_by("source", "pk")),
        traits={row.name: row for row in Trait.objects.filter(customer=customer)},
    )


def traits_of(*, customer: Customer) -> dict[str, Trait]:
    """The customer's traits by name."""
    return {row.name: row for row in Trait.objects.filter(customer=customer)}


def counts_of(*, scope: Scope) -> CustomerCounts:
    """Count the visible customers and, among them, those who have not bought yet."""
    counted = present(scope).aggregate(all=Count("pk"), prospects=Count("pk", filter=Q(prospect=True)))
    return CustomerCounts(all=counted["all"], prospects=counted["prospects"])
