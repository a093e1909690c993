"""What is moved by hand, by API: between members, and given or taken with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from regulars.groundwork.kernel import clock
from regulars.loyalty.queries import (
    AdjustmentRequest,
    request_shown,
    request_with_id,
)
from regulars.loyalty.services import (
    RequestNotFound,
    adjust_units,
    transfer_units,
)
from regulars.staff.queries import owner_of_key
from regulars.till.api.asking import REFUSALS, caller, written
from regulars.till.api.loyalty import accounts_shown, entries_shown, member, program_named, smallest
from regulars.till.api.loyalty_shapes import (
    AdjustmentIn,
    AdjustmentOut,
    RequestOut,
    TransferIn,
    TransferOut,
)
from regulars.till.api.root import api
from regulars.till.api.shapes import Identity, Key

TAGS = ["loyalty"]


@api.post("/transfers", response={201: TransferOut, **REFUSALS}, url_name="transfers", tags=TAGS, summary="Move points between members")
def new_transfer(request: HttpRequest, transfer: TransferIn, idempotency_key: Key = None) -> HttpResponse:
    """They keep the ends that they had."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        program = program_named(scope, transfer.program)
        units = smallest(program, transfer.unit, transfer.units, at)
        giver, getter = member(scope, transfer.giver, field="from"), member(scope, transfer.getter, field="to")
        entries = transfer_units(program=program, giver=giver, getter=getter, unit=transfer.unit, units=units, at=at, actor=actor.name)
        return 201, TransferOut(entries=entries_shown(entries)).model_dump(mode="json")

    return written(request, route="POST /transfers", at=at, act=act)


@api.post(
    "/adjustments",
    response={201: AdjustmentOut, 202: AdjustmentOut, **REFUSALS},
    url_name="adjustments",
    tags=TAGS,
    summary="Give or take by hand",
)
def new_adjustment(request: HttpRequest, adjustment: AdjustmentIn, idempotency_key: Key = None) -> HttpResponse:
    """With a reason. 201: booked. 202: more than the program lets one person do; it waits until somebody else approves of it in the desk."""
    actor, scope = caller(request)
    at = clock.now()

    def act() -> tuple[int, dict[str, Any]]:
        program = program_named(scope, adjustment.program)
        units = smallest(program, adjustment.unit, adjustment.units, at)
        customer = member(scope, adjustment.customer)
        owner = owner_of_key(key_id=actor.id) if actor.kind == "key" else None
        done = adjust_units(
            program=program,
            customer=customer,
            unit=adjustment.unit,
            units=units,
            reason=adjustment.reason,
            at=at,
            actor=actor.name,
            person=f"employee:{owner}" if owner else "",
        )
        shown = AdjustmentOut(
            state="asked" if done.request else "booked",
            request=_request(done.request, at) if done.request else None,
            entries=entries_shown(done.entries),
            accounts=accounts_shown(customer, at),
        )
        return 202 if done.request else 201, shown.model_dump(mode="json")

    return written(request, route="POST /adjustments", at=at, act=act)


@api.get("/adjustments/{id}", response={200: RequestOut, **REFUSALS}, url_name="adjustment", tags=TAGS, summary="An adjustment that waits")
def one_adjustment(request: HttpRequest, id: Identity) -> RequestOut:
    """What became of it. 404 `adjustment_not_found`."""
    _actor, scope = caller(request)
    found = request_with_id(scope=scope, public_id=id)
    if found is None:
        raise RequestNotFound
    return _request(found, clock.now())


def _request(row: AdjustmentRequest, at: datetime) -> RequestOut:
    shown = request_shown(row, at=at)
    return RequestOut(
        id=str(row.public_id),
        customer=str(row.customer.public_id),
        program=row.program.code,
        unit=row.unit,
        units=shown.units,
        reason=row.reason,
        state=shown.state,
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        decided_at=row.decided_at,
        why=row.decided_why,
    )
