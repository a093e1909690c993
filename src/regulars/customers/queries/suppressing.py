"""Whether somebody with this address or number asked to be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched

from django.conf import settings

from regulars.customers.models import Suppression
from regulars.customers.rules.suppression import key_from, suppression_digest


def suppressed_among(*, business_id: int, points: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of (kind, normal form) that belonged to somebody who was forgotten. Kinds: email, phone, postal, and "number:SOURCE"."""
    points = set(points)
    if not points or not Suppression.objects.filter(business_id=business_id).exists():
        return set()
    key = key_from(settings.SECRET_KEY)
    digests = {suppression_digest(key=key, business_id=business_id, kind=kind, normal=normal): (kind, normal) for kind, normal in points}
    found: set[tuple[str, str]] = set()
    for some in batched(digests, 5_000):
        known = Suppression.objects.filter(business_id=business_id, digest__in=some).values_list("digest", flat=True)
        found |= {digests[one] for one in known}
    return found
