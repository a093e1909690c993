"""Branches, their opening hours, and special days."""

from __future__ import annotations

import re
from datetime import time
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Branch, branch_of, branches, business_of, hours_of, zone_of
from regulars.business.queries import holidays as special_days
from regulars.business.services import add_holiday, describe_branch, open_branch, remove_holiday, set_opening_hours
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.choices import zones_or_business

WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")


class BranchForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=40, help_text=gettext_lazy("Short and lasting: tills and imports name the branch by it.")
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones_or_business, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False)


class BranchEditForm(BranchForm):
    closed_on = forms.DateField(
        label=gettext_lazy("Given up on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )


class HoursForm(forms.Form):
    """Seven lines such as “07:00-12:00, 13:00-18:00”; empty is closed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for weekday, label in enumerate(WEEKDAYS):
            self.fields[f"day_{weekday}"] = forms.CharField(label=label, required=False, max_length=120)

    def week(self) -> dict[int, list[tuple[time, time]]]:
        """The week as the service takes it."""
        return {weekday: self.cleaned_data[f"day_{weekday}"] for weekday in range(7)}

    def clean(self) -> dict[str, object]:
        """Read each line; what can't be read is said beside it."""
        given = super().clean() or {}
        for weekday in range(7):
            name = f"day_{weekday}"
            try:
                given[name] = spans_of(str(given.get(name, "")))
            except ValueError:
                self.add_error(name, _("Write it like 07:00-12:00, 13:00-18:00, or leave it empty when closed."))
        return given


class HolidayForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    hours = forms.CharField(
        label=gettext_lazy("Open"),
        help_text=gettext_lazy("For example 08:00-12:00. Leave it empty when closed all day."),
        required=False,
        max_length=40,
    )

    def __init__(self, *args: object, visible: list[Branch], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.visible = {str(one.public_id): one for one in visible}
        field = cast("forms.ChoiceField", self.fields["branch"])
        field.choices = [("", _("All branches")), *((key, one.name) for key, one in self.visible.items())]

    def clean_hours(self) -> tuple[time, time] | None:
        """One interval at most."""
        try:
            spans = spans_of(self.cleaned_data["hours"])
        except ValueError:
            raise forms.ValidationError(_("Write it like 08:00-12:00.")) from None
        if len(spans) > 1:
            raise forms.ValidationError(_("A special day has one interval at most."))
        return spans[0] if spans else None


def spans_of(text: str) -> list[tuple[time, time]]:
    """Intervals out of a line such as “7:00-12:00, 13:00-18:00”. 24:00 is midnight. Raises ValueError for anything else."""
    spans = []
    for piece in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        found = _SPAN.fullmatch(piece)
        if not found:
            raise ValueError(piece)
        hour_a, minute_a, hour_b, minute_b = map(int, found.groups())
        closes = time(0, 0) if (hour_b, minute_b) == (24, 0) else time(hour_b, minute_b)
        spans.append((time(hour_a, minute_a), closes))
    return spans


def new_branch(request: HttpRequest) -> HttpResponse:
    """Open a branch."""
    asking = Asking(request)
    form = BranchForm(request.POST or None)
    row = attempt(
        form, lambda: open_branch(business_id=asking.scope.business_id, at=asking.at, actor=asking.actor.name, **form.cleaned_data)
    )
    if row is None:
        return form_page(request, "desk/branch_new.html", form, current_section="settings")
    messages.success(request, _("The branch is open. Now its hours."))
    return redirect("desk:branch", id=row.public_id)


def branch(request: HttpRequest, id: str) -> HttpResponse:
    """Describe a branch."""
    asking = Asking(request)
    row = branch_of(scope=asking.scope, public_id=id)
    initial = {key: getattr(row, key) for key in ("name", "code", "zone", "address", "closed_on")}
    form = BranchEditForm(request.POST or None, initial=initial)
    if attempt(form, lambda: describe_branch(branch=row, at=asking.at, actor=asking.actor.name, **form.cleaned_data)) is None:
        return _branch_page(request, asking, row, form, None)
    messages.success(request, _("Saved."))
    return redirect("desk:branch", id=id)


def opening_hours(request: HttpRequest, id: str) -> HttpResponse:
    """Set a branch's week."""
    asking = Asking(request)
    row = branch_of(scope=asking.scope, public_id=id)
    form = HoursForm(request.POST)

    def act() -> bool:
        set_opening_hours(branch=row, week=form.week(), at=asking.at, actor=asking.actor.name)
        return True

    if attempt(form, act) is None:
        return _branch_page(request, asking, row, None, form)
    messages.success(request, _("The opening hours are set."))
    return redirect("desk:branch", id=id)


def holidays(request: HttpRequest) -> HttpResponse:
    """Special days: list and add."""
    asking = Asking(request)
    form = HolidayForm(request.POST or None, visible=branches(scope=asking.scope))

    def act() -> object:
        opens, closes = form.cleaned_data["hours"] or (None, None)
        return add_holiday(
            business_id=asking.scope.business_id,
            on=form.cleaned_data["on"],
            name=form.cleaned_data["name"],
            branch=form.visible.get(form.cleaned_data["branch"]),
            opens=opens,
            closes=closes,
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        since = asking.at.astimezone(zone_of(business=business_of(scope=asking.scope))).date()
        days = special_days(scope=asking.scope, since=since)
        return form_page(request, "desk/holidays.html", form, days=days, current_section="settings")
    messages.success(request, _("Added."))
    return redirect("desk:holidays")


def remove_holiday_page(request: HttpRequest, holiday: int) -> HttpResponse:
    """Make a special day ordinary again."""
    asking = Asking(request)
    remove_holiday(business_id=asking.scope.business_id, holiday_id=holiday, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Removed."))
    return redirect("desk:holidays")


def _branch_page(
    request: HttpRequest, asking: Asking, row: Branch, form: BranchEditForm | None, hours_form: HoursForm | None
) -> HttpResponse:
    hours = hours_of(scope=asking.scope, branch=row, at=asking.at)
    if form is None:
        form = BranchEditForm(initial={key: getattr(row, key) for key in ("name", "code", "zone", "address", "closed_on")})
    if hours_form is None:
        hours_form = HoursForm(initial={f"day_{day}": _written(spans) for day, spans in hours.week.items()})
    context = {"form": form, "hours_form": hours_form, "branch": row, "hours": hours, "current_section": "settings"}
    faulty = (form.is_bound and form.errors) or (hours_form.is_bound and hours_form.errors)
    return render(request, "desk/branch.html", context, status=422 if faulty else 200)


def _written(spans: list[tuple[time, time]]) -> str:
    return ", ".join(f"{opens:%H:%M}-{'24:00' if closes == time(0) else f'{closes:%H:%M}'}" for opens, closes in spans)
