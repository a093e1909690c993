"""What must hold for the scores for ever."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from regulars.groundwork.kernel.invariants import invariant
from regulars.insight.models import CustomerScore, Refresh, RefreshState
from regulars.insight.rules.names import Segment


@invariant("insight: the current scores are all there, and say what the refresh says")
def scores_fit_their_refresh() -> Iterator[str]:
    """The newest finished refresh of each business has one score per customer it counted, in the segments it counted."""
    newest: dict[int, Refresh] = {}
    for refresh in Refresh.objects.filter(state=RefreshState.DONE).order_by("pk"):
        newest[refresh.business_id] = refresh
    for refresh in newest.values():
        scores = CustomerScore.objects.filter(refresh=refresh)
        counted = dict(scores.order_by().values_list("segment").annotate(Count("pk")))
        said = {name: row["customers"] for name, row in refresh.findings["totals"]["segments"].items() if row["customers"]}
        if counted != said:
            yield f"refresh {refresh.pk} counted {said}, but {counted} are stored"
        slipping = Q(segment=Segment.SLIPPING_AWAY.value)
        if scores.filter((Q(slipping_away=True) & ~slipping) | (Q(slipping_away=False) & slipping)).exists():
            yield f"refresh {refresh.pk} has scores whose flag and word differ"
