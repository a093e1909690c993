"""The pictures of insight: figures in, charts with their sentence out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.core import Locale
from babel.numbers import format_currency
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from regulars.groundwork.design.charts import Bar, BarChart, Calibration, CalibrationPoint
from regulars.groundwork.design.charts.model import Tone
from regulars.groundwork.kernel.money import digits_of
from regulars.insight.queries import Segment, Totals, segment_name

TONES: dict[Segment, Tone] = {
    Segment.NEW: "info",
    Segment.ONE_VISIT: "quiet",
    Segment.PROMISING: "info",
    Segment.REGULAR: "good",
    Segment.SLIPPING_AWAY: "warn",
    Segment.GONE_QUIET: "quiet",
}


def per_cent(share: float) -> str:
    """A share as per cent, without decimals."""
    return f"{100 * share:.0f} %"


def about(minor: int, currency: str) -> str:
    """An estimated sum with three digits that mean something: “£194,000”."""
    if not currency:
        return "–"
    size = Decimal(minor).scaleb(-digits_of(currency))
    spare = max(0, size.adjusted() - 2) if size else 0
    rounded = size.quantize(Decimal(1).scaleb(spare)) if spare else round(size)
    locale = (get_language() or "en").replace("-", "_")
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.replace("0.00", "0")
    return format_currency(Decimal(int(rounded)), currency, pattern, locale=locale, currency_digits=False)


def by_segment(totals: Totals) -> BarChart:
    """How many customers are how."""
    slipping, regular = totals.of(Segment.SLIPPING_AWAY).customers, totals.of(Segment.REGULAR).customers
    return BarChart(
        title=_("Customers by how they are"),
        sentence=ngettext(
            "Of %(all)s customer, %(regular)s are regulars and %(slipping)s slip away.",
            "Of %(all)s customers, %(regular)s are regulars and %(slipping)s slip away.",
            totals.customers,
        )
        % {"all": totals.customers, "regular": regular, "slipping": slipping},
        names=(_("How they are"), _("Customers")),
        bars=[Bar(segment_name(row.segment), row.customers, TONES[row.segment]) for row in totals.segments],
    )


def value_by_part(shares: list[dict[str, Any]]) -> BarChart | None:
    """How much of all value the best customers carry."""
    if not shares:
        return None
    return BarChart(
        title=_("Where the value lies"),
        sentence=_("The best tenth of the customers carry %(share)s of all expected value.") % {"share": per_cent(shares[0]["share"])},
        names=(_("The best …"), _("Share of all value")),
        show=per_cent,
        bars=[
            Bar(
                ngettext("%(part)s (%(n)s customer)", "%(part)s (%(n)s customers)", row["customers"])
                % {"part": per_cent(row["part"]), "n": row["customers"]},
                row["share"],
            )
            for row in shares
        ],
    )


def calibration(test: dict[str, Any]) -> Calibration:
    """Visits forecast for groups of customers, and what came; beside it the naive rate."""
    model, naive = test["model"], test["naive"]
    words = {
        "expected": f"{model['expected']:,.0f}",
        "actual": f"{model['actual']:,.0f}",
        "naive": f"{naive['expected']:,.0f}",
    }
    better = model["mean_absolute_error"] <= naive["mean_absolute_error"]
    sentence = (
        _(
            "%(expected)s visits were forecast and %(actual)s came; “everybody goes on as before” would have said "
            "%(naive)s. Customer by customer the model was nearer."
        )
        if better
        else _(
            "%(expected)s visits were forecast and %(actual)s came; “everybody goes on as before” would have said "
            "%(naive)s, and customer by customer that naive rate was nearer. Trust the model's totals with care."
        )
    )
    return Calibration(
        title=_("Forecast and what came"),
        sentence=sentence % words,
        name=_("Model"),
        x_name=_("Visits forecast per customer"),
        y_name=_("Visits that came"),
        group_name=_("Customers by forecast"),
        n_name=_("Customers"),
        points=[_point(row, row["predicted"]) for row in test["forecast_bins"]],
        rival=[_point(row, row["naive"], with_interval=False) for row in test["forecast_bins"]],
        rival_name=_("Naive rate"),
    )


def _point(row: dict[str, Any], guess: float, *, with_interval: bool = True) -> CalibrationPoint:
    return CalibrationPoint(
        predicted=guess,
        actual=row["actual"],
        n=row["customers"],
        label=_("Group %(number)s") % {"number": row["label"]},
        low=row["actual_low"] if with_interval else None,
        high=row["actual_high"] if with_interval else None,
    )
