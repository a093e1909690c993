"""Lists of cases: a queue, mine, everybody's, what is about to break; and how many wait where."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.service.models import Case, Presence, Queue
from regulars.service.rules.words import folded

VIEWS = ("mine", "nobody", "all", "overdue", "waiting", "snoozed", "resolved")
COUNTED_TO = 999
PRESENT_FOR = timedelta(seconds=90)
FAR = "infinity"
WORDS_MOST = 6


@dataclass(frozen=True)
class CasePage:
    """Some cases in order, and the cursor of the next page ("" at the end)."""

    rows: list[Case]
    next_cursor: str


@dataclass(frozen=True)
class Counted:
    """How many, counted as far as it matters."""

    number: int

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.number > COUNTED_TO

    def __str__(self) -> str:
        return f"{COUNTED_TO}+" if self.more else str(self.number)


def seen(scope: Scope) -> QuerySet[Case]:
    """The cases of the visible branches."""
    rows = Case.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(branch_id__in=scope.branch_ids) | Q(branch_id__isnull=True))
    return rows


def case_of(*, scope: Scope, public_id: str) -> Case:
    """One visible case by its id or number. Raises NotFound."""
    rows = seen(scope).select_related("customer", "owner", "queue", "branch", "policy")
    text = public_id.strip().removeprefix("#")
    uuid = parsed(text)
    row = (
        rows.filter(public_id=uuid).first()
        if uuid
        else rows.filter(pk=int(text)).first()
        if re.fullmatch(r"\d{1,18}", text, re.ASCII)
        else None
    )
    if row is None:
        raise NotFound(_("There is no such case."))
    return row


def cases_by_public_id(*, scope: Scope, public_ids: Collection[str]) -> dict[str, Case]:
    """Visible cases by their public id."""
    return {str(row.public_id): row for row in seen(scope).filter(public_id__in=list(public_ids))}


def cases_exist(*, scope: Scope) -> bool:
    """Whether the business has any case at all."""
    return Case.objects.filter(business_id=scope.business_id).exists()


def queues_of(*, scope: Scope, with_retired: bool = False) -> list[Queue]:
    """The queues by position."""
    rows = Queue.objects.filter(business_id=scope.business_id).order_by("position", "pk")
    return list(rows if with_retired else rows.filter(retired=False))


def cases_in(
    *, scope: Scope, view: str, employee_id: int | None, queue: str = "", at: datetime, cursor: str = "", size: int = 40
) -> CasePage:
    """One view of the open cases, the earliest deadline first, those without one last. Keyset paging: page n costs what page one costs.

    Raises NotFound for a view, queue or cursor that there is not.
    """
    rows = _view(scope, view, employee_id, queue, at).select_related("customer", "owner", "queue")
    if view in ("resolved",):
        return _newest(rows, cursor, size)
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return CasePage(found[:size], f"{last.due_at.isoformat() if last.due_at else FAR}|{last.pk}" if last else "")


def count_in(*, scope: Scope, view: str, employee_id: int | None, queue: str = "", at: datetime) -> Counted:
    """How many a view holds, counted up to a thousand: the answer takes as long for a million."""
    # In the order of an index of open cases: without it the planner reads all cases, hoping that open ones lie about everywhere.
    order = ("-resolved_at", "-pk") if view == "resolved" else ("due_at", "pk")
    rows = _view(scope, view, employee_id, queue, at).order_by(*order).values("pk")[: COUNTED_TO + 1]
    return Counted(rows.count())


def find_cases(*, scope: Scope, text: str, size: int = 40) -> list[Case]:
    """Cases, newest first, in whose words each of these begins one; a number finds that case."""
    rows = seen(scope).select_related("customer", "owner", "queue")
    number = re.fullmatch(r"#?(\d{1,18})", text.strip(), re.ASCII)
    if number:
        return list(rows.filter(pk=int(number[1])))
    words = re.findall(r"\w+", folded(text))[:WORDS_MOST]
    if not words:
        return []
    if connection.vendor == "postgresql":
        wanted = " & ".join(f"{word}:*" for word in words)
        rows = rows.extra(where=["to_tsvector('simple'::regconfig, service_case.words) @@ to_tsquery('simple', %s)"], params=[wanted])
    else:
        wanted = " ".join(f'"{word}"*' for word in words)
        rows = rows.extra(
            where=["service_case.id IN (SELECT rowid FROM service_case_fts WHERE service_case_fts MATCH %s)"], params=[wanted]
        )
    return list(rows.order_by("-opened_at", "-pk")[:size])


def cases_of_customer(*, scope: Scope, customer_ids: Collection[int], size: int = 20) -> list[Case]:
    """A customer's cases, newest first; of all records that are the same person."""
    rows = seen(scope).filter(customer_id__in=list(customer_ids)).select_related("owner")
    return list(rows.order_by("-opened_at", "-pk")[:size])


def present_in(*, case_ids: Collection[int], but: int, at: datetime) -> dict[int, list[tuple[str, bool]]]:
    """Who else has these cases open right now: name, and whether they are writing."""
    rows = Presence.objects.filter(case_id__in=list(case_ids), seen_at__gt=at - PRESENT_FOR).exclude(employee_id=but)
    found: dict[int, list[tuple[str, bool]]] = {}
    for case_id, name, writing_at in rows.values_list("case_id", "employee__name", "writing_at"):
        found.setdefault(case_id, []).append((name, writing_at is not None and writing_at > at - PRESENT_FOR))
    return found


def _view(scope: Scope, view: str, employee_id: int | None, queue: str, at: datetime) -> QuerySet[Case]:
    rows = seen(scope)
    if view == "resolved":
        return rows.filter(status="resolved")
    if view == "waiting":
        return rows.filter(status="waiting")
    rows = rows.filter(status__in=["open", "waiting"])
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at)
    if view == "snoozed":
        return rows.filter(snoozed_until__gt=at)
    if view == "overdue":
        return rows.filter(due_at__lt=at)
    narrowed = {"mine": Q(owner_id=employee_id), "nobody": Q(owner_id__isnull=True), "all": Q()}
    if view == "queue":
        uuid = parsed(queue)
        row = Queue.objects.filter(business_id=scope.business_id, public_id=uuid).first() if uuid else None
        if row is None:
            raise NotFound(_("There is no such queue."))
        return rows.filter(awake, queue=row)
    if view not in narrowed:
        raise NotFound(_("There is no such list."))
    return rows.filter(awake, narrowed[view])


def _after(cursor: str) -> Q:
    due, _bar, number = cursor.partition("|")
    if not number.isdigit():
        raise NotFound(_("This page does not exist."))
    if due == FAR:
        return Q(due_at__isnull=True, pk__gt=int(number))
    try:
        instant = datetime.fromisoformat(due)
    except ValueError:
        raise NotFound(_("This page does not exist.")) from None
    return Q(due_at__gt=instant) | Q(due_at=instant, pk__gt=int(number)) | Q(due_at__isnull=True)


def _newest(rows: QuerySet[Case], cursor: str, size: int) -> CasePage:
    if cursor:
        at, _bar, number = cursor.partition("|")
        try:
            rows = rows.filter(resolved_at__lte=datetime.fromisoformat(at)).exclude(
                resolved_at=datetime.fromisoformat(at), pk__gte=int(number)
            )
        except ValueError:
            raise NotFound(_("This page does not exist.")) from None
    found = list(rows.order_by("-resolved_at", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return CasePage(found[:size], f"{last.resolved_at.isoformat()}|{last.pk}" if last and last.resolved_at else "")
