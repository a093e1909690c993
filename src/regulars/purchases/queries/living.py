"""Of whom purchases were recorded lately."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.purchases.models import Purchase


def bought_since(business_id: int, customer_ids: Collection[int], since: datetime) -> set[int]:
    """Those of the records that bought (or brought back) something from `since` on."""
    rows = Purchase.objects.filter(business_id=business_id, customer_id__in=customer_ids, at__gte=since)
    return set(rows.values_list("customer_id", flat=True))
