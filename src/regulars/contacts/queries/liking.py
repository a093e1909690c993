"""What they like: which channels, hours, people and kinds of contact went well, for one customer and for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import QuerySet

from regulars.business.queries import Scope, business_of, zone_of
from regulars.contacts.models import Contact
from regulars.contacts.queries.reading import standing
from regulars.contacts.queries.terms import terms_of
from regulars.contacts.rules.liking import Judged, Share, band_of, shares_by
from regulars.contacts.rules.words import Valence
from regulars.customers.queries import Customer, cluster_of

NEWEST = 100_000
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Likes:
    """The shares by channel, part of the day, staff and nature, and from how many contacts that could be judged."""

    n: int
    good: int
    by: dict[str, list[Share]]


def likes_of(*, scope: Scope, customer: Customer) -> Likes:
    """One person's contacts, over all their records."""
    ids = cluster_of(scope=scope, customer_id=customer.pk) or (customer.pk,)
    return _likes(scope, standing().filter(business_id=scope.business_id, customer_id__in=ids).order_by("-at")[:NEWEST])


def likes_of_all(*, scope: Scope) -> Likes:
    """The newest hundred thousand contacts of the business (of the visible branches); at most an hour old."""
    seen = "all" if scope.branch_ids is None else "-".join(str(one) for one in sorted(scope.branch_ids))
    key = f"contacts.likes:{scope.business_id}:{seen}"
    kept: Likes | None = cache.get(key)
    if kept is None:
        rows = standing().filter(business_id=scope.business_id)
        if scope.branch_ids is not None:
            rows = rows.filter(branch_id__in=scope.branch_ids)
        kept = _likes(scope, rows.order_by("-pk")[:NEWEST])
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _likes(scope: Scope, rows: QuerySet[Contact]) -> Likes:
    judged = list(_judged(scope, rows))
    by = {
        "channel": shares_by(judged, lambda one: one.channel),
        "hour": shares_by(judged, lambda one: band_of(one.hour)),
        "staff": shares_by(judged, lambda one: one.staff),
        "nature": shares_by(judged, lambda one: one.nature),
    }
    return Likes(len(judged), sum(one.good for one in judged), by)


def _judged(scope: Scope, rows: QuerySet[Contact]) -> Iterable[Judged]:
    """Contacts that went well or badly: by their outcome, else by the mood that the customer stated."""
    terms, zone = terms_of(scope=scope), zone_of(business=business_of(scope=scope))
    found = rows.values_list("channel", "at", "staff_id", "staff__name", "nature", "outcome", "mood_stated")
    for channel, at, _staff_id, staff, nature, outcome, mood in found.iterator(5_000):
        valence = terms.valence(outcome)
        if valence in (Valence.GOOD, Valence.BAD):
            good = valence is Valence.GOOD
        elif valence is Valence.NONE and mood:
            good = mood > 0
        else:
            continue
        yield Judged(channel, at.astimezone(zone).hour, staff or "", nature, good)
