"""Figures of people who were forgotten."""

from __future__ import annotations

from collections.abc import Collection

from regulars.insight.models import CustomerScore


def drop_scores(*, customer_ids: Collection[int]) -> int:
    """Drop what was computed about these records; the next refresh writes nothing for them. Returns how many rows went."""
    return CustomerScore.objects.filter(customer_id__in=customer_ids).delete()[0]
