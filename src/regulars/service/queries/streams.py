"""The stream of a case, and the projection that lists are made of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.groundwork.kernel.bulk.instances import among, as_instant, objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.service.models import Case, EventRow
from regulars.service.rules.clocks import Clock, Laws, Timing, lapses
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.silences import owed_answer, silence_at
from regulars.service.rules.states import CaseState, timings_of

OF_CASE = "FROM service_event t WHERE t.case_id = %s ORDER BY t.seq"


@dataclass(slots=True)
class ClockColumns:
    """What the row of a clock should hold by its stream: the columns of `ClockRow`, without the weight of a model."""

    case_id: int
    business_id: int
    key: str
    metric: str
    instance: int
    is_open: bool
    paused: bool
    breached: bool
    how: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    policy_id: int | None
    paragraph: str
    staff_id: int | None
    what: str
    next_look_at: datetime | None


def happening(row: EventRow) -> Happening:
    """A row as a happening."""
    return Happening(row.seq, row.at, What(row.what), row.actor, row.body)


def happenings_of(*, case_id: int) -> Iterator[tuple[EventRow, Happening]]:
    """The whole stream of one case in order."""
    for row in objects(EventRow, OF_CASE, case_id):
        yield row, happening(row)


def streams_of(*, case_ids: Collection[int]) -> dict[int, list[Happening]]:
    """The streams of many cases, in one query."""
    found: dict[int, list[Happening]] = {one: [] for one in case_ids}
    if not found:
        return {}
    are, ids = among(list(found))
    lines = f"SELECT t.case_id, t.seq, t.at, t.what, t.actor, t.body FROM service_event t WHERE t.case_id {are} ORDER BY t.case_id, t.seq"  # noqa: S608 — all values are parameters
    for case_id, seq, at, what, actor, body in fetch_prepared(lines, *ids):
        said = json.loads(body) if isinstance(body, str) else body
        found[case_id].append(Happening(seq, as_instant(at), What(what), actor, said))
    return found


def projected(case: Case, state: CaseState, book: Laws, *, at: datetime) -> tuple[dict[str, Any], list[ClockColumns]]:
    """What the columns of the case and its clocks should be by its stream. `at` only decides what is looked at next."""
    timings = timings_of(state, book)
    owed, silent = owed_answer(state), silence_at(state, book)
    rows = [_clock_columns(case, state, clock, timings[clock.key], silent if clock is owed else None) for clock in state.clocks]
    over = {clock.key for clock in state.clocks if lapses(clock) and clock.key in state.breached}
    dues = [row.due_at for row in rows if row.is_open and row.due_at is not None and row.key not in over]
    columns = {
        "version": state.seq,
        "status": state.status.value,
        "nature": state.nature,
        "topic": state.topic,
        "channel": state.channel,
        "priority": state.priority,
        "queue_id": state.queue_id,
        "owner_id": state.owner_id,
        "policy_id": state.version_id,
        "paragraph": state.paragraph,
        "opened_at": state.opened_at,
        "customer_at": state.customer_at,
        "unanswered_since": state.unanswered_since,
        "first_answered_at": state.first_answered_at,
        "answered_at": state.answered_at,
        "waiting_since": state.waiting_since,
        "snoozed_until": state.snoozed_until,
        "resolved_at": state.resolved_at,
        "closed_at": state.closed_at,
        "due_at": min(dues, default=None),
        "overdue": any(row.is_open and row.breached for row in rows),
        "reopened": state.reopened,
        "rejected": state.rejected,
        "hands": len(set(state.hands)),
        "settled": state.settled,
    }
    return columns, rows


def _clock_columns(case: Case, state: CaseState, clock: Clock, timing: Timing, silent: datetime | None) -> ClockColumns:
    breached = clock.key in state.breached
    looks = [timing.alarm_at, silent]
    if clock.open and not breached and timing.due_at is not None:
        looks.append(timing.due_at)
    return ClockColumns(
        case_id=case.pk,
        business_id=case.business_id,
        key=clock.key,
        metric=clock.metric.value,
        instance=clock.instance,
        is_open=clock.open,
        paused=clock.open and clock.paused_since is not None,
        breached=breached and not lapses(clock),
        how=clock.ended.value if clock.ended else "",
        started_at=clock.started_at,
        due_at=timing.due_at,
        ended_at=clock.ended_at,
        policy_id=clock.version_id,
        paragraph=clock.paragraph,
        staff_id=clock.staff_id,
        what=clock.what[:200],
        next_look_at=min((one for one in looks if one is not None), default=None) if clock.open else None,
    )
