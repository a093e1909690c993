"""Questions about cases."""

from regulars.service.models import Article, Case, Entry, Gesture, Notice, Queue
from regulars.service.queries.knowing import GesturesPage, articles_of, gestures_awaiting, handler_shown, notices_of
from regulars.service.queries.listing import (
    VIEWS,
    CasePage,
    Counted,
    case_of,
    cases_exist,
    cases_in,
    cases_of_customer,
    count_in,
    find_cases,
    present_in,
    queues_of,
)
from regulars.service.queries.telling import (
    PRIORITY_WORDS,
    STATUS_WORDS,
    CaseShown,
    PromiseShown,
    case_of_mail,
    case_shown,
    entries_of,
    gestures_of,
    promises_by_stream,
)
from regulars.service.rules.clocks import Metric, Standing
from regulars.service.rules.words import sounds_unhappy

__all__ = [
    "PRIORITY_WORDS",
    "STATUS_WORDS",
    "VIEWS",
    "Article",
    "Case",
    "CasePage",
    "CaseShown",
    "Counted",
    "Entry",
    "Gesture",
    "GesturesPage",
    "Metric",
    "Notice",
    "PromiseShown",
    "Queue",
    "Standing",
    "articles_of",
    "case_of",
    "case_of_mail",
    "case_shown",
    "cases_exist",
    "cases_in",
    "cases_of_customer",
    "count_in",
    "entries_of",
    "find_cases",
    "gestures_awaiting",
    "gestures_of",
    "handler_shown",
    "notices_of",
    "present_in",
    "promises_by_stream",
    "queues_of",
    "sounds_unhappy",
]
