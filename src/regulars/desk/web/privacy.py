"""A customer's rights: everything handed out, everything forgotten; and what must be kept for now."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.queries import customer_of, merges_of, standing_of
from regulars.customers.services import export_of_customer, forget_customer, lift_hold, place_hold
from regulars.desk.web.asking import Asking, attempt


class ForgetForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Write the customer's name as it stands above"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, expected: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.expected = expected

    def clean_name(self) -> str:
        """The name is the proof that the right person is meant."""
        if " ".join(str(self.cleaned_data["name"]).split()).casefold() != " ".join(self.expected.split()).casefold():
            raise forms.ValidationError(_("This is another name. Nothing was forgotten."))
        return self.expected


class HoldForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why must they be kept?"), max_length=200)


def export(request: HttpRequest, id: str) -> HttpResponse:
    """Everything stored about a customer, as a download."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    made = export_of_customer(scope=asking.scope, customer_id=row.pk, at=asking.at, actor=asking.actor.name)
    answer = HttpResponse(made.archive, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def forget(request: HttpRequest, id: str) -> HttpResponse:
    """Say what goes and what stays, then forget."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = ForgetForm(request.POST or None, expected=row.display_name)
    hold_form = HoldForm()
    done = attempt(form, lambda: forget_customer(scope=asking.scope, customer_id=row.pk, at=asking.at, actor=asking.actor.name))
    if done is not None:
        messages.success(request, _("Forgotten. Only figures are left."))
        return redirect("desk:customers")
    context = {
        "customer": row,
        "form": form,
        "hold_form": hold_form,
        "standing": standing_of(scope=asking.scope, customer_id=row.pk),
        "merges": merges_of(scope=asking.scope, customer_id=row.pk),
        "current_section": "customers",
    }
    return render(request, "desk/forget.html", context, status=422 if form.is_bound else 200)


def hold(request: HttpRequest, id: str) -> HttpResponse:
    """Keep a customer from being forgotten."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    place_hold(scope=asking.scope, customer_id=row.pk, reason=request.POST.get("reason", ""), at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Held. Nobody can forget this customer now."))
    return redirect("desk:forget_customer", id=id)


def release(request: HttpRequest, id: str) -> HttpResponse:
    """End the hold."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    lift_hold(scope=asking.scope, customer_id=row.pk, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Released."))
    return redirect("desk:forget_customer", id=id)
