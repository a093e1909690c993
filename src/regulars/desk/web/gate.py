"""May we contact them, when, why not? And the rules behind the answer."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contacts.queries import (
    Ask,
    ContactClass,
    ask_gate,
    budget_of,
    channel_words,
    freezes_of,
    gate_rule_versions,
    gate_rules_at,
    slots_of,
)
from regulars.contacts.services import RulesRefused, apply_gate_rules
from regulars.customers.queries import customer_of, purposes_of
from regulars.desk.web.asking import Asking, attempt, form_page, put_refusal
from regulars.groundwork.kernel.refusals import Refusal

CLASS_WORDS = {
    ContactClass.PROMOTIONAL: gettext_lazy("Promotion"),
    ContactClass.SURVEY: gettext_lazy("Survey"),
    ContactClass.SERVICE: gettext_lazy("Service"),
    ContactClass.REPLY: gettext_lazy("Answer to them"),
    ContactClass.TRANSACTIONAL: gettext_lazy("About an order"),
    ContactClass.SECURITY: gettext_lazy("Security"),
    ContactClass.LEGAL: gettext_lazy("Legal notice"),
    ContactClass.RECALL: gettext_lazy("Recall"),
}
MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class AskForm(forms.Form):
    """A question to the gate; asking changes nothing, so it is a link that can be kept."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    contact_class = forms.ChoiceField(label=gettext_lazy("What it is"), choices=[(one.value, words) for one, words in CLASS_WORDS.items()])
    when = forms.DateTimeField(
        label=gettext_lazy("When, if not now"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT[0]),
        input_formats=MOMENT,
        required=False,
    )

    def __init__(self, *args: Any, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = channel_words()  # type: ignore[attr-defined]
        self.fields["purpose"].choices = [(name, _(one.label)) for name, one in purposes_of(scope=asking.scope).items()]  # type: ignore[attr-defined]


class RulesForm(forms.Form):
    """The whole document; with effect from a moment."""

    document = forms.CharField(
        label=gettext_lazy("Rules"),
        help_text=gettext_lazy("One JSON document. Every fault is told with its place; nothing is half applied."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
    )
    effective = forms.DateTimeField(
        label=gettext_lazy("With effect from"),
        help_text=gettext_lazy("Empty: at once. By the clock of the business."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT[0]),
        input_formats=MOMENT,
        required=False,
    )


def gate(request: HttpRequest, id: str) -> HttpResponse:
    """What the gate says about one customer: an answer to the question asked, the budget, the journal."""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id)
    initial = {"channel": "email", "purpose": "offers", "contact_class": "promotional"}
    form = AskForm(request.GET if "channel" in request.GET else None, initial=initial, asking=asking)
    decision = None
    if form.is_valid():
        given = form.cleaned_data
        ask = Ask(given["channel"], given["purpose"], given["contact_class"], wanted_at=asking.instant_of(given["when"]))
        try:
            decision = ask_gate(scope=asking.scope, customer_id=customer.pk, ask=ask, at=asking.at)
        except Refusal as refusal:
            put_refusal(form, refusal)
    context = {
        "customer": customer,
        "form": form,
        "decision": decision,
        "budget": budget_of(scope=asking.scope, customer_id=customer.pk, at=asking.at),
        "freezes": freezes_of(scope=asking.scope, customer_id=customer.pk),
        "slots": slots_of(scope=asking.scope, customer_id=customer.pk),
        "channels": dict(channel_words()),
        "class_words": {one.value: words for one, words in CLASS_WORDS.items()},
        "current_section": "customers",
    }
    return render(request, "desk/gate.html", context, status=422 if form.is_bound and form.errors else 200)


def rules(request: HttpRequest) -> HttpResponse:
    """The rules in effect, and new ones."""
    asking = Asking(request)
    shown = gate_rules_at(scope=asking.scope, at=asking.at)
    initial = {"document": json.dumps(shown.document, indent=2, ensure_ascii=False)}
    form = RulesForm(request.POST or None, initial=initial)

    def act() -> object:
        return apply_gate_rules(
            scope=asking.scope,
            document=_document(form.cleaned_data["document"]),
            effective_at=asking.instant_of(form.cleaned_data["effective"]),
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        versions = gate_rule_versions(scope=asking.scope)
        return form_page(request, "desk/gate_rules.html", form, shown=shown, versions=versions, current_section="settings")
    messages.success(request, _("The rules are in the books."))
    return redirect("desk:gate_rules")


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise RulesRefused({"document": _("This is no JSON: %(fault)s.") % {"fault": fault}}) from None
