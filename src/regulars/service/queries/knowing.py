"""What is known besides: articles, who handles a customer, what somebody should know about cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import instances, objects
from regulars.policy.queries import authority_kinds_of
from regulars.service.models import Article, Case, Gesture, Handler, Notice
from regulars.service.queries.deciding import decides_freely
from regulars.service.rules.words import folded
from regulars.staff.queries import Employee

SHOWN = 30


def articles_of(*, scope: Scope, text: str = "", with_retired: bool = False) -> list[Article]:
    """Articles by title; with `text` those in which each of its words occurs."""
    rows = objects(Article, "FROM service_article t WHERE t.business_id = %s ORDER BY t.title", scope.business_id)
    words = re.findall(r"\w+", folded(text))
    found = [row for row in rows if with_retired or not row.retired]
    return [row for row in found if all(word in folded(f"{row.title} {row.text}") for word in words)]


def handler_shown(*, customer_id: int) -> Handler | None:
    """Who handles everything of this customer, with the deputy."""
    found = instances(
        ((Handler, "t"), (Employee, "e"), (Employee, "d")),
        "FROM service_handler t JOIN staff_employee e ON e.id = t.employee_id LEFT JOIN staff_employee d ON d.id = t.deputy_id"
        " WHERE t.customer_id = %s AND t.until IS NULL",
        customer_id,
    )
    if not found:
        return None
    row: Handler = found[0][0]
    row.employee, row.deputy = found[0][1:]
    return row


def notices_of(*, scope: Scope, employee_id: int) -> list[Notice]:
    """What this person has not seen yet, newest first."""
    found = instances(
        ((Notice, "t"), (Case, "c")),
        "FROM service_notice t JOIN service_case c ON c.id = t.case_id WHERE t.employee_id = %s AND t.business_id = %s AND t.seen_at IS NULL"
        " ORDER BY t.at DESC, t.id DESC LIMIT %s",
        employee_id,
        scope.business_id,
        SHOWN,
    )
    for row, case in found:
        row.case = case
    return [row for row, _case in found]


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
