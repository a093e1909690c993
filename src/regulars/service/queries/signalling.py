"""What cases say about relationships: complaints, broken promises, many hands, silence after our last word; and when a conflict broke out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from regulars.business.queries import Scope
from regulars.service.models import Case, ClockRow, EventRow

LOOKED_BACK = timedelta(days=120)
LATELY = timedelta(days=30)
SILENT_FOR = timedelta(days=14)
MANY_HANDS = 3
COPY = "mail-copy"  # another team's case of the same mail is no second failure


@dataclass(frozen=True)
class CaseSign:
    """One sign out of a case: complaint, broken, hands or silence; `topic` of complaints: the cause once it is known."""

    customer_id: int
    kind: str
    case_id: int
    case_public: str
    at: datetime
    topic: str = ""
    is_open: bool = False


def case_signs(*, scope: Scope, at: datetime, customer_ids: Collection[int] | None = None) -> list[CaseSign]:
    """All signs that stand at an instant, of some customers or of all, in five queries whatever their number."""
    rows = Case.objects.filter(business_id=scope.business_id, opened_at__lte=at)
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    return [*_complaints(rows, at), *_broken(rows, at), *_hands(rows, at), *_silences(rows, at)]


def conflicts(*, scope: Scope, since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Customer and instant of what warnings warn of: an answer not accepted, “not settled” said afterwards, an urgent or high complaint."""
    told = EventRow.objects.filter(
        case__business_id=scope.business_id, what__in=["rejected", "said_no"], at__gte=since, at__lt=until
    ).values_list("case__customer_id", "at")
    grave = Case.objects.filter(
        business_id=scope.business_id, nature="complaint", priority__in=["high", "urgent"], opened_at__gte=since, opened_at__lt=until
    ).values_list("customer_id", "opened_at")
    return sorted({*told, *grave}, key=lambda one: (one[1], one[0]))


def _sign(kind: str, row: Case, at: datetime, topic: str = "", *, is_open: bool = False) -> CaseSign:
    return CaseSign(row.customer_id, kind, row.pk, str(row.public_id), at, topic, is_open)


def _complaints(rows: QuerySet[Case], at: datetime) -> list[CaseSign]:
    found = (
        rows.filter(nature="complaint", opened_at__gt=at - LOOKED_BACK)
        .exclude(status="merged")
        .exclude(source=COPY)
        .order_by("opened_at", "pk")
    )
    return [
        _sign("complaint", row, row.opened_at, row.cause or row.topic, is_open=row.resolved_at is None or row.resolved_at > at)
        for row in found
    ]


def _broken(rows: QuerySet[Case], at: datetime) -> list[CaseSign]:
    clocks = ClockRow.objects.filter(case__in=rows, breached=True, due_at__gt=at - LATELY, due_at__lte=at).select_related("case")
    return [_sign("broken", one.case, one.due_at or at) for one in clocks.order_by("due_at", "pk")]


def _hands(rows: QuerySet[Case], at: datetime) -> list[CaseSign]:
    return [_sign("hands", row, row.opened_at) for row in rows.filter(hands__gte=MANY_HANDS, opened_at__gt=at - LATELY).order_by("pk")]


def _silences(rows: QuerySet[Case], at: datetime) -> list[CaseSign]:
    """Complaints that are not settled, where we had the last word and have heard nothing for two weeks."""
    silent = rows.filter(
        nature="complaint", status__in=["open", "waiting"], answered_at__lt=at - SILENT_FOR, answered_at__gt=F("customer_at")
    )
    return [_sign("silence", row, row.answered_at or at) for row in silent.order_by("pk")]
