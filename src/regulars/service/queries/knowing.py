"""What is known besides: articles, who handles a customer, what somebody should know about cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.policy.queries import authority_kinds_of
from regulars.service.models import Article, Gesture, Handler, Notice
from regulars.service.queries.deciding import decides_freely
from regulars.service.rules.words import folded

SHOWN = 30


def articles_of(*, scope: Scope, text: str = "", with_retired: bool = False) -> list[Article]:
    """Articles by title; with `text` those in which each of its words occurs."""
    rows = Article.objects.filter(business_id=scope.business_id).order_by("title")
    words = re.findall(r"\w+", folded(text))
    found = [row for row in rows if with_retired or not row.retired]
    return [row for row in found if all(word in folded(f"{row.title} {row.text}") for word in words)]


def handler_shown(*, customer_id: int) -> Handler | None:
    """Who handles everything of this customer, with the deputy."""
    return Handler.objects.filter(customer_id=customer_id, until__isnull=True).select_related("employee", "deputy").first()


def notices_of(*, scope: Scope, employee_id: int) -> list[Notice]:
    """What this person has not seen yet, newest first."""
    rows = Notice.objects.filter(business_id=scope.business_id, employee_id=employee_id, seen_at__isnull=True)
    return list(rows.select_related("case").order_by("-at", "-pk")[:SHOWN])


@dataclass(frozen=True)
class GesturesPage:
    """What waits for a decision (and whether the reader may take it), and the latest that were booked, refused or taken back."""

    awaiting: list[tuple[Gesture, bool]]
    latest: list[Gesture]


def gestures_awaiting(*, scope: Scope, employee_id: int, at: datetime) -> GesturesPage:
    """Gestures beyond their givers' authority, oldest first; each with whether this person's own authority covers one such gesture."""
    rows = Gesture.objects.filter(business_id=scope.business_id).select_related("case", "customer", "staff")
    if scope.branch_ids is not None:
        rows = rows.filter(Q(case__branch_id__in=scope.branch_ids) | Q(case__branch_id__isnull=True))
    mine = {one.kind: one for one in authority_kinds_of(scope=scope, employee_id=employee_id, at=at)}

    def covers(row: Gesture) -> bool:
        one = mine.get(row.kind)
        if row.staff_id == employee_id:
            return False
        if one is None:
            return decides_freely(scope=scope, employee_id=employee_id, kind=row.kind, at=at)
        if one.currency != row.currency:
            return False
        return one.per_gesture is None or row.amount_minor <= one.per_gesture

    awaiting = list(rows.filter(state="awaiting").order_by("pk")[:200])
    return GesturesPage([(row, covers(row)) for row in awaiting], list(rows.exclude(state="awaiting").order_by("-at", "-pk")[:30]))
