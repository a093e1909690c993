"""Questions about adjustments that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.business.queries import Scope
from regulars.customers.queries import customer_of
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.loyalty.models import AdjustmentRequest, Program
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.showing import shown_units

LATELY = 30


@dataclass(frozen=True, kw_only=True)
class RequestShown:
    """A request as people read it: `units` with their sign, `state` as it is now, whatever a job has done."""

    row: AdjustmentRequest
    units: str
    unit_name: str
    state: str


def request_with_id(*, scope: Scope, public_id: str) -> AdjustmentRequest | None:
    """A request of the caller's business about a customer whom they may see; None for foreign and made-up ones alike."""
    if not parsed(public_id):
        return None
    rows = AdjustmentRequest.objects.filter(public_id=public_id, program__business_id=scope.business_id)
    row = rows.select_related("program", "customer").first()
    return row if row is not None and _seen(scope, row) else None


def requests_of(*, scope: Scope, program: Program, at: datetime) -> tuple[list[RequestShown], list[RequestShown]]:
    """What waits, the oldest first, and what was decided lately, of customers whom the caller may see."""
    rows = AdjustmentRequest.objects.filter(program=program).select_related("program", "customer")
    waiting = [one for one in rows.filter(state="asked", ends_at__gt=at).order_by("asked_at")[:200] if _seen(scope, one)]
    settled = [one for one in rows.exclude(state="asked", ends_at__gt=at).order_by("-asked_at")[:LATELY] if _seen(scope, one)]
    return [request_shown(one, at=at) for one in waiting], [request_shown(one, at=at) for one in settled]


def requests_waiting(*, program: Program, at: datetime) -> int:
    """How many wait for somebody."""
    return AdjustmentRequest.objects.filter(program=program, state="asked", ends_at__gt=at).count()


def request_shown(row: AdjustmentRequest, *, at: datetime) -> RequestShown:
    """A request with its units in words, and its state at an instant."""
    version = version_at(program=row.program, at=at)
    unit = document_of(version).unit(row.unit) if version else None
    lapsed = row.state == "asked" and row.ends_at <= at
    return RequestShown(
        row=row,
        units=shown_units(unit, row.units) if unit else str(row.units),
        unit_name=unit.name if unit else row.unit,
        state="lapsed" if lapsed else row.state,
    )


def _seen(scope: Scope, row: AdjustmentRequest) -> bool:
    try:
        customer_of(scope=scope, public_id=str(row.customer.public_id))
    except NotFound:
        return False
    return True
