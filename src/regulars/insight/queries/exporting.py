"""What an access export says about the figures that were computed about a person."""

from __future__ import annotations

from typing import Any

from regulars.business.queries import Scope
from regulars.insight.models import CustomerScore

FIGURES = (
    "segment", "slipping_away", "frequency", "recency_days", "age_days", "silence_days", "last_on", "own_gap_days", "silence_chance",
    "p_alive", "p_alive_low", "p_alive_high", "expected_visits", "spend_minor", "value_minor", "at_stake_minor", "net_minor", "refunds",
)  # fmt: skip


def figures_section(scope: Scope, customer_ids: tuple[int, ...]) -> list[dict[str, Any]]:
    """The scores of the refreshes that are kept."""
    rows = CustomerScore.objects.filter(customer_id__in=customer_ids, refresh__business_id=scope.business_id).select_related("refresh")
    return [{"as_of": row.refresh.as_of} | {name: getattr(row, name) for name in FIGURES} for row in rows.order_by("pk")]
