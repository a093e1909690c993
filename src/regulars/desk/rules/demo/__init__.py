"""The demo business: a bakery chain whose two years are told, not recorded. Pure and deterministic."""

from regulars.desk.rules.demo.firm import (
    ACCENT,
    BRANCHES,
    CURRENCY,
    LANGUAGES,
    NAME,
    PASSWORD,
    SOURCE,
    STAFF,
    ZONE,
    DemoBranch,
    DemoEmployee,
    holidays_between,
)
from regulars.desk.rules.demo.story import DemoCustomer, DemoVisit, demo_story

__all__ = [
    "ACCENT",
    "BRANCHES",
    "CURRENCY",
    "LANGUAGES",
    "NAME",
    "PASSWORD",
    "SOURCE",
    "STAFF",
    "ZONE",
    "DemoBranch",
    "DemoCustomer",
    "DemoEmployee",
    "DemoVisit",
    "demo_story",
    "holidays_between",
]
