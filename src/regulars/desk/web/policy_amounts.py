"""Targets and limits of the policy, value by value: a form over the same document that the text editor shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import business_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.policy.queries import (
    FIELDS,
    Draft,
    Place,
    Section,
    open_draft,
    policy_in,
    target_from,
    target_in_words,
    values_in,
    version_at,
)
from regulars.policy.services import PolicyRefused, change_amounts

LABELS = {
    "first_answer": gettext_lazy("First answer"),
    "next_answer": gettext_lazy("Next answer"),
    "resolution": gettext_lazy("Settled"),
    "answer_unless_settled": gettext_lazy("If not settled at once"),
    "final_answer": gettext_lazy("Final answer"),
    "per_gesture": gettext_lazy("At a time"),
    "per_case": gettext_lazy("Per case"),
    "per_customer": gettext_lazy("Per customer and period"),
    "per_person": gettext_lazy("Per employee and period"),
    "period": gettext_lazy("Period"),
}
PERIODS = [
    ("", gettext_lazy("none")),
    ("day", gettext_lazy("Day")),
    ("week", gettext_lazy("Week")),
    ("month", gettext_lazy("Month")),
    ("quarter", gettext_lazy("Quarter")),
    ("year", gettext_lazy("Year")),
]
EXAMPLES = ("30bm", "8bh", "24h", "2bd", "3bd-close", "8w")
SORTS = {"levels": gettext_lazy("Service level"), "authority": gettext_lazy("Authority")}


class AmountsForm(forms.Form):
    """One field for each value that the text holds, or could hold."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, values: dict[Place, str], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.places = {_name(place): place for place in values}
        for name, place in self.places.items():
            self.fields[name] = self._field(place, values[place])

    def _field(self, place: Place, value: str) -> forms.Field:
        section, _number, word = place
        label = LABELS[word]
        if word == "period":
            return forms.ChoiceField(label=label, choices=PERIODS, initial=value, required=False)
        hint = _("such as 8bh or 3bd-close") if section == "levels" else _("such as 25 %(currency)s") % {"currency": self.currency}
        return forms.CharField(label=label, help_text=hint, initial=value, required=False, max_length=40)

    def changes(self) -> dict[Place, str]:
        """What was entered, by place."""
        return {place: self.cleaned_data[name] for name, place in self.places.items()}


def change(request: HttpRequest) -> HttpResponse:
    """Change values of the open draft, or begin one from what is in force."""
    asking = Asking(request)
    draft = open_draft(scope=asking.scope)
    version = None if draft else version_at(scope=asking.scope, at=asking.at)
    text = draft.text if draft else version.text if version else ""
    values = values_in(text) if text else {}
    currency = business_of(scope=asking.scope).currency or "EUR"
    form = AmountsForm(request.POST or None, values=values, currency=currency, initial={"revision": draft.revision if draft else 0})

    def act() -> Draft:
        revision = form.cleaned_data["revision"]
        try:
            return change_amounts(scope=asking.scope, changes=form.changes(), revision=revision, at=asking.at, actor=asking.actor.name)
        except PolicyRefused as refusal:
            raise PolicyRefused({_field_of(place): words for place, words in refusal.fields.items()}) from None

    if attempt(form, act) is None:
        groups = _groups(text, form) if text else []
        examples = [(one, target_in_words(target_from(one))) for one in EXAMPLES]
        return form_page(request, "desk/policy_amounts.html", form, groups=groups, examples=examples, current_section="policy")
    messages.success(request, _("The draft is saved."))
    return redirect("desk:policy_draft")


def _groups(text: str, form: AmountsForm) -> list[dict[str, Any]]:
    policy = policy_in(text)
    rows: dict[Section, Any] = {"levels": policy.levels, "authority": policy.authority}
    return [
        {
            "title": _("Paragraph %(number)s") % {"number": row.paragraph},
            "note": SORTS[section],
            "text": row.text,
            "fields": [form[_name((section, number, word))] for word in FIELDS[section]],
        }
        for section in FIELDS
        for number, row in enumerate(rows[section])
    ]


def _name(place: Place) -> str:
    return "-".join(str(part) for part in place)


def _field_of(place: str) -> str:
    """“/levels/0/first_answer” → “levels-0-first_answer”; what names a whole paragraph stays as it is and is shown on top."""
    return place.strip("/").replace("/", "-") if place.count("/") == 3 else place
