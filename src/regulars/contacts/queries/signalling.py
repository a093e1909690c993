"""What the log says about relationships: the same topic again and again, a mood that falls."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Max

from regulars.business.queries import Scope
from regulars.contacts.models import Contact
from regulars.contacts.queries.reading import standing

OFTEN = 3
OFTEN_WITHIN = timedelta(days=14)
MOODS_WITHIN = timedelta(days=90)


def often_on_a_topic(*, scope: Scope, at: datetime, customer_ids: Collection[int] | None = None) -> list[tuple[int, str, int, datetime]]:
    """Customers who turned to us three times or more on one topic within two weeks: customer, topic, how often, the last time."""
    rows = standing().filter(business_id=scope.business_id, direction="in", at__gt=at - OFTEN_WITHIN, at__lte=at).exclude(topic="")
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    counted = rows.order_by().values("customer_id", "topic").annotate(n=Count("pk"), last=Max("at")).filter(n__gte=OFTEN)
    return [(row["customer_id"], row["topic"], row["n"], row["last"]) for row in counted.order_by("customer_id", "topic")]


def moods_falling(*, scope: Scope, at: datetime, customer_ids: Collection[int] | None = None) -> list[tuple[int, int, int, datetime]]:
    """Customers whose last stated mood is below nought and below the one before, within 90 days: customer, before, now, when."""
    rows = standing().filter(business_id=scope.business_id, mood_stated__isnull=False, at__gt=at - MOODS_WITHIN, at__lte=at)
    low = Contact.objects.filter(business_id=scope.business_id, mood_stated__lt=0, at__gt=at - MOODS_WITHIN, at__lte=at)
    rows = rows.filter(customer_id__in=low.values("customer_id"))
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    moods: dict[int, list[tuple[int, datetime]]] = {}
    for customer_id, mood, when in rows.order_by("customer_id", "at", "pk").values_list("customer_id", "mood_stated", "at"):
        moods.setdefault(customer_id, []).append((mood or 0, when))
    return [
        (customer_id, said[-2][0], said[-1][0], said[-1][1])
        for customer_id, said in moods.items()
        if len(said) > 1 and said[-1][0] < 0 and said[-1][0] < said[-2][0]
    ]
