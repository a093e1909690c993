"""Verbs of the firm's own description."""

from regulars.business.services.branches import (
    BranchCodeTaken,
    HolidayTaken,
    HoursOverlap,
    add_holiday,
    describe_branch,
    open_branch,
    remove_holiday,
    set_opening_hours,
)
from regulars.business.services.dissolving import dissolve_business
from regulars.business.services.firm import (
    AccentTooPale,
    UnknownCurrency,
    UnknownZone,
    describe_business,
    ensure_business,
    found_business,
    settle_currency,
)

__all__ = [
    "AccentTooPale",
    "BranchCodeTaken",
    "HolidayTaken",
    "HoursOverlap",
    "UnknownCurrency",
    "UnknownZone",
    "add_holiday",
    "describe_branch",
    "describe_business",
    "dissolve_business",
    "ensure_business",
    "found_business",
    "open_branch",
    "remove_holiday",
    "set_opening_hours",
    "settle_currency",
]
