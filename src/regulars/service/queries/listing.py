"""Lists of cases: a queue, mine, everybody's, what is about to break; and who looks at a case."""
# ruff: noqa: S608 — all values are parameters

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.instances import among, as_instant, as_uuid, instances, instant_value, objects, uuid_value
from regulars.groundwork.kernel.bulk.prepared import PLANNED_ANEW, fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.policy.queries import Version
from regulars.service.models import Case, Queue
from regulars.staff.queries import Employee

VIEWS = ("mine", "nobody", "all", "overdue", "waiting", "snoozed", "resolved")
PRESENT_FOR = timedelta(seconds=90)
FAR = "infinity"


@dataclass(frozen=True)
class CasePage:
    """Some cases in order, and the cursor of the next page ("" at the end)."""

    rows: list[Case]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What a list shows of a case."""

    pk: int
    public_id: UUID
    subject: str
    status: str
    nature: str
    priority: str
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    resolved_at: datetime | None
    customer: str
    queue: str | None
    owner: str | None


LINE_COLUMNS = """t.id, t.public_id, t.subject, t.status, t.nature, t.priority, t.opened_at, t.due_at, t.overdue, t.resolved_at,
c.display_name, q.name, o.name"""


@dataclass(frozen=True)
class LinePage:
    """Some lines of a list in order, and the cursor of the next page ("" at the end)."""

    rows: list[CaseLine]
    next_cursor: str


WITH_ITS_PEOPLE = ((Case, "t"), (Customer, "c"), (Employee, "o"), (Queue, "q"), (Version, "p"))
FROM_LINES = """FROM service_case t JOIN customers_customer c ON c.id = t.customer_id LEFT JOIN staff_employee o ON o.id = t.owner_id
LEFT JOIN service_queue q ON q.id = t.queue_id"""
FROM_CASES = f"{FROM_LINES} LEFT JOIN policy_version p ON p.id = t.policy_id"


def seen(scope: Scope) -> QuerySet[Case]:
    """The cases of the visible branches."""
    rows = Case.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(branch_id__in=scope.branch_ids) | Q(branch_id__isnull=True))
    return rows


def branch_condition(scope: Scope, column: str = "branch_id") -> tuple[str, list[int]]:
    """The same as `seen`, for statements that we write ourselves: a condition to put after the others, and its values."""
    if scope.branch_ids is None:
        return "", []
    if not scope.branch_ids:
        return f" AND {column} IS NULL", []
    return f" AND ({column} IS NULL OR {column} IN ({', '.join(['%s'] * len(scope.branch_ids))}))", list(scope.branch_ids)


def case_of(*, scope: Scope, public_id: str) -> Case:
    """One visible case by its id or number. Raises NotFound."""
    text = public_id.strip().removeprefix("#")
    uuid = parsed(text)
    key: tuple[str, str | int] | None = None
    if uuid:
        key = ("public_id", uuid_value(uuid))
    elif re.fullmatch(r"\d{1,18}", text, re.ASCII):
        key = ("id", int(text))
    found = (
        instances(WITH_ITS_PEOPLE, f"{FROM_CASES} WHERE t.{key[0]} = %s AND t.business_id = %s", key[1], scope.business_id) if key else []
    )
    if not found or not scope.sees_branch(found[0][0].branch_id):
        raise NotFound(_("There is no such case."))
    return _with_its_people(found[0])


def _with_its_people(found: tuple[Any, ...]) -> Case:
    row: Case = found[0]
    row.customer, row.owner, row.queue, row.policy = found[1:]
    return row


def cases_by_public_id(*, scope: Scope, public_ids: Collection[str]) -> dict[str, Case]:
    """Visible cases by their public id."""
    return {str(row.public_id): row for row in seen(scope).filter(public_id__in=list(public_ids))}


def cases_exist(*, scope: Scope) -> bool:
    """Whether the business has any case at all."""
    return Case.objects.filter(business_id=scope.business_id).exists()


def queues_of(*, scope: Scope, with_retired: bool = False) -> list[Queue]:
    """The queues by position."""
    rows = objects(Queue, "FROM service_queue t WHERE t.business_id = %s ORDER BY t.position, t.id", scope.business_id)
    return [row for row in rows if with_retired or not row.retired]


def cases_in(
    *, scope: Scope, view: str, employee_id: int | None, queue: str = "", at: datetime, cursor: str = "", size: int = 40
) -> CasePage:
    """One view of the open cases, the earliest deadline first, those without one last. Keyset paging: page n costs what page one costs.

    Raises NotFound for a view, queue or cursor that there is not.
    """
    rest, values = _wanted(scope, view, employee_id, queue, at, cursor)
    found = [_with_its_people(row) for row in instances(WITH_ITS_PEOPLE, f"{FROM_CASES} {rest}", *values, size + 1)]
    return CasePage(found[:size], _cursor(view, found[size - 1]) if len(found) > size else "")


def lines_in(
    *, scope: Scope, view: str, employee_id: int | None, queue: str = "", at: datetime, cursor: str = "", size: int = 40
) -> LinePage:
    """The same as `cases_in`, as the lines that a page shows."""
    rest, values = _wanted(scope, view, employee_id, queue, at, cursor)
    found = lines(rest, *values, size + 1)
    return LinePage(found[:size], _cursor(view, found[size - 1]) if len(found) > size else "")


def lines(rest: str, *values: Any) -> list[CaseLine]:
    """What lists show of the cases (`t`) that the rest of a statement of ours chooses: its conditions, order and limit."""
    return [_line(*row) for row in fetch_prepared(f"SELECT {LINE_COLUMNS} {FROM_LINES} {rest}", *values)]


def _line(number: int, public_id: Any, *rest: Any) -> CaseLine:
    subject, status, nature, priority, opened_at, due_at, overdue, resolved_at, customer, queue, owner = rest
    instants = [as_instant(one) if one else None for one in (due_at, resolved_at)]
    return CaseLine(
        number,
        as_uuid(public_id),
        subject,
        status,
        nature,
        priority,
        as_instant(opened_at),
        instants[0],
        bool(overdue),
        instants[1],
        customer,
        queue,
        owner,
    )


def lines_of_customer(*, scope: Scope, customer_ids: Collection[int], size: int = 20) -> list[CaseLine]:
    """A customer's cases, newest first; of all records that are the same person."""
    if not customer_ids:
        return []
    are, ids = among(list(customer_ids))
    branches, values = branch_condition(scope, "t.branch_id")
    rest = f"WHERE t.business_id = %s AND t.customer_id {are}{branches} ORDER BY t.opened_at DESC, t.id DESC LIMIT %s"
    return lines(rest, scope.business_id, *ids, *values, size)


def present_in(*, case_ids: Collection[int], but: int, at: datetime) -> dict[int, list[tuple[str, bool]]]:
    """Who else has these cases open right now: name, and whether they are writing."""
    if not case_ids:
        return {}
    are, ids = among(list(case_ids))
    rows = fetch_prepared(
        f"SELECT t.case_id, e.name, t.writing_at FROM service_presence t JOIN staff_employee e ON e.id = t.employee_id WHERE t.case_id {are}"
        " AND t.seen_at > %s AND t.employee_id <> %s",
        *ids,
        instant_value(at - PRESENT_FOR),
        but,
    )
    found: dict[int, list[tuple[str, bool]]] = {}
    for case_id, name, writing_at in rows:
        found.setdefault(case_id, []).append((name, writing_at is not None and as_instant(writing_at) > at - PRESENT_FOR))
    return found


AWAKE = "t.status IN ('open', 'waiting') AND (t.snoozed_until IS NULL OR t.snoozed_until <= %s)"


def _wanted(scope: Scope, view: str, employee_id: int | None, queue: str, at: datetime, cursor: str) -> tuple[str, list[Any]]:
    """What follows the tables of a list: conditions, order and a limit to be given; planned anew, for one may have most of all cases."""
    now = instant_value(at)
    views: dict[str, tuple[str, list[Any]]] = {
        "resolved": ("t.status = 'resolved'", []),
        "waiting": ("t.status = 'waiting'", []),
        "snoozed": ("t.status IN ('open', 'waiting') AND t.snoozed_until > %s", [now]),
        "overdue": ("t.status IN ('open', 'waiting') AND t.due_at < %s", [now]),
        "mine": (f"{AWAKE} AND t.owner_id = %s", [now, employee_id]),
        "nobody": (f"{AWAKE} AND t.owner_id IS NULL", [now]),
        "all": (AWAKE, [now]),
    }
    if view == "queue":
        place = next((one.pk for one in queues_of(scope=scope, with_retired=True) if one.public_id == parsed(queue)), None)
        if place is None:
            raise NotFound(_("There is no such queue."))
        views["queue"] = (f"{AWAKE} AND t.queue_id = %s", [now, place])
    if view not in views:
        raise NotFound(_("There is no such list."))
    condition, values = views[view]
    branches, visible = branch_condition(scope, "t.branch_id")
    after, place_of = _after(view, cursor) if cursor else ("", [])
    order = "t.resolved_at DESC, t.id DESC" if view == "resolved" else "t.due_at ASC NULLS LAST, t.id"
    rest = f"WHERE t.business_id = %s AND {condition}{branches}{after} ORDER BY {order} LIMIT %s{PLANNED_ANEW}"
    return rest, [scope.business_id, *values, *visible, *place_of]


def _after(view: str, cursor: str) -> tuple[str, list[Any]]:
    since, _bar, number = cursor.partition("|")
    try:
        last = int(number) if number.isdigit() else None
        instant = None if since == FAR else datetime.fromisoformat(since)
    except ValueError:
        last, instant = None, None
    if last is None or (instant is None and (since != FAR or view == "resolved")):
        raise NotFound(_("This page does not exist."))
    if instant is None:
        return " AND t.due_at IS NULL AND t.id > %s", [last]
    here = instant_value(instant)
    if view == "resolved":
        return " AND t.resolved_at <= %s AND NOT (t.resolved_at = %s AND t.id >= %s)", [here, here, last]
    return " AND (t.due_at > %s OR (t.due_at = %s AND t.id > %s) OR t.due_at IS NULL)", [here, here, last]


def _cursor(view: str, last: Case | CaseLine) -> str:
    if view == "resolved":
        return f"{last.resolved_at.isoformat()}|{last.pk}" if last.resolved_at else ""
    return f"{last.due_at.isoformat() if last.due_at else FAR}|{last.pk}"
