"""Which ways of contact the business uses most: what the field log offers first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count

from regulars.business.queries import Scope
from regulars.contacts.models import Contact

LOOKED_BACK = timedelta(days=90)
NEWEST = 5_000
KEPT_SECONDS = 3600


def ways_used(*, scope: Scope, at: datetime) -> list[tuple[str, str]]:
    """(channel, direction) of what staff noted in the 90 days before `at`, the most frequent first; at most an hour old.

    Counted are the newest five thousand entries. What arrived by itself, mail for one, has no staff and says nothing of what people tap.
    """
    key = f"contacts.ways:{scope.business_id}"
    kept: list[tuple[str, str]] | None = cache.get(key)
    if kept is None:
        newest = Contact.objects.filter(business_id=scope.business_id).order_by("-pk").values("pk")[:NEWEST]
        rows = Contact.objects.filter(pk__in=newest, at__gte=at - LOOKED_BACK, at__lte=at, staff__isnull=False, void=False)
        counted = rows.order_by().values_list("channel", "direction").annotate(n=Count("pk")).order_by("-n", "channel", "direction")
        kept = [(channel, direction) for channel, direction, _n in counted]
        cache.set(key, kept, KEPT_SECONDS)
    return kept
