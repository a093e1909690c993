"""Insight: how the customers are, who slips away, what they are worth, and whether to believe it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulars.desk.web.asking import Asking
from regulars.desk.web.insight_pictures import about, by_segment, calibration, value_by_part
from regulars.groundwork.kernel.money import Money, digits_of
from regulars.groundwork.kernel.tables.writing import csv_lines
from regulars.insight.queries import (
    ORDERS,
    Freshness,
    Segment,
    SlippingFilter,
    Totals,
    current_refresh,
    freshness_of,
    per_cent,
    segment_meaning,
    segment_name,
    slipping_page,
    totals_of,
    valuable_customers,
)
from regulars.insight.queries import export_rows as rows_of_export
from regulars.insight.services import request_refresh

SHORT_LIST = 10
FEWEST_VISITS = (2, 3, 5, 10)
ORDER_WORDS = {
    "stake": gettext_lazy("Most at stake first"),
    "value": gettext_lazy("Highest value first"),
    "newest": gettext_lazy("Shortest silence first"),
    "silence": gettext_lazy("Longest silence first"),
    "visits": gettext_lazy("Most visits first"),
    "chance": gettext_lazy("Least chance first"),
    "name": gettext_lazy("By name"),
}
ACTED_ON = (Segment.SLIPPING_AWAY, Segment.GONE_QUIET)


def overview(request: HttpRequest) -> HttpResponse:
    """A plain sentence first, then the picture, then the list to act on."""
    asking = Asking(request)
    context = _surroundings(asking, "insight")
    refresh = context["fresh"].current
    if refresh is not None:
        totals = totals_of(scope=asking.scope, refresh=refresh)
        slipping = totals.of(Segment.SLIPPING_AWAY)
        context |= {
            "totals": totals,
            "slipping": slipping,
            "stake": about(slipping.at_stake_minor, totals.currency),
            "picture": by_segment(totals),
            "meanings": [(segment_name(row.segment), segment_meaning(row.segment), row) for row in totals.segments],
            "people": slipping_page(scope=asking.scope, refresh=refresh, asked=SlippingFilter(), size=SHORT_LIST).rows,
        }
    return render(request, "desk/insight.html", context)


def leaving(request: HttpRequest) -> HttpResponse:
    """The list of people to act on, with filters."""
    asking = Asking(request)
    context = _surroundings(asking, "insight_leaving")
    refresh = context["fresh"].current
    if refresh is not None:
        asked = _asked(request)
        number = request.GET.get("page", "1")
        if not number.isdecimal() or len(number) > 6:
            raise Http404
        context |= {
            "asked": asked,
            "page": slipping_page(scope=asking.scope, refresh=refresh, asked=asked, page=int(number)),
            "orders": ORDER_WORDS.items(),
            "segments": [(segment.value, segment_name(segment)) for segment in ACTED_ON],
            "fewest": FEWEST_VISITS,
        }
    return render(request, "desk/insight_leaving.html", context)


def export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list as CSV, with no cell that a spreadsheet program would run."""
    asking = Asking(request)
    refresh = current_refresh(scope=asking.scope)
    if refresh is None:
        raise Http404
    rows = rows_of_export(scope=asking.scope, refresh=refresh, asked=_asked(request))
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="slipping-away-{refresh.as_of}.csv"'
    return answer


def value(request: HttpRequest) -> HttpResponse:
    """What the customers are worth, together and one by one."""
    asking = Asking(request)
    context = _surroundings(asking, "insight_value")
    refresh = context["fresh"].current
    if refresh is not None:
        totals = totals_of(scope=asking.scope, refresh=refresh)
        context |= {
            "totals": totals,
            "worth": about(totals.value_minor, totals.currency),
            "between": _interval(totals),
            "found": refresh.findings,
            "spend": _spend(refresh.findings["gamma_gamma"]["mean_spend"], totals.currency),
            "discount": per_cent(refresh.findings["horizon"]["yearly_discount"]),
            "refunds": per_cent(refresh.findings["rhythm"]["refund_share"], 1),
            "picture": value_by_part(refresh.findings["totals"]["value_shares"]),
            "people": valuable_customers(scope=asking.scope, refresh=refresh),
        }
    return render(request, "desk/insight_value.html", context)


def trust(request: HttpRequest) -> HttpResponse:
    """The models against the firm's own past, beside the naive rate; definitions; what was left out."""
    asking = Asking(request)
    context = _surroundings(asking, "insight_trust")
    refresh = context["fresh"].current
    if refresh is not None:
        test = refresh.findings["back_test"]
        context |= {"found": refresh.findings, "test": test, "picture": calibration(test) if test else None}
        if test:
            context["expected_turnover"] = about(round(test["expected_minor"]), refresh.findings["currency"])
            context["actual_turnover"] = about(test["actual_minor"], refresh.findings["currency"])
            context["returned"] = [(segment_name(row["segment"]), row) for row in test["returned"]]
    return render(request, "desk/insight_trust.html", context)


def refresh(request: HttpRequest) -> HttpResponse:
    """Ask for a refresh."""
    asking = Asking(request)
    request_refresh(business_id=asking.scope.business_id, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Insight is being computed anew. The figures change when it is done."))
    return redirect("desk:insight")


def progress(request: HttpRequest) -> HttpResponse:
    """How far the refresh is: a part of the page that asks again by itself, or the whole page without script."""
    asking = Asking(request)
    if not getattr(request, "htmx", False):
        return redirect("desk:insight")
    return render(request, "desk/insight_progress.html", {"fresh": freshness_of(scope=asking.scope, at=asking.at), "polled": True})


def _spend(mean: float | None, currency: str) -> str:
    if mean is None or not currency:
        return ""
    return Money(round(mean * 10 ** digits_of(currency)), currency).shown(get_language() or "en")


def _interval(totals: Totals) -> str:
    if totals.value_low_minor is None or totals.value_high_minor is None:
        return _("no interval")
    low, high = about(totals.value_low_minor, totals.currency), about(totals.value_high_minor, totals.currency)
    return _("%(low)s to %(high)s, 95 %%") % {"low": low, "high": high}


def _surroundings(asking: Asking, route: str) -> dict[str, Any]:
    fresh: Freshness = freshness_of(scope=asking.scope, at=asking.at)
    tabs = [
        ("insight", _("Overview")),
        ("insight_leaving", _("Slipping away")),
        ("insight_value", _("Value")),
        ("insight_trust", _("Trust")),
    ]
    return {
        "fresh": fresh,
        "tabs": [{"label": label, "url": reverse(f"desk:{name}"), "current": name == route} for name, label in tabs],
        "whole_business": asking.scope.branch_ids is None,  # sums of the whole firm are not for a branch
        "current_section": "insight",
    }


def _asked(request: HttpRequest) -> SlippingFilter:
    """The filter in the address. Words that don't exist mean the default, as in any list."""
    segment, order = request.GET.get("segment", ""), request.GET.get("order", "")
    fewest = request.GET.get("visits", "")
    return SlippingFilter(
        segment=Segment(segment) if segment in {one.value for one in ACTED_ON} else Segment.SLIPPING_AWAY,
        order=order if order in ORDERS else "stake",
        fewest_visits=int(fewest) if fewest in {str(number) for number in FEWEST_VISITS} else 2,
    )
