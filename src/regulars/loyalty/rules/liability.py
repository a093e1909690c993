"""What outstanding units will cost: what of them is expected to be used, and what is expected never to be (case 64)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from regulars.loyalty.rules.units import Unit, rounded

WHOLE = 100


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Minor units of the program's currency: what all outstanding units would cost, what is expected of it, and the rest (breakage)."""

    full_minor: int
    liability_minor: int

    @property
    def breakage_minor(self) -> int:
        """What is expected never to be asked for; both add up to the full cost, whatever was rounded."""
        return self.full_minor - self.liability_minor


def expected_cost(unit: Unit, outstanding: int, *, decimals: int) -> Expected | None:
    """The liability of so many smallest units; None when the program doesn't say what one costs. Without an expected use, all is expected."""
    if unit.cost is None:
        return None
    full = Fraction(unit.cost) * outstanding * 10**decimals / 10**unit.scale
    used = Fraction(unit.expected_use_percent or WHOLE) / WHOLE
    return Expected(full_minor=rounded(full, "half_up"), liability_minor=rounded(full * used, "half_up"))
