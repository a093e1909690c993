"""The business that an import without a signed-in employee goes to."""

from __future__ import annotations

from datetime import datetime

from regulars.business.queries import Business, Scope, all_businesses, business_of
from regulars.business.services import ensure_business


def business_for_import(*, tenant_id: int | None, currency: str, zone: str, at: datetime, actor: str, found: bool) -> Business | None:
    """The named business, else the only one; when there is none it is founded if `found`, else None."""
    if tenant_id is not None:
        return business_of(scope=Scope(tenant_id))
    known = all_businesses()
    if known or not found:
        return known[0] if known else None
    return ensure_business(zone=zone or "UTC", currency=currency, at=at, actor=actor)
