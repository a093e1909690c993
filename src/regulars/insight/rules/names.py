"""The plain words for customers. They are stored, published as traits, and stable; translations are for showing."""

from __future__ import annotations

from enum import StrEnum


class Segment(StrEnum):
    """What a customer is called; each customer with a visit has exactly one. The rule is in `segments.py`."""

    NEW = "new"
    ONE_VISIT = "one visit only"
    PROMISING = "promising"
    REGULAR = "regular"
    SLIPPING_AWAY = "slipping away"
    GONE_QUIET = "gone quiet"
