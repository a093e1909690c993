"""Figures in sentences. Whole sentences only, so that every language can order its words."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from regulars.insight.models import CustomerScore, Refresh
from regulars.insight.rules.names import Segment

NAMES = {
    Segment.NEW: gettext_lazy("New"),
    Segment.ONE_VISIT: gettext_lazy("One visit only"),
    Segment.PROMISING: gettext_lazy("Promising"),
    Segment.REGULAR: gettext_lazy("Regular"),
    Segment.SLIPPING_AWAY: gettext_lazy("Slipping away"),
    Segment.GONE_QUIET: gettext_lazy("Gone quiet"),
}
MEANINGS = {
    Segment.NEW: gettext_lazy("Came for the first time, and not longer ago than returning customers usually need."),
    Segment.ONE_VISIT: gettext_lazy("Came once; nine in ten of those who return would be back by now."),
    Segment.PROMISING: gettext_lazy("Came back once, and the silence since then is nothing unusual."),
    Segment.REGULAR: gettext_lazy("Came three times or more, and the silence fits their own rhythm."),
    Segment.SLIPPING_AWAY: gettext_lazy("Came back before, but is silent for longer than their own rhythm explains."),
    Segment.GONE_QUIET: gettext_lazy("Silent for so long that a return would be a surprise."),
}


def segment_name(segment: str) -> str:
    """The segment in the reader's language."""
    return str(NAMES[Segment(segment)])


def segment_meaning(segment: str) -> str:
    """What makes a customer belong to the segment."""
    return str(MEANINGS[Segment(segment)])


def per_cent(share: float, digits: int = 0) -> str:
    """A share as the reader writes per cent."""
    return f"{number_format(100 * share, digits)}\u00a0%"


def chance_in_words(chance: float) -> str:
    """A chance as per cent; never a rounded certainty."""
    if 0.0 < chance < 0.005:
        return _("under 1 %")
    if 0.995 < chance < 1.0:
        return _("over 99 %")
    return per_cent(chance)


def day_in_words(day: date | None) -> str:
    """A day as the reader writes it: “30 September 1997”."""
    language = (get_language() or "en").replace("-", "_")
    return "" if day is None else format_date(day, "long", locale="en_GB" if language == "en" else language)


def days_in_words(days: float) -> str:
    """“every day”, “every 9 days”, from a mean gap in days."""
    whole = max(1, round(days))
    return ngettext("every day", "every %(days)s days", whole) % {"days": whole}


def percent_beyond(score: CustomerScore) -> int:
    """Which share of a customer's own gaps would be over by now, never rounded up to all of them."""
    return min(99, max(0, int((1.0 - score.silence_chance) * 100)))


def reason_sentence(score: CustomerScore, refresh: Refresh, *, name: str) -> str:
    """Why this customer counts as what they count as, in one sentence with their own figures."""
    values: dict[str, object] = {
        "name": name,
        "days": score.silence_days,
        "every": days_in_words(score.own_gap_days or 1.0),
        "share": percent_beyond(score),
        "gap": round(score.own_gap_days or 0),
        "visits": score.frequency + 1,
        "return_days": refresh.findings.get("rhythm", {}).get("return_days"),
    }
    return _sentence(score, values) % values


def _sentence(score: CustomerScore, values: dict[str, object]) -> str:
    silence, segment = score.silence_days, Segment(score.segment)
    if segment is Segment.SLIPPING_AWAY and score.frequency == 1:
        return ngettext(
            "%(name)s came back once, after %(gap)s days; it has been %(days)s day since, longer than %(share)s %% of "
            "such gaps would explain.",
            "%(name)s came back once, after %(gap)s days; it has been %(days)s days since, longer than %(share)s %% of "
            "such gaps would explain.",
            silence,
        )
    if segment is Segment.SLIPPING_AWAY:
        return ngettext(
            "%(name)s came %(every)s or so; it has been %(days)s day, longer than %(share)s %% of their own gaps would explain.",
            "%(name)s came %(every)s or so; it has been %(days)s days, longer than %(share)s %% of their own gaps would explain.",
            silence,
        )
    if segment is Segment.GONE_QUIET:
        return _("%(name)s came %(every)s or so, but has been silent for %(days)s days: a return would be a surprise.")
    if segment is Segment.REGULAR:
        return ngettext(
            "%(name)s comes %(every)s or so; %(days)s day without a visit fits that rhythm.",
            "%(name)s comes %(every)s or so; %(days)s days without a visit fit that rhythm.",
            silence,
        )
    if segment is Segment.PROMISING:
        return _("%(name)s came back once, after %(gap)s days, and the %(days)s days since are nothing unusual.")
    if segment is Segment.NEW:
        return ngettext(
            "%(name)s came for the first time %(days)s day ago.",
            "%(name)s came for the first time %(days)s days ago.",
            silence,
        )
    if values["return_days"] is None:
        return _("%(name)s came once, %(days)s days ago.")
    return _("%(name)s came once, %(days)s days ago; nine in ten of those who came a second time did so within %(return_days)s days.")


def as_of_sentence(refresh: Refresh) -> str:
    """Which day's knowledge the figures show, and why that day."""
    if refresh.models_until and refresh.as_of and refresh.models_until < refresh.as_of:
        return _("The figures show what was known on %(until)s; what came after, to %(as_of)s, is held back to test them.") % {
            "until": day_in_words(refresh.models_until),
            "as_of": day_in_words(refresh.as_of),
        }
    if refresh.findings.get("as_of_reason") == "newest purchase":
        return _(
            "The figures stand as of %(as_of)s, the day of the newest purchase: nothing was sold for three months, so "
            "that day stands for today."
        ) % {"as_of": day_in_words(refresh.as_of)}
    return _("The figures stand as of %(as_of)s.") % {"as_of": day_in_words(refresh.as_of)}


def verdict_sentence(refresh: Refresh) -> str:
    """How far the model of visits may be believed."""
    status = refresh.findings.get("bg_nbd", {}).get("status", "")
    sentences = {
        "converged": _("The model of visits fits and its figures are determined by the purchases."),
        "boundary": _(
            "The model of visits lies at an edge: the purchases look as if (almost) nobody ever left. Its chances are "
            "usable, but it has no intervals."
        ),
        "not identifiable": _(
            "The purchases do not determine a model of visits, for example because nobody came twice. There is no "
            "chance of still being a customer; expected visits follow each customer's own past rate."
        ),
        "too few": _(
            "There are too few customers, or too few who came twice, for a model of visits. Expected visits follow "
            "each customer's own past rate."
        ),
        "not converged": _(
            "The model of visits could not be fitted, so its figures are left out. Expected visits follow each customer's own past rate."
        ),
    }
    return sentences.get(status, "")
