"""The living style guide: a page per component, in all its states. Served in debug or when asked for."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from . import colour, icons
from .charts import (
    Bar,
    BarChart,
    Calibration,
    CalibrationPoint,
    Dot,
    Histogram,
    IntervalPlot,
    Line,
    LineChart,
    Marker,
    Sparkline,
)

PAGES = {
    "colour": _("Colour"),
    "type": _("Type and space"),
    "icon": _("Icon"),
    "button": _("Button"),
    "field": _("Field and form"),
    "search": _("Search and filters"),
    "panel": _("Panel and list"),
    "badge": _("Badge and avatar"),
    "notice": _("Notice and toast"),
    "empty": _("Empty state"),
    "table": _("Table"),
    "pager": _("Tabs and pager"),
    "figure": _("Figure"),
    "meter": _("Meter and progress"),
    "timeline": _("Timeline"),
    "menu": _("Menu and dialog"),
    "skeleton": _("Skeleton"),
    "chart": _("Chart"),
}
LAYOUTS = {"desk": _("Desk"), "plain": _("Plain page"), "report": _("Report")}


class SpecimenForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Name"), max_length=80)
    mail = forms.EmailField(label=_("E-mail"), help_text=_("We send the invitation there."))
    opened_on = forms.DateField(label=_("Opened on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    seats = forms.IntegerField(label=_("Seats"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("shop", _("Shop")), ("stall", _("Market stall"))])
    days = forms.ChoiceField(label=_("Open on Sundays"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label=_("File"), required=False, help_text=_("CSV or Excel, up to 50 MB."))
    agree = forms.BooleanField(label=_("Show this branch to customers"), required=False)


@require_safe
def cover(request: HttpRequest) -> HttpResponse:
    """Show the first page of the guide: what the look stands for."""
    return render(request, "design/guide/cover.html", _frame("cover"))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one component. The form page also takes a POST, to show its errors."""
    if name not in PAGES:
        raise Http404(name)
    context = _frame(name) | SPECIMENS.get(name, dict)()
    if name == "field" and request.method == "POST":
        context["form"] = SpecimenForm(request.POST, request.FILES)
        return render(request, "design/guide/field.html", context, status=422)
    return render(request, f"design/guide/{name}.html", context)


@require_safe
def layout(request: HttpRequest, name: str) -> HttpResponse:
    """Show a layout as a whole page, with made-up contents."""
    if name not in LAYOUTS:
        raise Http404(name)
    words = ("today", "customers", "purchases", "insight", "imports", "settings")
    navigation = [{"label": word.capitalize(), "url": f"?at={word}", "section": word, "icon": word, "key": word[0]} for word in words]
    context = {
        "navigation": navigation,
        "current_section": request.GET.get("at", "today"),
        "search_url": "?",
        "search_label": "Search by name, phone or card",
        "trend": _line_chart(),
        "form": SpecimenForm(),
    }
    return render(request, f"design/guide/layout_{name}.html", context)


def _frame(current: str) -> dict[str, Any]:
    return {
        "pages": [{"name": name, "label": label, "current": name == current} for name, label in PAGES.items()],
        "layouts": [{"name": name, "label": label} for name, label in LAYOUTS.items()],
        "title": PAGES.get(current, _("Style guide")),
    }


def _colours() -> dict[str, Any]:
    names = "canvas surface sunken ink ink-2 ink-3 edge line accent link focus good warn bad info"
    tints = "good-tint warn-tint bad-tint info-tint"
    tries = ["#7a2f5b", "#005f9e", "#d9480f", "#f2b705"]
    return {
        "colours": names.split() + tints.split(),
        "accents": [{"colour": one, "verdict": colour.judge_accent(one)} for one in tries],
    }


def _charts() -> dict[str, Any]:
    return {
        "bars": BarChart(
            title="Customers by segment",
            sentence="Half of the customers are regulars; one in eleven is slipping away.",
            names=("Segment", "Customers"),
            bars=[
                Bar("Regulars", 742),
                Bar("Newcomers", 318, "info"),
                Bar("Occasional", 205, "quiet"),
                Bar("Slipping away", 131, "warn"),
                Bar("Gone quiet", 88, "quiet"),
            ],
        ),
        "trend": _line_chart(),
        "histogram": Histogram(
            title="Days between visits",
            sentence="Most come back within a week; Cleo has been away for 41 days.",
            edges=[0, 3, 7, 14, 21, 28, 35, 42, 60],
            counts=[120, 410, 300, 142, 80, 41, 22, 30],
            x_name="Days",
            y_name="Customers",
            marker=Marker(41, "Cleo: 41 days"),
        ),
        "intervals": IntervalPlot(
            title="Chance to come again within 90 days",
            sentence="Only the harbour branch differs from the whole by more than chance.",
            names=("Branch", "Chance", "95 % interval"),
            dots=[
                Dot("Market square", 0.62, 0.57, 0.67),
                Dot("Old mill", 0.60, 0.52, 0.68),
                Dot("Harbour", 0.47, 0.41, 0.53, "warn"),
            ],
            reference=Marker(0.58, "All branches"),
            show=lambda share: f"{share:.0%}",
        ),
        "calibration": Calibration(
            title="Expected and actual purchases in the hold-out",
            sentence="Groups lie close to the diagonal: what was expected is what came.",
            name="Our model",
            x_name="Expected",
            y_name="Actual",
            group_name="Group",
            n_name="Customers",
            points=[
                CalibrationPoint(0.2, 0.23, 900),
                CalibrationPoint(0.7, 0.66, 420),
                CalibrationPoint(1.4, 1.5, 210, low=1.3, high=1.7),
                CalibrationPoint(2.6, 2.4, 120, low=2.1, high=2.8),
                CalibrationPoint(4.4, 4.6, 60, low=4.0, high=5.2),
            ],
            rival=[
                CalibrationPoint(0.5, 0.23, 900),
                CalibrationPoint(1.0, 0.66, 420),
                CalibrationPoint(2.4, 1.5, 210),
                CalibrationPoint(3.9, 2.4, 120),
                CalibrationPoint(5.6, 4.6, 60),
            ],
            rival_name="Naive rate",
        ),
        "spark": Sparkline(values=[3, 4, 4, 6, 5, 7, 6, 8, 5, 3, 1], sentence="Visits a month, falling lately"),
        "nothing": BarChart(title="Customers by segment", sentence="There is nothing to draw yet.", names=("", ""), bars=[]),
    }


def _line_chart() -> LineChart:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    kept = [412.0, 420, 431, 428, 447, 455, 441, 438, 460, 472, 480, 497]
    last: list[float | None] = [390, 396, 402, 399, 410, 421, 415, 404, 418, 426, None, None]
    return LineChart(
        title="Customers seen each month",
        sentence="More customers came each month than last year, by 45 on average.",
        labels=months,
        x_name="Month",
        y_name="Customers",
        lines=[
            Line(name="Last year", values=last, tone="quiet", dash=1),
            Line(name="This year", values=kept, low=[one - 22 for one in kept], high=[one + 22 for one in kept]),
        ],
    )


SPECIMENS: dict[str, Callable[[], dict[str, Any]]] = {
    "colour": _colours,
    "icon": lambda: {"icons": list(icons.PATHS)},
    "field": lambda: {"form": SpecimenForm()},
    "chart": _charts,
    "table": lambda: {"spark": _charts()["spark"]},
    "pager": lambda: {
        "tabs": [
            {"label": "Overview", "url": "?", "current": True},
            {"label": "Purchases", "url": "?tab=purchases", "count": 48},
            {"label": "Contacts", "url": "?tab=contacts", "count": 0},
        ]
    },
}
