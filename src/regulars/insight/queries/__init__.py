"""Questions about value and slipping away."""

from regulars.insight.models import CustomerScore, Refresh
from regulars.insight.queries.acting import (
    ORDERS,
    PersonToAct,
    SlippingFilter,
    SlippingPage,
    export_rows,
    most_at_stake,
    slipping_page,
    valuable_customers,
)
from regulars.insight.queries.exporting import figures_section
from regulars.insight.queries.holding import scores_fit_their_refresh
from regulars.insight.queries.knowing import (
    Freshness,
    SegmentTotals,
    Totals,
    current_refresh,
    freshness_of,
    newest_refresh,
    refresh_of,
    totals_of,
)
from regulars.insight.queries.one_customer import CustomerFigures, Figure, figures_of
from regulars.insight.queries.reporting import customer_report, report
from regulars.insight.queries.warning import HitRate, WarningShown, hit_rates, warning_count, warnings_of_customer, warnings_open
from regulars.insight.queries.wording import days_in_words, per_cent, reason_sentence, segment_meaning, segment_name
from regulars.insight.rules.names import Segment

__all__ = [
    "ORDERS",
    "CustomerFigures",
    "CustomerScore",
    "Figure",
    "Freshness",
    "HitRate",
    "PersonToAct",
    "Refresh",
    "Segment",
    "SegmentTotals",
    "SlippingFilter",
    "SlippingPage",
    "Totals",
    "WarningShown",
    "current_refresh",
    "customer_report",
    "days_in_words",
    "export_rows",
    "figures_of",
    "figures_section",
    "freshness_of",
    "hit_rates",
    "most_at_stake",
    "newest_refresh",
    "per_cent",
    "reason_sentence",
    "refresh_of",
    "report",
    "scores_fit_their_refresh",
    "segment_meaning",
    "segment_name",
    "slipping_page",
    "totals_of",
    "valuable_customers",
    "warning_count",
    "warnings_of_customer",
    "warnings_open",
]
