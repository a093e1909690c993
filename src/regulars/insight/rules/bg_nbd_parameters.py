"""The four numbers of a BG/NBD model."""

from __future__ import annotations

from dataclasses import dataclass, replace

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class BgNbdParameters:
    """r, alpha, a, b; alpha is in the unit of time of the columns it was fitted on (days in Regulars)."""

    r: float
    alpha: float
    a: float
    b: float

    def in_weeks(self) -> BgNbdParameters:
        """The same model told in weeks, given that this one is told in days."""
        return replace(self, alpha=self.alpha / DAYS_PER_WEEK)

    def in_days(self) -> BgNbdParameters:
        """The same model told in days, given that this one is told in weeks."""
        return replace(self, alpha=self.alpha * DAYS_PER_WEEK)
