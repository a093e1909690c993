"""Answers of the policy: deadlines by a calendar, and how they come about."""

from regulars.policy.queries.deadlines import Deadline, PauseRefused, StartRefused, deadline_by, instant_of
from regulars.policy.queries.reading import CalendarRefused, TargetRefused, calendar_of, target_of

__all__ = [
    "CalendarRefused",
    "Deadline",
    "PauseRefused",
    "StartRefused",
    "TargetRefused",
    "calendar_of",
    "deadline_by",
    "instant_of",
    "target_of",
]
