"""Tables of service."""

from regulars.service.models.aftercare import Aftercare
from regulars.service.models.cases import Case, ClockRow, Entry, EventRow, Link, Presence, Queue
from regulars.service.models.gestures import Gesture, GestureBudget, LedgerLine
from regulars.service.models.handling import Handler
from regulars.service.models.knowing import Article
from regulars.service.models.notices import Notice
from regulars.service.models.reviewing import Review, Scorecard

__all__ = [
    "Aftercare",
    "Article",
    "Case",
    "ClockRow",
    "Entry",
    "EventRow",
    "Gesture",
    "GestureBudget",
    "Handler",
    "LedgerLine",
    "Link",
    "Notice",
    "Presence",
    "Queue",
    "Review",
    "Scorecard",
]
