"""The pictures of rewards: figures in, charts with their sentence out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_skeleton
from django.utils.translation import gettext as _

from regulars.desk.templatetags.desk import reader
from regulars.groundwork.design.charts import Dot, IntervalPlot, Line, LineChart
from regulars.loyalty.queries import (
    SOON_DAYS,
    RewardFigures,
    day_in_short,
)
from regulars.service.queries import Rate


def by_step(steps: Sequence[tuple[date, RewardFigures]], step: str) -> LineChart:
    """What was given, used, and ended unused, month by month or week by week."""
    busiest, most = max(steps, key=lambda one: one[1].redeemed.uses)
    words = {"when": step_in_words(busiest, step), "n": most.redeemed.uses}
    sentence = (
        _("Most were used in %(when)s: %(n)s.") if step == "month" else _("Most were used in the week from %(when)s: %(n)s.")
    ) % words
    return LineChart(
        title=_("Given and used"),
        sentence=sentence if most.redeemed.uses else _("None was used in this time."),
        labels=[format_skeleton("yMMM", begin, locale=reader()) if step == "month" else day_in_short(begin) for begin, _one in steps],
        lines=[
            Line(name=_("Given"), values=[one.issued.uses for _begin, one in steps], tone="quiet"),
            Line(name=_("Used"), values=[one.redeemed.uses for _begin, one in steps], dash=1),
            Line(name=_("Ended or withdrawn"), values=[one.expired.uses + one.revoked.uses for _begin, one in steps], tone="warn", dash=2),
        ],
        x_name=_("Month") if step == "month" else _("Week"),
        y_name=_("Rewards"),
    )


def step_in_words(begin: date, step: str) -> str:
    """A month by its name, a week by its first day."""
    return format_skeleton("yMMMM" if step == "month" else "yMMMd", begin, locale=reader())


def uptakes_drawn(rates: Sequence[tuple[str, Rate]]) -> IntervalPlot:
    """How soon each reward is used, with the interval in which its true share lies."""
    best, rate = max(rates, key=lambda one: one[1].interval[0])
    return IntervalPlot(
        title=_("Used within %(days)s days") % {"days": SOON_DAYS},
        sentence=_("Of “%(reward)s” the most are used soon, as far as can be told: %(good)s of %(n)s.")
        % {"reward": best, "good": rate.good, "n": rate.n},
        names=(_("Reward"), _("Used soon"), _("95 % interval")),
        dots=[Dot(_("%(reward)s, n = %(n)s") % {"reward": name, "n": one.n}, one.share, *one.interval) for name, one in rates],
        show=lambda value: f"{value:.0%}",
    )
