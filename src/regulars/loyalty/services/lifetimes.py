"""Lots that live by activity: each act of a member moves the ends of what they have (P6)."""

from __future__ import annotations

from datetime import datetime

from regulars.loyalty.models import Lot
from regulars.loyalty.rules.units import lot_ends
from regulars.loyalty.services.booking import Purse


def keep_alive(purse: Purse, *, by: datetime | None = None) -> None:
    """Move the ends of lots that still live, after the member bought or spent (`by`, or now). Never nearer than they were, and nothing that
    has ended. Where an end needs a notice, the new one does again: what was told of the former end counts no more (case 28)."""
    acted = by or purse.at
    if purse.unit.expiry.kind != "activity":
        return
    ends = lot_ends(purse.unit, acted, purse.terms.document.tzinfo)
    assert ends is not None
    living = [lot for lot in purse.lots.values() if lot.left and (lot.expires_at is None or acted < lot.expires_at)]
    plain = [lot for lot in living if lot.due_at is None and lot.expires_at is not None and lot.expires_at < ends]
    noticed = [lot for lot in living if lot.due_at is not None and lot.due_at < ends]
    if purse.unit.expiry.notice is not None:
        plain, noticed = [], [*noticed, *plain]
    for lot in plain:
        lot.expires_at = ends
    for lot in noticed:
        lot.due_at, lot.expires_at = ends, None
    if plain:
        Lot.objects.filter(pk__in=[lot.pk for lot in plain]).update(expires_at=ends)
    if noticed:
        Lot.objects.filter(pk__in=[lot.pk for lot in noticed]).update(due_at=ends, expires_at=None)
