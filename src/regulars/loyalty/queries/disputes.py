"""Questions about disputes with offline tills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.business.queries import Scope
from regulars.customers.queries import customer_of
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.loyalty.models import Dispute, Program
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.showing import shown_units

LATELY = 30


@dataclass(frozen=True, kw_only=True)
class DisputeShown:
    """A dispute as people read it."""

    row: Dispute
    units: str
    unit_name: str


def dispute_with_id(*, scope: Scope, public_id: str) -> Dispute | None:
    """A dispute of the caller's business about a customer whom they may see; None for foreign and made-up ones alike."""
    if not parsed(public_id):
        return None
    rows = Dispute.objects.filter(public_id=public_id, program__business_id=scope.business_id).select_related("program", "customer")
    row = rows.first()
    return row if row is not None and _seen(scope, row) else None


def disputes_of(*, scope: Scope, program: Program, at: datetime) -> tuple[Sequence[DisputeShown], Sequence[DisputeShown]]:
    """The open ones, the oldest first, and those settled lately, of customers whom the caller may see."""
    rows = Dispute.objects.filter(program=program).select_related("program", "customer", "purchase__branch")
    standing = [one for one in rows.filter(settled_at=None).order_by("at")[:200] if _seen(scope, one)]
    settled = [one for one in rows.exclude(settled_at=None).order_by("-settled_at")[:LATELY] if _seen(scope, one)]
    return [_shown(one, at) for one in standing], [_shown(one, at) for one in settled]


def disputes_open(*, program: Program) -> int:
    """How many nobody has looked at."""
    return Dispute.objects.filter(program=program, settled_at=None).count()


def _shown(row: Dispute, at: datetime) -> DisputeShown:
    version = version_at(program=row.program, at=at)
    unit = document_of(version).unit(row.unit) if version else None
    return DisputeShown(row=row, units=shown_units(unit, row.units) if unit else str(row.units), unit_name=unit.name if unit else row.unit)


def _seen(scope: Scope, row: Dispute) -> bool:
    try:
        customer_of(scope=scope, public_id=str(row.customer.public_id))
    except NotFound:
        return False
    return True
