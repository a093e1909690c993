"""Settings about customers' data: how long it is kept, what for, in which words they agree, and by which clock they live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulars.business.queries import business_of
from regulars.customers.queries import (
    Basis,
    Customer,
    RuleShown,
    assumed_zones,
    purposes_of,
    retention_due,
    retention_rules,
    wording_for,
    wordings_of,
)
from regulars.customers.services import add_purpose, assume_zones, check_retention, publish_wording, set_retention
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.groundwork.kernel.refusals import Refusal

NAMES_SHOWN = 20
BASES = {
    Basis.CONSENT: gettext_lazy("Permission: silent until the customer says yes"),
    Basis.CONTRACT: gettext_lazy("Contract: needed for what the customer ordered"),
    Basis.INTEREST: gettext_lazy("Interest: allowed until the customer says no"),
    Basis.DUTY: gettext_lazy("Duty: demanded by law"),
}


class RetentionForm(forms.Form):
    """One rule: first shown what it would end (GET), then set (POST) with the number that was shown."""

    rule = forms.CharField(widget=forms.HiddenInput, max_length=40)
    days = forms.IntegerField(label=gettext_lazy("After so many days without a sign of them"), min_value=30, max_value=36_500)
    enabled = forms.BooleanField(label=gettext_lazy("Forget them each night"), required=False)
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class PurposeForm(forms.Form):
    label = forms.CharField(label=gettext_lazy("What it is about, as customers read it"), max_length=80)
    name = forms.CharField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("For files and programs: one word of small letters, digits and hyphens. It stays for ever."),
        max_length=40,
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Why you may"), choices=[(one.value, words) for one, words in BASES.items()], widget=forms.RadioSelect
    )


class WordingForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    language = forms.CharField(label=gettext_lazy("Language"), help_text=gettext_lazy("A code such as “en” or “pt-BR”."), max_length=10)
    version = forms.CharField(
        label=gettext_lazy("Name of this wording"),
        help_text=gettext_lazy("For example “web 2026-11”. The proof of every permission carries it."),
        max_length=80,
    )
    text = forms.CharField(label=gettext_lazy("Text that people agree to"), widget=forms.Textarea(attrs={"rows": 5}), max_length=2_000)

    def __init__(self, *args: Any, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [one for one in purposes_of(scope=asking.scope).values() if one.needs_consent]
        self.fields["purpose"].choices = [(one.name, _(one.label)) for one in rules]  # type: ignore[attr-defined]


class ZonesForm(forms.Form):
    zones = forms.CharField(
        label=gettext_lazy("Time zones"),
        help_text=gettext_lazy("One in a line, for example Europe/Lisbon. Empty: where the business, or their branch, is."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        max_length=2_000,
        required=False,
    )


@dataclass(frozen=True)
class Trial:
    """What a rule would end now: the number, some names, and those whom a hold spares."""

    rule: RuleShown
    days: int
    enabled: bool
    count: int
    some: list[Customer]
    spared: int


def retention(request: HttpRequest) -> HttpResponse:
    """The rules of retention. A GET with a proposal shows what it would end; the POST sets it."""
    asking = Asking(request)
    bound = request.POST or (request.GET if "rule" in request.GET else None)
    form = RetentionForm(bound)
    rules = {one.subject.name: one for one in retention_rules(scope=asking.scope)}
    if request.method == "POST" and attempt(form, lambda: _set_rule(asking, form)) is not None:
        messages.success(request, _("The rule is set."))
        return redirect("desk:retention")
    trial = None
    if form.is_valid() and form.cleaned_data["rule"] in rules:
        try:
            check_retention(subject=form.cleaned_data["rule"], days=form.cleaned_data["days"])
            trial = _trial(asking, rules[form.cleaned_data["rule"]], form)
        except Refusal as refusal:
            form.add_error("days", refusal.sentence)
    asked = form.data.get("rule", "") if form.is_bound else ""
    shown = [
        (
            one,
            form
            if one.subject.name == asked
            else RetentionForm(initial={"rule": one.subject.name, "days": one.days, "enabled": one.enabled}),
        )
        for one in rules.values()
    ]
    return form_page(request, "desk/retention.html", form, rules=shown, trial=trial, current_section="settings")


def _set_rule(asking: Asking, form: RetentionForm) -> object:
    given = form.cleaned_data
    return set_retention(
        scope=asking.scope,
        subject=given["rule"],
        days=given["days"],
        enabled=given["enabled"],
        expected=given["expected"] if given["expected"] is not None else -1,  # nobody was shown anything: set nothing
        at=asking.at,
        actor=asking.actor.name,
    )


def _trial(asking: Asking, rule: RuleShown, form: RetentionForm) -> Trial:
    days, enabled = form.cleaned_data["days"], form.cleaned_data["enabled"]
    due = retention_due(scope=asking.scope, at=asking.at, proposed={rule.subject.name: days} if enabled else {})
    ending = due.ending.get(rule.subject.name, [])
    return Trial(rule, days, enabled, len(ending), ending[:NAMES_SHOWN], len(due.spared))


def purposes(request: HttpRequest) -> HttpResponse:
    """What the business writes and calls about, and on which ground; a further purpose."""
    asking = Asking(request)
    form = PurposeForm(request.POST or None, initial={"basis": Basis.CONSENT.value})

    def act() -> object:
        given = form.cleaned_data
        return add_purpose(
            business_id=asking.scope.business_id,
            name=given["name"].strip(),
            label=given["label"],
            basis=given["basis"],
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        rows = [(one, _(one.label), BASES[one.basis]) for one in purposes_of(scope=asking.scope).values()]
        return form_page(request, "desk/purposes.html", form, rows=rows, current_section="settings")
    messages.success(request, _("The purpose stands. Customers can agree to it, and messages can be written for it."))
    return redirect("desk:purposes")


def wordings(request: HttpRequest) -> HttpResponse:
    """The texts that people agree to, every version; a further one."""
    asking = Asking(request)
    language = (get_language() or "en").partition("-")[0]
    form = WordingForm(request.POST or None, asking=asking, initial={"language": language})

    def act() -> object:
        return publish_wording(scope=asking.scope, **form.cleaned_data, at=asking.at, actor=asking.actor.name)

    if attempt(form, act) is None:
        rows = _by_purpose(asking, language)
        business = business_of(scope=asking.scope)
        return form_page(request, "desk/wordings.html", form, rows=rows, business_id=business.public_id, current_section="settings")
    messages.success(request, _("From now on people agree to this text."))
    return redirect("desk:wordings")


def _by_purpose(asking: Asking, language: str) -> list[tuple[str, object, list[tuple[object, bool]]]]:
    published = wordings_of(scope=asking.scope)
    found: list[tuple[str, object, list[tuple[object, bool]]]] = []
    for rule in purposes_of(scope=asking.scope).values():
        if rule.needs_consent:
            own = [row for row in published if row.purpose == rule.name]
            newest = {row.language: row.pk for row in reversed(own)}
            versions: list[tuple[object, bool]] = [(row, newest[row.language] == row.pk) for row in own]
            found.append((_(rule.label), wording_for(scope=asking.scope, purpose=rule.name, language=language), versions))
    return found


def zones(request: HttpRequest) -> HttpResponse:
    """By which clock customers live of whom no zone is known."""
    asking = Asking(request)
    business_id = asking.scope.business_id
    known = assumed_zones(business_id=business_id)
    form = ZonesForm(request.POST or None, initial={"zones": "\n".join(known)})

    def act() -> bool:
        lines = form.cleaned_data["zones"].replace(",", "\n").splitlines()
        wanted = [one.strip() for one in lines if one.strip()]
        assume_zones(business_id=business_id, zones=wanted, at=asking.at, actor=asking.actor.name)
        return True

    if attempt(form, act) is None:
        clocks = [(name, _local(asking.at, name)) for name in known]
        return form_page(
            request, "desk/assumed_zones.html", form, clocks=clocks, business=business_of(scope=asking.scope), current_section="settings"
        )
    messages.success(request, _("Noted. Quiet hours are kept by these clocks from now on."))
    return redirect("desk:assumed_zones")


def _local(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
