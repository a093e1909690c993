"""How many cases wait where: all counts that stand beside lists, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.service.models import Queue
from regulars.service.queries.listing import branch_condition

COUNTED_TO = 999


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


def counts_beside(*, scope: Scope, employee_id: int | None, queues: Sequence[Queue], at: datetime) -> dict[str, Counted]:
    """How many open cases that nobody put off are mine, nobody's, overdue and there at all, and how many wait in each queue (by its public
    id). Each is counted up to a thousand: the answer takes as long for a million.
    """
    awake = "(snoozed_until IS NULL OR snoozed_until <= %s)"
    instant = instant_value(at)
    wanted: dict[str, tuple[str, list[Any]]] = {
        "mine": (f"{awake} AND owner_id = %s", [instant, employee_id]),
        "nobody": (f"{awake} AND owner_id IS NULL", [instant]),
        "overdue": ("due_at < %s", [instant]),
        "all": (awake, [instant]),
    }
    wanted |= {str(one.public_id): (f"{awake} AND queue_id = %s", [instant, one.pk]) for one in queues}
    branches, values = branch_condition(scope)
    # In the order of an index of open cases: without it the planner reads all cases, hoping that open ones lie about everywhere.
    statement = " UNION ALL ".join(
        f"SELECT {number}, count(*) FROM (SELECT 1 AS one FROM service_case WHERE business_id = %s AND status IN ('open', 'waiting'){branches}"  # noqa: S608 — all values are parameters
        f" AND {condition} ORDER BY due_at, id LIMIT {COUNTED_TO + 1}) counted_{number}"
        for number, (condition, _values) in enumerate(wanted.values())
    )
    found = dict(fetch_prepared(statement, *[one for _condition, own in wanted.values() for one in (scope.business_id, *values, *own)]))
    return {name: Counted(found[number]) for number, name in enumerate(wanted)}
