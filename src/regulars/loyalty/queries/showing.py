"""Units as people write them."""

from __future__ import annotations

from decimal import Decimal

from regulars.loyalty.rules.units import Unit


def shown_units(unit: Unit, units: int) -> str:
    """Smallest units as a plain decimal: 26828 at scale 2 is “268.28”."""
    return str(Decimal(units).scaleb(-unit.scale))
