"""Units as people write them."""

from __future__ import annotations

from decimal import Decimal

from regulars.loyalty.rules.units import Unit


def shown_units(unit: Unit, units: int) -> str:
    """Smallest units as a plain decimal: 26828 at scale 2 is “268.28”."""
    return str(Decimal(units).scaleb(-unit.scale))


def units_read(unit: Unit, written: str) -> int:
    """A plain decimal as smallest units: “268.28” at scale 2 is 26828. Raises ValueError when it has more decimals than the unit."""
    smallest = Decimal(written).scaleb(unit.scale)
    if smallest != smallest.to_integral_value():
        raise ValueError(f"{written} has more than {unit.scale} decimals")
    return int(smallest)
