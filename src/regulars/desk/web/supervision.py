"""The supervisors' board and the report of the service."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.contacts.queries import TermKind, terms_of
from regulars.desk.web.asking import Asking
from regulars.groundwork.design.charts import Dot, IntervalPlot
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.insight.queries import hit_rates, warnings_open
from regulars.insight.services import dismiss_warning
from regulars.service.queries import METRIC_WORDS, AtRisk, Metric, Report, board, duration_in_words, paragraphs_kept, report

PERIODS = (30, 90, 365)
WHOLE_DAYS_FROM = 2  # by the clock on the wall; working time is said in hours
VERDICTS = {"better": "good", "worse": "bad"}


def overview(request: HttpRequest) -> HttpResponse:
    """What needs a look now, and one click to step in."""
    asking = Asking(request)
    found = board(scope=asking.scope, at=asking.at)
    causes = _causes(asking)
    context = {
        "board": found,
        "at_risk": [_line(one, causes) for one in found.at_risk],
        "broken": [_line(one, causes) for one in found.broken],
        "lists": [
            (_("Without an owner"), found.nobody, _("Every case has somebody.")),
            (_("Whose owner is away"), found.stand_ins, _("Everybody who has a case is here today.")),
            (_("Opened again"), found.reopened, _("No open case came back.")),
            (_("Second similar complaint within 90 days"), found.similar, _("No open complaint came a second time.")),
        ],
        "current_section": "cases",
    }
    return render(request, "desk/board.html", context)


def _causes(asking: Asking) -> dict[str, str]:
    return {one.code: _(one.label) for one in terms_of(scope=asking.scope).known[TermKind.TOPIC].values()}


def _line(one: AtRisk, causes: dict[str, str]) -> dict[str, Any]:
    title, cause = METRIC_WORDS[Metric(one.clock.metric)], causes.get(one.case.cause, one.case.cause)
    return {"one": one, "title": title, "cause": cause, "left": _left(one)}


def _left(one: AtRisk) -> str:
    """How long it has, or how long ago it fell due; what somebody promised by their word runs by the clock on the wall."""
    days = abs(one.left).days
    around = not one.working and days >= WHOLE_DAYS_FROM
    length = {
        "length": ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if around else duration_in_words(abs(one.left.total_seconds()))
    }
    if one.past and one.working:
        return _("%(length)s of working time ago") % length if one.left else _("no working time has passed since")
    if one.working:
        return _("%(length)s of working time left") % length
    return (_("%(length)s ago") if one.past else _("%(length)s left")) % length


def reported(request: HttpRequest) -> HttpResponse:
    """The figures of the service, each with n, interval and verdict."""
    asking = Asking(request)
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted.isdigit() and int(wanted) in PERIODS else 90
    found = report(scope=asking.scope, days=days, at=asking.at)
    causes = _causes(asking)
    context = {
        "report": found,
        "rates": [
            (
                _("Resolved at the first contact"),
                found.first_contact,
                _(
                    "Contacts on a topic that no other contact of the customer on this topic followed within seven days, computed from the log."
                ),
            ),
            (
                _("Promises kept"),
                found.kept,
                _("Of the promises that fell due in this period: kept in time. Late and broken ones are the rest."),
            ),
            (_("Settled, say the customers"), found.settled, _("Of those who answered the question afterwards.")),
        ],
        "spreads": [
            (_("Time to the first answer"), found.first_answer, _spread_words(found.first_answer)),
            (_("Time to the resolution"), found.resolution, _spread_words(found.resolution)),
        ],
        "cohorts": _cohorts(found),
        "paragraphs": paragraphs_kept(scope=asking.scope, since=found.since, at=found.until),
        "gestures": [(causes.get(cause, cause) or _("No cause yet"), currency, n, total) for cause, currency, n, total in found.gestures],
        "tabs": [{"label": _("%(n)s days") % {"n": one}, "url": f"?days={one}", "current": one == days} for one in PERIODS],
        "tones": VERDICTS,
        "sentence": _in_a_sentence(found),
        "current_section": "cases",
    }
    return render(request, "desk/service_report.html", context)


def _in_a_sentence(found: Report) -> str:
    """What the report says, before all figures."""
    if not found.kept.n and not found.first_answer.n:
        return _("Nothing fell due and nothing was answered in this period.")
    if not found.kept.n or found.first_answer.median is None:
        return _("Too little happened in this period for a summary; the figures below say what did.")
    values = {
        "good": found.kept.good,
        "n": found.kept.n,
        "length": duration_in_words(found.first_answer.median),
    }
    sentences = {
        "better": _("%(good)s of %(n)s promises were kept, more than before; half of the customers had a first answer within %(length)s."),
        "worse": _("%(good)s of %(n)s promises were kept, fewer than before; half of the customers had a first answer within %(length)s."),
        "no_change": _(
            "%(good)s of %(n)s promises were kept, about as before; half of the customers had a first answer within %(length)s."
        ),
        "too_few": _("%(good)s of %(n)s promises were kept; half of the customers had a first answer within %(length)s."),
    }
    return sentences[found.kept.verdict] % values


def _spread_words(one: Any) -> dict[str, str]:
    shown = {
        name: duration_in_words(getattr(one, name)) if getattr(one, name) is not None else "–"
        for name in ("median", "p90", "before_median")
    }
    low, high = one.interval or (None, None)
    return shown | {"low": duration_in_words(low) if low is not None else "–", "high": duration_in_words(high) if high is not None else "–"}


def _cohorts(found: Any) -> IntervalPlot | None:
    if not found.reopened:
        return None
    dots = [
        Dot(
            _("%(month)s, n = %(n)s") % {"month": date_format(one.month, "YEAR_MONTH_FORMAT"), "n": one.rate.n},
            one.rate.share,
            *one.rate.interval,
        )
        for one in found.reopened
    ]
    return IntervalPlot(
        title=_("Opened again, by month"),
        sentence=_(
            "The share of the cases resolved in each month that were opened again, with the interval in which the true share lies. A young month can still grow."
        ),
        names=(_("Month"), _("Opened again"), _("Interval")),
        dots=dots,
        show=lambda value: f"{value:.0%}",
    )


def warned(request: HttpRequest) -> HttpResponse:
    """Relationships heading for a conflict, and how often the warnings were right."""
    asking = Asking(request)
    context = {
        "rows": warnings_open(scope=asking.scope),
        "rates": [
            (date_format(date.fromisoformat(f"{one.month}-01"), "YEAR_MONTH_FORMAT"), one)
            for one in hit_rates(scope=asking.scope, at=asking.at)
        ],
        "current_section": "cases",
    }
    return render(request, "desk/warnings.html", context)


def dismiss(request: HttpRequest, id: str) -> HttpResponse:
    """Nothing to worry about, because."""
    asking = Asking(request)
    try:
        dismiss_warning(scope=asking.scope, public_id=id, why=request.POST.get("why", ""), at=asking.at, actor=asking.actor.name)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Dismissed. It comes back when something new happens."))
    return redirect("desk:warnings")
