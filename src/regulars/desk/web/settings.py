"""Settings: the business itself, the authorisation table, the queue."""

from __future__ import annotations

from django import forms
from django.conf import settings as chosen
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.business.queries import branches, business_of
from regulars.business.services import describe_business
from regulars.desk.queries import rights_by_route
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.choices import common_currencies, zones
from regulars.groundwork.kernel import jobs as queue
from regulars.staff.queries import Role, employees


class BusinessForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Values are reckoned in this currency; purchases in others are listed, never added up with it."),
        choices=common_currencies,
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Days begin and end by this clock, unless a branch has its own."),
        choices=zones,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of your customers"), choices=chosen.LANGUAGES, widget=forms.CheckboxSelectMultiple, required=False
    )
    accent = forms.RegexField(
        r"^(#?[0-9a-fA-F]{6})?$",
        label=gettext_lazy("Brand colour"),
        help_text=gettext_lazy("For example #016869. White text must be readable on it; otherwise a darker shade is suggested."),
        required=False,
    )


def overview(request: HttpRequest) -> HttpResponse:
    """What can be set, and where."""
    asking = Asking(request)
    context = {
        "firm": business_of(scope=asking.scope),
        "branches": branches(scope=asking.scope),
        "staff_count": sum(1 for row in employees(scope=asking.scope) if row.left_at is None),
        "dead": len(queue.dead_letters()),
        "current_section": "settings",
    }
    return render(request, "desk/settings.html", context)


def business(request: HttpRequest) -> HttpResponse:
    """Name, currency, zone, languages, colour."""
    asking = Asking(request)
    firm = business_of(scope=asking.scope)
    initial = {key: getattr(firm, key) for key in ("name", "currency", "zone", "languages", "accent")}
    form = BusinessForm(request.POST or None, initial=initial)

    def act() -> object:
        given = form.cleaned_data
        accent = given["accent"] and "#" + given["accent"].lstrip("#").lower()
        return describe_business(
            business_id=firm.pk,
            name=given["name"],
            zone=given["zone"],
            currency=given["currency"],
            languages=given["languages"] or ["en"],
            accent=accent,
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        return form_page(request, "desk/settings_business.html", form, current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:settings")


def authorisation(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table itself."""
    return render(request, "desk/authorisation.html", {"rights": rights_by_route(), "roles": list(Role), "current_section": "settings"})


def jobs(request: HttpRequest) -> HttpResponse:
    """Dead letters: what failed for good, to be tried again."""
    return render(request, "desk/jobs.html", {"dead": queue.dead_letters(), "current_section": "settings"})


def replay_job(request: HttpRequest, job: int) -> HttpResponse:
    """Queue one dead letter, or all of them (0), again."""
    chosen_ids = [job] if job else [row.pk for row in queue.dead_letters()]
    count = sum(queue.replay(job_id=number) for number in chosen_ids)
    messages.success(request, ngettext("%(n)d job is queued again.", "%(n)d jobs are queued again.", count) % {"n": count})
    return redirect("desk:jobs")
