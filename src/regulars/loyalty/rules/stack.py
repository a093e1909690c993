"""The candidates of the stacking model (see `offers`) and the one that is best for the customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from regulars.loyalty.rules import baskets as reasons
from regulars.loyalty.rules.baskets import Applied, Basket, NotApplied
from regulars.loyalty.rules.eligibility import Due
from regulars.loyalty.rules.giving import Cut, cut_of, way_of
from regulars.loyalty.rules.offers import Offer, Stacking
from regulars.loyalty.rules.parts import exact


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a candidate comes to: what each offer gave, in the order of application, and why others of it gave nothing."""

    applied: tuple[Applied, ...]
    cuts: tuple[Cut, ...]
    idle: tuple[NotApplied, ...]

    @property
    def total_minor(self) -> int:
        """What it saves the customer."""
        return sum(one.amount_minor for one in self.applied)


def rank_of(offer: Offer) -> tuple[int, str]:
    """The order of application: the smallest priority first, then the code."""
    return offer.priority, offer.code


def best_for_customer(dues: Sequence[Due], basket: Basket, stacking: Stacking) -> tuple[Outcome, tuple[NotApplied, ...]]:
    """The outcome that saves most, with the reasons of all offers that are not in it. `dues` in the order of application."""
    order = _canonical(basket)
    candidates = list(_candidates(dues))
    outcomes = [outcome_of(one, basket, order, stacking) for one in candidates]
    best = min(range(len(outcomes)), key=lambda place: (-outcomes[place].total_minor, len(outcomes[place].applied), place))
    applied = {one.offer for one in outcomes[best].applied}
    gave = {one.offer for outcome in outcomes for one in outcome.applied}
    # Who is in the best candidate and gave nothing there has the reason from there; others from the first candidate that they are in.
    idle = {one.offer: one for outcome in (*reversed(outcomes), outcomes[best]) for one in outcome.idle}
    inside = {one.offer.code for one in candidates[best]}
    lost = [
        _beaten(one, candidates[best], applied) if one.offer.code in gave - inside else idle[one.offer.code]
        for one in dues
        if one.offer.code not in applied
    ]
    return _as_rung_up(candidates[best], outcomes[best], basket, stacking), tuple(lost)


def outcome_of(dues: Sequence[Due], basket: Basket, order: Sequence[int], stacking: Stacking) -> Outcome:
    """Apply offers one after another, each to what is still to pay. `order` of positions decides among equals."""
    left = {place: line.amount_minor for place, line in enumerate(basket.lines)}
    whole = basket.order_minor
    room = _share_of(whole, stacking.cap_percent)
    applied, cuts, idle = list[Applied](), list[Cut](), list[NotApplied]()
    for one in dues:
        if len(applied) == stacking.max_offers:
            idle.append(NotApplied(offer=one.offer.code, reason=reasons.TOO_MANY, limit=stacking.max_offers))
            continue
        own = _share_of(whole, one.offer.cap_percent)
        cut = cut_of(one, basket, left, order, min(room, own))
        if not cut.total_minor:
            idle.append(NotApplied(offer=one.offer.code, reason=_why_idle(one, cut, left)))
            continue
        applied.append(_applied(one, cut, reasons.BY_PROGRAM_CAP if room <= own else reasons.BY_OFFER_CAP))
        cuts.append(cut)
        room -= cut.total_minor
        for place, share in cut.by_line.items():
            left[place] -= share
    return Outcome(tuple(applied), tuple(cuts), tuple(idle))


def _candidates(dues: Sequence[Due]) -> Iterator[list[Due]]:
    stack = [one for one in dues if one.offer.stacking == "stack"]
    yield stack
    for extra in dues:
        if extra.offer.stacking == "best":
            yield sorted([*stack, extra], key=lambda one: rank_of(one.offer))
    for alone in dues:
        if alone.offer.stacking == "exclusive":
            yield [alone]


def _canonical(basket: Basket) -> list[int]:
    """An order of lines that doesn't depend on how they were rung up; lines that are equal in it are equal in all that counts."""

    def key(place: int) -> tuple[int, str, str, int]:
        line = basket.lines[place]
        return -line.amount_minor, line.product.casefold().strip(), line.category.casefold().strip(), line.quantity_milli

    return sorted(range(len(basket.lines)), key=key)


def _as_rung_up(dues: Sequence[Due], outcome: Outcome, basket: Basket, stacking: Stacking) -> Outcome:
    """The same outcome with ties by line order (P12), where this changes no amount.

    A cent that goes to the first of two equal lines can change what a later offer on one of them takes: then the canonical order stays,
    for a cart must not cost otherwise in another order (case 55).
    """
    rung_up = outcome_of(dues, basket, range(len(basket.lines)), stacking)
    return rung_up if (rung_up.applied, rung_up.idle) == (outcome.applied, outcome.idle) else outcome


def _applied(one: Due, cut: Cut, cap: str) -> Applied:
    cut_by = cap if cut.withheld_minor else one.limited_by if cut.limited else ""
    return Applied(
        offer=one.offer.code,
        reason=way_of(one.offer),
        amount_minor=cut.total_minor,
        units_milli=cut.units_milli,
        withheld_minor=cut.withheld_minor,
        cut_by=cut_by,
    )


def _why_idle(one: Due, cut: Cut, left: dict[int, int]) -> str:
    if cut.withheld_minor:
        return reasons.CAPPED
    return reasons.NO_GAIN if any(left[place] for place in one.meant) else reasons.NOTHING_LEFT


def _beaten(one: Due, winners: Sequence[Due], applied: set[str]) -> NotApplied:
    """By the one that was the best of its group, or by all that were applied."""
    rivals = [other.offer.code for other in winners if other.offer.code in applied]
    same = [other.offer.code for other in winners if other.offer.stacking == "best" and other.offer.code in applied]
    return NotApplied(offer=one.offer.code, reason=reasons.BEATEN, by=tuple(same if one.offer.stacking == "best" and same else rivals))


def _share_of(whole: int, percent: Decimal | None) -> int:
    """The most that a cap allows, never a fraction more; without one the whole."""
    return whole if percent is None else int(whole * exact(percent) / 100)
