"""Paying with points: what they are worth, and how that is spread over what was bought (P1, P12, case 7)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from regulars.loyalty.rules.receipts import ReceiptLine
from regulars.loyalty.rules.shares import shares_of
from regulars.loyalty.rules.units import Unit


def worth_of(unit: Unit, units: int, *, decimals: int) -> int:
    """What so many smallest units pay, in minor units of a currency with so many decimals, rounded down; 0 when the unit pays nothing."""
    if unit.worth is None:
        return 0
    return int(Fraction(unit.worth) * units * Fraction(Decimal(10) ** (decimals - unit.scale)))


def shares_paid(worth_minor: int, amounts_minor: Sequence[int]) -> list[int]:
    """How much of each line is paid with points, by largest remainder. Lines below zero (a discount of the till) take no part;
    a sale without lines has no shares."""
    return shares_of(worth_minor, [max(amount, 0) for amount in amounts_minor]) if amounts_minor else []


def piece_of(kept: ReceiptLine, quantity_milli: int | None) -> ReceiptLine | None:
    """So much of what is left of a line, with its part of the money; the last piece takes what is left. None when there is less.

    No quantity means all that is left.
    """
    if quantity_milli is None or quantity_milli == kept.quantity_milli:
        return kept if kept.quantity_milli or kept.amount_minor else None
    if not 0 < quantity_milli < kept.quantity_milli:
        return None
    part = kept.amount_minor * quantity_milli // kept.quantity_milli
    return ReceiptLine(amount_minor=part, product=kept.product, category=kept.category, quantity_milli=quantity_milli)
