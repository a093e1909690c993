"""Who was in touch lately."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.contacts.models import Contact


def in_touch_since(business_id: int, customer_ids: Collection[int], since: datetime) -> set[int]:
    """Those of the records who turned to the business from `since` on; what it sent of its own accord is no sign of life."""
    rows = Contact.objects.filter(business_id=business_id, customer_id__in=customer_ids, at__gte=since, direction="in", void=False)
    return set(rows.values_list("customer_id", flat=True))
