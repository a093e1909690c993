"""Recording many receipts of one source at once, and taking them away again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import transaction

from regulars.groundwork.kernel.bulk.copying import copy_rows, next_ids
from regulars.groundwork.kernel.ids import new_id
from regulars.purchases.models import Purchase, PurchaseLine
from regulars.purchases.rules.sales import Sale, natural_key

PURCHASE_COLUMNS = (
    "id",
    "public_id",
    "business_id",
    "customer_id",
    "branch_id",
    "at",
    "currency",
    "amount_minor",
    "kind",
    "original_id",
    "source",
    "source_key",
    "receipt",
    "recorded_at",
)
REMOVED_AT_ONCE = 5_000
LINE_COLUMNS = ("purchase_id", "position", "product", "category", "quantity_milli", "amount_minor")


@dataclass(frozen=True)
class ManySale:
    """One receipt of many. A refund's `sale.original_receipt` names a receipt of the same batch and branch."""

    customer_id: int
    branch_id: int | None
    branch_code: str
    sale: Sale


def record_purchases(*, business_id: int, receipts: Sequence[ManySale], at: datetime) -> int:
    """Record many receipts in one transaction and return how many. Sales stand before their refunds.

    The caller vouches for signs, sums and dates, and announces one fact for all. Raises IntegrityError when one of the
    natural keys stands there already: nothing is recorded then.
    """
    with transaction.atomic():
        ids = next_ids(table=Purchase._meta.db_table, count=len(receipts))
        places = {(one.branch_code, one.sale.receipt): row for row, one in zip(ids, receipts, strict=True)}
        copy_rows(
            table=Purchase._meta.db_table,
            columns=PURCHASE_COLUMNS,
            rows=(_row(row, one, business_id, places, at) for row, one in zip(ids, receipts, strict=True)),
        )
        copy_rows(table=PurchaseLine._meta.db_table, columns=LINE_COLUMNS, rows=_lines(ids, receipts))
    return len(ids)


def remove_purchases(*, business_id: int, source: str) -> int:
    """Take away all receipts of a source, except those that a refund of another source takes back. Returns how many went."""
    with transaction.atomic():
        needed = Purchase.objects.filter(business_id=business_id, original__source=source).exclude(source=source)
        kept = set(needed.values_list("original_id", flat=True))
        numbers = Purchase.objects.filter(business_id=business_id, source=source).order_by("pk").values_list("pk", flat=True)
        leaving = [number for number in numbers if number not in kept]
        # By their numbers, some at a time: asked for by what they are, each line would be compared with each receipt where statistics are old.
        for some in batched(leaving, REMOVED_AT_ONCE):
            PurchaseLine.objects.filter(purchase_id__in=some).delete()
            here = Purchase.objects.filter(pk__in=some)
            here._raw_delete(here.db)
    return len(leaving)


def _row(row: int, one: ManySale, business_id: int, places: dict[tuple[str, str], int], at: datetime) -> tuple[Any, ...]:
    sale = one.sale
    original = places[one.branch_code, sale.original_receipt] if sale.original_receipt else None
    key = natural_key(receipt=sale.receipt, branch_code=one.branch_code, kind=sale.kind)
    return (
        row,
        new_id(),
        business_id,
        one.customer_id,
        one.branch_id,
        sale.at,
        sale.currency,
        sale.amount_minor,
        sale.kind.value,
        original,
        sale.source,
        key,
        sale.receipt,
        at,
    )


def _lines(ids: Sequence[int], receipts: Sequence[ManySale]) -> Iterator[tuple[Any, ...]]:
    for row, one in zip(ids, receipts, strict=True):
        for position, line in enumerate(one.sale.lines, start=1):
            yield (row, position, line.product, line.category, line.quantity_milli, line.amount_minor)
