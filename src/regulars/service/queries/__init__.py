"""Questions about cases."""

from regulars.service.models import Article, Case, Entry, Gesture, Notice, Queue
from regulars.service.queries.counting import Counted, counts_beside
from regulars.service.queries.exporting import cases_section, gestures_section
from regulars.service.queries.finding import find_cases
from regulars.service.queries.keeping import ParagraphKept, paragraphs_kept
from regulars.service.queries.knowing import GesturesPage, articles_of, gestures_awaiting, handler_shown, notices_of
from regulars.service.queries.listing import (
    VIEWS,
    CaseLine,
    CasePage,
    case_of,
    cases_by_public_id,
    cases_exist,
    cases_in,
    lines_in,
    lines_of_customer,
    present_in,
    queues_of,
)
from regulars.service.queries.matters import MatterShown, matter_shown
from regulars.service.queries.reporting import Report, report
from regulars.service.queries.reviewing import (
    ReviewShown,
    items_of,
    review_shown,
    reviews_of,
    sample_to_review,
    scorecard_in_force,
)
from regulars.service.queries.signalling import CaseSign, case_signs, conflicts
from regulars.service.queries.supervising import AtRisk, Board, Load, board
from regulars.service.queries.telling import (
    METRIC_WORDS,
    STATUS_WORDS,
    CaseShown,
    HappeningShown,
    PromiseShown,
    case_of_mail,
    case_shown,
    duration_in_words,
    entries_of,
    file_of_entry,
    gestures_of,
    promises_by_stream,
)
from regulars.service.rules.clocks import Metric, Standing
from regulars.service.rules.comparing import Rate
from regulars.service.rules.scoring import Item
from regulars.service.rules.words import sounds_unhappy

__all__ = [
    "METRIC_WORDS",
    "STATUS_WORDS",
    "VIEWS",
    "Article",
    "AtRisk",
    "Board",
    "Case",
    "CaseLine",
    "CasePage",
    "CaseShown",
    "CaseSign",
    "Counted",
    "Entry",
    "Gesture",
    "GesturesPage",
    "HappeningShown",
    "Item",
    "Load",
    "MatterShown",
    "Metric",
    "Notice",
    "ParagraphKept",
    "PromiseShown",
    "Queue",
    "Rate",
    "Report",
    "ReviewShown",
    "Standing",
    "articles_of",
    "board",
    "case_of",
    "case_of_mail",
    "case_shown",
    "case_signs",
    "cases_by_public_id",
    "cases_exist",
    "cases_in",
    "cases_section",
    "conflicts",
    "counts_beside",
    "duration_in_words",
    "entries_of",
    "file_of_entry",
    "find_cases",
    "gestures_awaiting",
    "gestures_of",
    "gestures_section",
    "handler_shown",
    "items_of",
    "lines_in",
    "lines_of_customer",
    "matter_shown",
    "notices_of",
    "paragraphs_kept",
    "present_in",
    "promises_by_stream",
    "queues_of",
    "report",
    "review_shown",
    "reviews_of",
    "sample_to_review",
    "scorecard_in_force",
    "sounds_unhappy",
]
