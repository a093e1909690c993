"""Publishing traits: what higher floors know, told downwards."""
# ruff: noqa: S608 — statements are put together from names that the program chose; values travel as parameters

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import Any, NamedTuple

from django.db import connection, transaction

from regulars.customers.events import TraitsPublished
from regulars.customers.models import Trait
from regulars.groundwork.kernel.bulk.copying import copy_rows, on_postgres
from regulars.groundwork.kernel.bulk.dialect import drop_scratch, lock_referred, references_by_sets, run, scratch_table
from regulars.groundwork.kernel.facts import announce

CHUNK = 10_000
SCRATCH = "published_traits"


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
            _publish_chunk(chunk, business_id=business_id, name=name, source=source, at=at)
        count += len(chunk)
    with transaction.atomic():
        Trait.objects.filter(business_id=business_id, name=name, published_at__lt=at).delete()
        announce(TraitsPublished(tenant_id=business_id, at=at, actor=actor, trait=name, customers=count))
    return count


def withdraw_traits(*, business_id: int, name: str, at: datetime, actor: str) -> int:
    """Take a trait away from everybody."""
    return publish_traits(business_id=business_id, name=name, values=(), source="", at=at, actor=actor)


def _publish_chunk(chunk: tuple[PublishedTrait, ...], *, business_id: int, name: str, source: str, at: datetime) -> None:
    """Into a table of this connection's own, then over the old values in one statement."""
    as_text = "SELECT customer_id, value, CAST('' AS text) AS explanation FROM customers_trait WHERE 1 = 0"
    scratch_table(SCRATCH, as_text)
    rows = ((one.customer_id, one.value, json.dumps(one.explanation)) for one in chunk)
    copy_rows(table=SCRATCH, columns=("customer_id", "value", "explanation"), rows=rows)
    explanation = "CAST(t.explanation AS jsonb)" if on_postgres() else "t.explanation"
    with references_by_sets(tables=(Trait._meta.db_table,)) as by_sets:
        if by_sets:
            lock_referred(table="business_business", ids=f"SELECT {business_id:d}")
            lock_referred(table="customers_customer", ids=f"SELECT customer_id FROM {SCRATCH}")
        run(
            "INSERT INTO customers_trait (business_id, customer_id, name, value, explanation, source, published_at) "
            f"SELECT %s, t.customer_id, %s, t.value, {explanation}, %s, %s FROM {SCRATCH} t WHERE 1 = 1 "
            "ON CONFLICT (customer_id, name) DO UPDATE SET value = excluded.value, explanation = excluded.explanation, "
            "source = excluded.source, published_at = excluded.published_at",
            business_id,
            name,
            source,
            connection.ops.adapt_datetimefield_value(at),
        )
    drop_scratch(SCRATCH)
