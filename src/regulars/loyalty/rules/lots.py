"""Which points go first, and which come back: use order, debts, and what a reversal returns (P3 to P5, case 15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class OpenLot:
    """A lot as the rules see it. `left` includes what is held; `id` is the order in which lots came."""

    id: int
    left: int
    held: int = 0
    active_at: datetime
    expires_at: datetime | None = None
    earned_at: datetime
    priority: int = 0
    purchase_id: int | None = None

    @property
    def free(self) -> int:
        """What no hold has reserved."""
        return self.left - self.held

    def usable(self, at: datetime) -> bool:
        """Whether it may be spent at an instant, whatever a job has done by then."""
        return self.active_at <= at and (self.expires_at is None or at < self.expires_at)


def use_order(lots: Iterable[OpenLot]) -> list[OpenLot]:
    """Priority first, then soonest expiry, undated last, oldest, id."""
    return sorted(lots, key=lambda lot: (-lot.priority, lot.expires_at or FOREVER, lot.earned_at, lot.id))


def usable_units(lots: Iterable[OpenLot], at: datetime) -> int:
    """How much may be spent at an instant."""
    return sum(lot.free for lot in lots if lot.usable(at))


def drawn(lots: Iterable[OpenLot], units: int, at: datetime) -> list[tuple[int, int]]:
    """Take units from usable lots in use order: (lot, units) pairs. Raises ValueError when there are not enough: ask `usable_units` first."""
    return _taken([lot for lot in use_order(lots) if lot.usable(at)], units, whole=True)


def clawed(lots: Iterable[OpenLot], units: int, at: datetime, purchase_id: int | None) -> list[tuple[int, int]]:
    """Take back as much as there is: first the lots of the purchase itself, pending ones too, then others in use order."""
    ordered = use_order(lots)
    own = [lot for lot in ordered if purchase_id is not None and lot.purchase_id == purchase_id and (lot.expires_at or FOREVER) > at]
    known = {lot.id for lot in own}
    rest = [lot for lot in ordered if lot.id not in known and lot.usable(at)]
    later = [lot for lot in ordered if lot.id not in known and at < lot.active_at]
    return _taken([*own, *rest, *later], units, whole=False)


def given_back(uses: Sequence[tuple[int, int]], units: int) -> list[tuple[int, int]]:
    """Return units of a spending to the lots that they came from, the last used first. Raises ValueError beyond what was used."""
    back, wanted = [], units
    for lot, used in reversed(uses):
        part = min(used, wanted)
        if part:
            back.append((lot, part))
        wanted -= part
    if wanted:
        raise ValueError(f"{wanted} units more than were used")
    return back


def _taken(lots: Sequence[OpenLot], units: int, *, whole: bool) -> list[tuple[int, int]]:
    taken, wanted = [], units
    for lot in lots:
        part = min(lot.free, wanted)
        if part:
            taken.append((lot.id, part))
        wanted -= part
        if not wanted:
            break
    if wanted and whole:
        raise ValueError(f"{wanted} units missing")
    return taken
