"""Value over a horizon: expected visits times expected spend, later ones worth a little less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import Real

DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Horizon:
    """How far ahead value looks, in equal months, and how much less a year later counts."""

    months: int = 12
    yearly_discount: float = 0.10

    @property
    def days(self) -> float:
        return self.months * DAYS_PER_YEAR / 12.0

    def month_ends(self) -> Real:
        """Days from now to the end of each month."""
        return np.asarray(np.arange(1, self.months + 1) * (DAYS_PER_YEAR / 12.0), dtype=np.float64)

    def month_worth(self) -> Real:
        """What 1.00 received in the middle of each month is worth now."""
        middle = (np.arange(self.months) + 0.5) / 12.0
        return np.asarray((1.0 + self.yearly_discount) ** -middle, dtype=np.float64)


def value_minor(*, alive: Real, discounted_visits_if_alive: Real, spend: Real, refund_share: float) -> Real:
    """Expected value in minor units: chance of still coming, discounted visits, spend per visit, less refunds."""
    return np.asarray(alive * discounted_visits_if_alive * spend * (1.0 - refund_share))


def refund_share(sales_minor: int, refunds_minor: int) -> float:
    """Which share of sales came back as refunds. Refunds are negative amounts."""
    return min(1.0, max(0.0, -refunds_minor / sales_minor)) if sales_minor > 0 else 0.0
