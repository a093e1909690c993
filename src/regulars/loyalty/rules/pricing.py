"""A basket priced for a member: which offers apply, what each takes off which line, and why the others don't. Pure: the same for a
quote, a hold and a sale.

Whether an offer is valid is judged once, at the instant of the quote or hold; a sale that follows within the hold is priced at that same
instant (`judged_at`), so its amounts match (case 27).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from regulars.loyalty.rules.baskets import Basket, Member, NotApplied, Priced, PricedLine
from regulars.loyalty.rules.eligibility import Due, due
from regulars.loyalty.rules.offers import Offer, Stacking
from regulars.loyalty.rules.shares import rounded
from regulars.loyalty.rules.stack import Outcome, best_for_customer, rank_of

NO_CAPS = Stacking()


@dataclass(frozen=True, slots=True)
class Refund:
    """What goes back: position → minor units."""

    by_line: Mapping[int, int]

    @property
    def amount_minor(self) -> int:
        """What goes back in all."""
        return sum(self.by_line.values())


def price(
    basket: Basket, offers: Iterable[Offer], member: Member | None, at: datetime, zone: ZoneInfo, stacking: Stacking = NO_CAPS
) -> Priced:
    """Price a basket for a member (None: a guest) at an instant, with days and hours of the program's zone.

    The basket is in the program's currency. `offers` in any order; from an `OfferIndex` the amounts are the same as from all offers, only
    reasons of offers that are far from applying are missing. Raises ValueError where two offers share a code.
    """
    ordered = sorted(offers, key=rank_of)
    if len({offer.code for offer in ordered}) != len(ordered):
        raise ValueError("two offers share a code")
    answers = [due(offer, basket, member, at, zone) for offer in ordered]
    outcome, lost = best_for_customer([one for one in answers if isinstance(one, Due)], basket, stacking)
    reasons = {one.offer: one for one in (*lost, *(one for one in answers if isinstance(one, NotApplied)))}
    return Priced(
        lines=_priced_lines(basket, outcome),
        order_minor=basket.order_minor,
        applied=outcome.applied,
        not_applied=tuple(reasons[offer.code] for offer in ordered if offer.code in reasons),
    )


def judged_at(at: datetime, *, quoted_at: datetime | None, hold_until: datetime | None) -> datetime:
    """The instant at which a sale's offers are judged: the quote's while its hold lasts, else the sale's own."""
    if quoted_at is None or hold_until is None or not quoted_at <= at < hold_until:
        return at
    return quoted_at


def refund_of(lines: Sequence[PricedLine], refunded: Mapping[int, int], before: Mapping[int, int] | None = None) -> Refund:
    """What goes back for these quantities (position → thousandths): what was paid for them, by the shares fixed at order time (P12).

    `before` are the quantities that went back earlier: refunding a line in any parts gives back exactly what it cost, no share is spread
    again. Raises ValueError for a position that is not there, and for more than is left.
    """
    by_position = {line.position: line for line in lines}
    earlier = before or {}
    if not by_position.keys() >= refunded.keys() | earlier.keys():
        raise ValueError("no such line")
    back = dict[int, int]()
    for position, quantity in refunded.items():
        line, gone = by_position[position], earlier.get(position, 0)
        if quantity <= 0 or gone < 0 or gone + quantity > line.quantity_milli:
            raise ValueError("a refund is more than nothing and at most what is left of its line")
        back[position] = _paid_for(line, gone + quantity) - _paid_for(line, gone)
    return Refund(back)


def _priced_lines(basket: Basket, outcome: Outcome) -> tuple[PricedLine, ...]:
    taken = list(zip(outcome.applied, outcome.cuts, strict=True))
    return tuple(
        PricedLine(
            position=place,
            amount_minor=line.amount_minor,
            quantity_milli=line.quantity_milli,
            shares=tuple((one.offer, cut.by_line[place]) for one, cut in taken if place in cut.by_line),
        )
        for place, line in enumerate(basket.lines)
    )


def _paid_for(line: PricedLine, quantity_milli: int) -> int:
    return rounded(Fraction(line.paid_minor * quantity_milli, line.quantity_milli))
