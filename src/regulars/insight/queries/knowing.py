"""What the current refresh says as a whole."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import objects, uuid_text, uuid_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.insight.models import SILENT_FOR, CustomerScore, Refresh, RefreshState
from regulars.insight.queries.wording import as_of_sentence, verdict_sentence
from regulars.insight.rules.names import Segment


@dataclass(frozen=True)
class SegmentTotals:
    """One segment among the visible customers. Money in minor units."""

    segment: Segment
    customers: int
    value_minor: int
    at_stake_minor: int


@dataclass(frozen=True)
class Totals:
    """All visible customers with a visit. `value_low` and `value_high` are a 95 % interval, when it is known."""

    customers: int
    repeat_customers: int
    value_minor: int
    value_low_minor: int | None
    value_high_minor: int | None
    currency: str
    segments: list[SegmentTotals]

    def of(self, segment: Segment) -> SegmentTotals:
        return next(row for row in self.segments if row.segment is segment)


@dataclass(frozen=True)
class Freshness:
    """What every page of insight says about its figures."""

    current: Refresh | None
    newest: Refresh | None
    as_of: str
    verdict: str
    stalled: bool = False  # under way, but silent for so long that nobody seems to work on it

    @property
    def under_way(self) -> bool:
        return self.newest is not None and self.newest.is_under_way and not self.stalled

    @property
    def failed(self) -> bool:
        return self.newest is not None and self.newest.state == RefreshState.FAILED


def current_refresh(*, scope: Scope) -> Refresh | None:
    """The refresh whose figures are shown: the newest that is done."""
    newest = "SELECT public_id FROM insight_refresh WHERE business_id = %s AND state = %s ORDER BY id DESC LIMIT 1"
    found = fetch_prepared(newest, scope.business_id, str(RefreshState.DONE))
    return copy(_done(uuid_text(found[0][0]))) if found else None


@lru_cache(maxsize=32)
def _done(public_id: str) -> Refresh:
    """A refresh that is done; it never changes again, and its findings take longer to read than a customer's scores."""
    return objects(Refresh, "FROM insight_refresh t WHERE t.public_id = %s", uuid_value(UUID(public_id)))[0]


def newest_refresh(*, scope: Scope) -> Refresh | None:
    """The refresh that was asked for last, in whatever state."""
    return Refresh.objects.filter(business_id=scope.business_id).order_by("-pk").first()


def refresh_of(*, scope: Scope, public_id: str) -> Refresh:
    """One refresh of the business. Raises NotFound."""
    uuid = parsed(public_id)
    row = Refresh.objects.filter(business_id=scope.business_id, public_id=uuid).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such refresh."))
    return row


def freshness_of(*, scope: Scope, at: datetime) -> Freshness:
    """Current and newest refresh as of `at`, with the sentences that belong on every page."""
    current, newest = current_refresh(scope=scope), newest_refresh(scope=scope)
    return Freshness(
        current=current,
        newest=newest,
        stalled=newest is not None and newest.is_under_way and newest.touched_at < at - SILENT_FOR,
        as_of=as_of_sentence(current) if current else "",
        verdict=verdict_sentence(current) if current else "",
    )


def visible_scores(scope: Scope, refresh: Refresh) -> QuerySet[CustomerScore]:
    """The scores of customers that a scope shows."""
    rows = CustomerScore.objects.filter(refresh=refresh)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True))
    return rows


SCORED = "FROM insight_customerscore t JOIN customers_customer c ON c.id = t.customer_id"


def seen_by(scope: Scope) -> str:
    """That a scope shows the customer c of a score t, in plain SQL: as `visible_scores` says."""
    if scope.branch_ids is None:
        return "1 = 1"
    ids = ", ".join(str(int(one)) for one in sorted(scope.branch_ids)) or "0"
    return f"(c.home_branch_id IS NULL OR c.home_branch_id IN ({ids}))"


def totals_of(*, scope: Scope, refresh: Refresh) -> Totals:
    """Counts and sums over the visible customers; for a whole business as the refresh counted them."""
    findings = refresh.findings
    if scope.branch_ids is None:
        total, repeaters = findings["totals"], findings["repeat_customers"]
        rows = {name: (row["customers"], row["value_minor"], row["at_stake_minor"]) for name, row in total["segments"].items()}
        error = total["value_relative_error"]
    else:
        scores = visible_scores(scope, refresh).order_by()
        grouped = scores.values_list("segment").annotate(Count("pk"), Sum("value_minor"), Sum("at_stake_minor"))
        rows = {name: (count, value, stake) for name, count, value, stake in grouped}
        repeaters, error = scores.filter(frequency__gt=0).count(), None
    segments = [SegmentTotals(segment, *rows.get(segment.value, (0, 0, 0))) for segment in Segment]
    value = sum(row.value_minor for row in segments)
    spread = None if error is None else round(1.96 * error * value)
    return Totals(
        customers=sum(row.customers for row in segments),
        repeat_customers=repeaters,
        value_minor=value,
        value_low_minor=None if spread is None else max(0, value - spread),
        value_high_minor=None if spread is None else value + spread,
        currency=findings["currency"],
        segments=segments,
    )
