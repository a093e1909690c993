"""Which plain word describes a customer. Every customer with a visit has exactly one.

| visits | silence | segment |
|---|---|---|
| 1 | no longer than nine in ten returners took to come back | new |
| 1 | longer | one visit only |
| 2 | as their rhythm explains | promising |
| 3 or more | as their rhythm explains | regular |
| 2 or more | longer than their own rhythm explains | slipping away |
| 2 or more | so long that a return would be a surprise | gone quiet |
"""

from __future__ import annotations

import numpy as np

from regulars.insight.rules.arrays import AnyColumn, Flags, Real, Whole
from regulars.insight.rules.names import Segment

# Beyond the rhythm: three in four of the gaps that this customer would make are shorter than the present silence,
# and it is more likely than not that the last visit was the last.
LONGEST_USUAL_CHANCE = 0.25
LIKELY_GONE = 0.50
# Gone quiet: less than one chance in ten of still coming, after eight usual gaps and at least a quarter of a year.
HARDLY_COMING = 0.10
GAPS_UNTIL_QUIET = 8.0
FEWEST_QUIET_DAYS = 90
PLAIN_RETURN_DAYS = 90  # while fewer than ten customers have come a second time


def segments_for(
    *, x: Whole, silence: Whole, usual_gap: Real, chance: Real, still_coming: Real, return_days: int | None
) -> AnyColumn:  # fmt: skip
    """The segment of each customer, as a column of `Segment` values."""
    patience = PLAIN_RETURN_DAYS if return_days is None else return_days
    beyond = is_beyond_rhythm(x=x, chance=chance, still_coming=still_coming)
    long_enough = np.maximum(GAPS_UNTIL_QUIET * usual_gap, FEWEST_QUIET_DAYS)
    quiet = (still_coming <= HARDLY_COMING) & (silence >= long_enough)
    return np.select(
        [x == 0, beyond & quiet, beyond, x == 1],
        [
            np.where(silence <= patience, Segment.NEW.value, Segment.ONE_VISIT.value),
            Segment.GONE_QUIET.value,
            Segment.SLIPPING_AWAY.value,
            Segment.PROMISING.value,
        ],
        default=Segment.REGULAR.value,
    )


def is_beyond_rhythm(*, x: Whole, chance: Real, still_coming: Real) -> Flags:
    """Silent for longer than the own rhythm explains. One visit makes no rhythm."""
    return np.asarray((x > 0) & (chance <= LONGEST_USUAL_CHANCE) & (still_coming <= LIKELY_GONE))
