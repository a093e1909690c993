"""Whether each paragraph of the policy was kept: it promises a share of its deadlines, all of them unless it says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q

from regulars.business.queries import Scope
from regulars.service.models import ClockRow
from regulars.service.queries.lawbook import laws
from regulars.service.queries.telling import METRIC_WORDS
from regulars.service.rules.clocks import Metric
from regulars.service.rules.comparing import Rate


@dataclass(frozen=True)
class ParagraphKept:
    """Deadlines of one paragraph and metric that fell due in a period: in time of all (with interval), late, of these still open; and those
    to come. `promised`: the share that the paragraph promises."""

    version: str
    paragraph: str
    metric: str
    rate: Rate
    late: int
    still_open: int
    to_come: int
    promised: Decimal

    @property
    def percent(self) -> Decimal:
        """The share kept in percent, cut after one decimal and never rounded up: 94.96 is not 95."""
        return Decimal(self.rate.good * 1000 // self.rate.n if self.rate.n else 0) / 10

    @property
    def promised_percent(self) -> Decimal:
        """The share promised, in percent."""
        return self.promised * 100

    @property
    def kept(self) -> bool | None:
        """Whether the promised share was reached; None while nothing fell due."""
        return None if not self.rate.n else Decimal(self.rate.good) >= self.promised * self.rate.n


def paragraphs_kept(*, scope: Scope, since: datetime, at: datetime) -> list[ParagraphKept]:
    """Each paragraph that promised something due since an instant, or promises something to come; the newest version first."""
    rows = ClockRow.objects.filter(business_id=scope.business_id, policy__isnull=False, due_at__gte=since).exclude(
        how__in=["cancelled", "lapsed"]
    )
    if scope.branch_ids is not None:
        rows = rows.filter(Q(case__branch_id__in=scope.branch_ids) | Q(case__branch_id__isnull=True))
    due, late = Q(due_at__lt=at), Q(ended_at__gt=F("due_at")) | Q(is_open=True)
    counted = (
        rows.order_by()
        .values("policy_id", "paragraph", "metric")
        .annotate(
            n=Count("pk", filter=due),
            late=Count("pk", filter=due & late),
            still=Count("pk", filter=due & Q(is_open=True)),
            coming=Count("pk", filter=Q(due_at__gte=at, is_open=True)),
        )
    )
    book = laws()
    found = []
    for row in sorted(counted, key=lambda one: (-one["policy_id"], one["paragraph"], one["metric"])):
        law = book.law(row["policy_id"])
        share = next((one.share for one in law.policy.levels if one.paragraph == row["paragraph"]), 1.0)
        found.append(
            ParagraphKept(
                law.label,
                row["paragraph"],
                str(METRIC_WORDS[Metric(row["metric"])]),
                Rate(row["n"] - row["late"], row["n"]),
                row["late"],
                row["still"],
                row["coming"],
                Decimal(str(share)),
            )
        )
    return found
