"""The business that an import without a signed-in employee goes to."""

from __future__ import annotations

from datetime import datetime

from regulars.business.queries import Business, Scope, all_businesses, business_of
from regulars.business.services import ensure_business
from regulars.groundwork.kernel.intake.kinds import Ground


def business_for_import(*, tenant_id: int | None, currency: str, zone: str, at: datetime, actor: str, found: bool) -> Business | None:
    """The named business, else the only one; when there is none it is founded if `found`, else None."""
    if tenant_id is not None:
        return business_of(scope=Scope(tenant_id))
    known = all_businesses()
    if known or not found:
        return known[0] if known else None
    return ensure_business(zone=zone or "UTC", currency=currency, at=at, actor=actor)


def ground_for_import(*, tenant_id: int | None, currency: str, zone: str, at: datetime, actor: str, found: bool) -> Ground:
    """What an import stands on: `business_for_import`, or, when there is none and none is founded, number 0."""
    business = business_for_import(tenant_id=tenant_id, currency=currency, zone=zone, at=at, actor=actor, found=found)
    return Ground(business.pk, business.zone, business.currency) if business else Ground(0, zone or "UTC", currency)
