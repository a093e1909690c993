"""Purchases: the list, one, recording a sale or a refund by hand."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import branches, business_of, zone_of
from regulars.customers.queries import customer_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.choices import common_currencies
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.money import Money, NotMoney, minor_units
from regulars.groundwork.kernel.schedules import instant_of
from regulars.purchases.queries import Kind, Purchase, Sale, SaleLine, purchase_of, purchases_before
from regulars.purchases.services import record_purchase


class PurchaseForm(forms.Form):
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=common_currencies)
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    receipt = forms.CharField(label=gettext_lazy("Receipt number"), max_length=80, required=False)
    product = forms.CharField(label=gettext_lazy("What was bought"), max_length=120, required=False)
    category = forms.CharField(label=gettext_lazy("Category"), max_length=80, required=False)
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.asking = asking
        self.visible = {str(one.public_id): one for one in branches(scope=asking.scope)}
        field = cast("forms.ChoiceField", self.fields["branch"])
        field.choices = [("", _("None in particular")), *((key, one.name) for key, one in self.visible.items())]
        self.initial.setdefault("act", str(new_id()))

    def clean_amount(self) -> str:
        """A comma is as good as a point."""
        return str(self.cleaned_data["amount"]).replace(" ", "").replace("\u00a0", "").replace(",", ".")

    def clean(self) -> dict[str, object]:
        """Turn the amount into minor units of the chosen currency."""
        given = super().clean() or {}
        if "amount" in given and "currency" in given:
            try:
                given["minor"] = minor_units(given["amount"], given["currency"])
            except NotMoney as fault:
                self.add_error("amount", str(fault))
            else:
                if given["minor"] < 0:
                    self.add_error("amount", _("Write the amount without a sign."))
        return given

    def sale(self, kind: Kind, original: str = "") -> Sale:
        """The form as a sale or refund. The hidden act makes a second click the same act, not a second sale."""
        given = self.cleaned_data
        sign = -1 if kind is Kind.REFUND else 1
        minor = sign * given["minor"]
        described = given["product"] or given["category"]
        zone = zone_of(business=business_of(scope=self.asking.scope), branch=self.visible.get(given["branch"]))
        wall: datetime = given["at"].replace(tzinfo=None)
        return Sale(
            at=instant_of(wall, zone),
            currency=given["currency"],
            amount_minor=minor,
            kind=kind,
            receipt=given["receipt"] or given["act"],
            original_receipt=original,
            lines=[SaleLine(amount_minor=minor, product=given["product"], category=given["category"])] if described else [],
        )


def purchases(request: HttpRequest) -> HttpResponse:
    """All purchases, newest first."""
    asking = Asking(request)
    page = purchases_before(scope=asking.scope, cursor=request.GET.get("before", ""), size=30)
    return render(request, "desk/purchases.html", {"page": page, "current_section": "purchases"})


def purchase(request: HttpRequest, id: str) -> HttpResponse:
    """One purchase with its lines."""
    asking = Asking(request)
    row = purchase_of(scope=asking.scope, public_id=id)
    refunds = row.refunds.order_by("at")
    return render(request, "desk/purchase.html", {"purchase": row, "refunds": refunds, "current_section": "purchases"})


def new_purchase(request: HttpRequest, id: str) -> HttpResponse:
    """Record a sale by hand."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = PurchaseForm(request.POST or None, asking=asking, initial=_now(asking))
    recorded = attempt(
        form,
        lambda: record_purchase(
            customer=row,
            branch=form.visible.get(form.cleaned_data["branch"]),
            sale=form.sale(Kind.SALE),
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if recorded is None:
        return form_page(request, "desk/purchase_form.html", form, customer=row, current_section="customers")
    messages.success(request, _("The purchase is recorded."))
    return redirect("desk:customer", id=id)


def new_refund(request: HttpRequest, id: str) -> HttpResponse:
    """Take back a purchase, wholly or in part."""
    asking = Asking(request)
    original = purchase_of(scope=asking.scope, public_id=id)
    form = PurchaseForm(request.POST or None, asking=asking, initial=_now(asking) | _of_original(original))
    recorded = attempt(
        form,
        lambda: record_purchase(
            customer=original.customer,
            branch=original.branch,
            sale=form.sale(Kind.REFUND, original=original.receipt or original.source_key),
            original=original,
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if recorded is None:
        return form_page(
            request, "desk/purchase_form.html", form, customer=original.customer, original=original, current_section="purchases"
        )
    messages.success(request, _("The refund is recorded."))
    return redirect("desk:purchase", id=id)


def _now(asking: Asking) -> dict[str, object]:
    business = business_of(scope=asking.scope)
    only = branches(scope=asking.scope)
    return {
        "at": asking.at.astimezone(zone_of(business=business)).replace(tzinfo=None, second=0, microsecond=0),
        "currency": business.currency or "EUR",
        "branch": str(only[0].public_id) if len(only) == 1 else "",
    }


def _of_original(original: Purchase) -> dict[str, object]:
    return {
        "amount": str(Money(original.amount_minor, original.currency).major),
        "currency": original.currency,
        "branch": str(original.branch.public_id) if original.branch else "",
    }
