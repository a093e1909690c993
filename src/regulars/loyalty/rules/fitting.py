"""How many points fit an amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from regulars.loyalty.rules.units import Unit


def fitting_units(unit: Unit, usable: int, amount_minor: int, *, decimals: int) -> int:
    """The fewest smallest units that pay as much of an amount as the usable ones can; 0 where they pay nothing.

    `decimals`: those of the amount's currency. What they pay is never more than the amount: nobody gets change for points.
    """
    if unit.worth is None or usable <= 0 or amount_minor <= 0:
        return 0
    each = Fraction(unit.worth) * Fraction(Decimal(10) ** (decimals - unit.scale))
    # Paid is rounded down: as many as make the amount full, not one more.
    most = min(usable, -(-amount_minor // each))
    worth = min(int(each * most), amount_minor)
    units = -(-worth // each)
    if int(each * units) > amount_minor:
        units = amount_minor // each
    return int(units)
