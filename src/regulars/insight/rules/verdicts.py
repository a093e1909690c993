"""What a fit says about itself. A fit may refuse; it never hands out the numbers it started from."""

from __future__ import annotations

from enum import StrEnum


class FitStatus(StrEnum):
    """How far a fit may be believed."""

    CONVERGED = "converged"
    BOUNDARY = "boundary"  # the best parameters lie at the edge, such as "nobody ever leaves": usable, with a flag
    NOT_IDENTIFIABLE = "not identifiable"  # the purchases do not determine the parameters
    TOO_FEW = "too few"
    NO_SPREAD = "no spread"  # everybody spends the same: nothing to model, the mean is exact
    NOT_CONVERGED = "not converged"

    @property
    def is_usable(self) -> bool:
        return self in (FitStatus.CONVERGED, FitStatus.BOUNDARY)
