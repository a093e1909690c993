"""Publishing traits: what higher floors know, told downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import batched
from typing import Any, NamedTuple

from django.db import transaction

from regulars.customers.events import TraitsPublished
from regulars.customers.models import Trait
from regulars.groundwork.kernel.facts import announce

CHUNK = 2000


class PublishedTrait(NamedTuple):
    """One customer's value, with what explains it."""

    customer_id: int
    value: str
    explanation: dict[str, Any]


def publish_traits(*, business_id: int, name: str, values: Iterable[PublishedTrait], source: str, at: datetime, actor: str) -> int:
    """Replace a trait for the whole business: who is not in `values` loses it. Returns how many have it now.

    Written in short transactions, so that hundreds of thousands of customers don't lock SQLite for others; each row is right by itself, and
    publishing again after a break gives the same.
    """
    count = 0
    for chunk in batched(values, CHUNK):
        with transaction.atomic():
            Trait.objects.bulk_create(
                _rows(chunk, business_id=business_id, name=name, source=source, at=at),
                update_conflicts=True,
                unique_fields=["customer", "name"],
                update_fields=["value", "explanation", "source", "published_at"],
            )
        count += len(chunk)
    with transaction.atomic():
        Trait.objects.filter(business_id=business_id, name=name, published_at__lt=at).delete()
        announce(TraitsPublished(tenant_id=business_id, at=at, actor=actor, trait=name, customers=count))
    return count


def withdraw_traits(*, business_id: int, name: str, at: datetime, actor: str) -> int:
    """Take a trait away from everybody."""
    return publish_traits(business_id=business_id, name=name, values=(), source="", at=at, actor=actor)


def _rows(chunk: tuple[PublishedTrait, ...], *, business_id: int, name: str, source: str, at: datetime) -> Iterator[Trait]:
    for one in chunk:
        yield Trait(
            business_id=business_id,
            customer_id=one.customer_id,
            name=name,
            value=one.value,
            explanation=one.explanation,
            source=source,
            published_at=at,
        )
