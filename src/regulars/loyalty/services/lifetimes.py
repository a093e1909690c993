"""Lots that live by activity: each act of a member moves the ends of what they have (P6)."""

from __future__ import annotations

from datetime import datetime

from regulars.loyalty.models import Lot
from regulars.loyalty.rules.units import lot_ends
from regulars.loyalty.services.booking import Purse


def keep_alive(purse: Purse, *, by: datetime | None = None) -> None:
    """Move the ends of lots that still live, after the member bought or spent (`by`, or now). Never nearer than they were, and nothing that
    has ended."""
    acted = by or purse.at
    if purse.unit.expiry.kind != "activity":
        return
    ends = lot_ends(purse.unit, acted, purse.terms.document.tzinfo)
    living = [lot for lot in purse.lots.values() if lot.left and lot.expires_at and ends and acted < lot.expires_at < ends]
    for lot in living:
        lot.expires_at = ends
    Lot.objects.filter(pk__in=[lot.pk for lot in living]).update(expires_at=ends)
