"""Customers: finding, knowing, describing."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import branches
from regulars.customers.queries import Customer, CustomerKind, customer_of, customers_after, find_customers
from regulars.customers.services import NewCustomer, add_contact_point, describe_customer, register_customer, remove_contact_point
from regulars.desk.queries import StoryAsked, customer_page
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.choices import customer_languages, zones_or_business
from regulars.desk.web.people import person_panel
from regulars.groundwork.kernel.refusals import Refusal

PAGE = 30


class CustomerForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(CustomerKind.PERSON.value, gettext_lazy("A person")), (CustomerKind.ORGANISATION.value, gettext_lazy("An organisation"))],
        initial=CustomerKind.PERSON.value,
    )
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=120, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=120, required=False)
    organisation_name = forms.CharField(label=gettext_lazy("Organisation"), max_length=200, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Also decides the order of the name: Hungarian and Vietnamese put the family name first."),
        choices=customer_languages,
        required=False,
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones_or_business, required=False)
    branch = forms.ChoiceField(label=gettext_lazy("Home branch"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        visible = branches(scope=asking.scope)
        self.branch_ids = {str(one.public_id): one.pk for one in visible}
        field = cast("forms.ChoiceField", self.fields["branch"])
        field.choices = [("", _("None in particular")), *((str(one.public_id), one.name) for one in visible)]

    def who(self) -> NewCustomer:
        """The form as a service takes it."""
        given = self.cleaned_data
        return NewCustomer(
            kind=CustomerKind(given["kind"]),
            given_name=given["given_name"],
            family_name=given["family_name"],
            organisation_name=given["organisation_name"],
            language=given["language"],
            zone=given["zone"],
            note=given["note"],
            external_ids={"desk": given["external_id"]} if given.get("external_id") else {},
            contact_points=[(kind, given[kind]) for kind in ("email", "phone") if given.get(kind)],
        )

    def branch_id(self) -> int | None:
        """The chosen branch."""
        return self.branch_ids.get(self.cleaned_data["branch"])


class NewCustomerForm(CustomerForm):
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, required=False, help_text=gettext_lazy("Best with the country code: +36 30 123 4567")
    )
    external_id = forms.CharField(label=gettext_lazy("Card or customer number"), max_length=120, required=False)
    field_order = ("kind", "given_name", "family_name", "organisation_name", "email", "phone", "external_id", "language")


class ContactPointForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("email", gettext_lazy("E-mail")), ("phone", gettext_lazy("Phone")), ("postal", gettext_lazy("Postal address"))],
    )
    value = forms.CharField(label=gettext_lazy("Address or number"), max_length=320)


def customers(request: HttpRequest) -> HttpResponse:
    """Search, or all by name."""
    asking = Asking(request)
    text = request.GET.get("q", "").strip()
    if text:
        rows, next_cursor = find_customers(scope=asking.scope, text=text, size=PAGE), ""
    else:
        page = customers_after(scope=asking.scope, cursor=request.GET.get("after", ""), size=PAGE, segment=request.GET.get("segment", ""))
        rows, next_cursor = page.rows, page.next_cursor
    context = {"rows": rows, "next_cursor": next_cursor, "text": text, "full": len(rows) >= PAGE, "current_section": "customers"}
    return render(request, "desk/customers.html", context)


def customer(request: HttpRequest, id: str) -> HttpResponse:
    """One customer: who, how they are doing, what happened."""
    asking = Asking(request)
    asked = StoryAsked(
        cursor=request.GET.get("before", ""),
        kinds=[one for one in request.GET.getlist("show") if one],
        **{name: request.GET.get(name, "") for name in ("channel", "nature", "outcome", "staff")},
    )
    page = customer_page(scope=asking.scope, actor=asking.actor, public_id=id, asked=asked, at=asking.at)
    person = person_panel(asking, page.customer, page.customer_ids, page.read)
    if person.standing.survivor:
        return redirect("desk:customer", id=person.standing.survivor.public_id)
    context = {"page": page, "asked": asked, "at": asking.at, "person": person, "contact_form": ContactPointForm()}
    context["current_section"] = "customers"
    return render(request, "desk/customer.html", context)


def new_customer(request: HttpRequest) -> HttpResponse:
    """Register somebody."""
    asking = Asking(request)
    form = NewCustomerForm(request.POST or None, asking=asking)
    row = attempt(
        form,
        lambda: register_customer(
            business_id=asking.scope.business_id, who=form.who(), branch_id=form.branch_id(), at=asking.at, actor=asking.actor.name
        ),
    )
    if row is None:
        return form_page(request, "desk/customer_form.html", form, current_section="customers")
    return redirect("desk:customer", id=row.public_id)


def edit_customer(request: HttpRequest, id: str) -> HttpResponse:
    """Set the plain particulars."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = CustomerForm(request.POST or None, asking=asking, initial=_initial(row))
    changed = attempt(
        form,
        lambda: describe_customer(customer=row, who=form.who(), branch_id=form.branch_id(), at=asking.at, actor=asking.actor.name),
    )
    if changed is None:
        return form_page(request, "desk/customer_form.html", form, customer=row, current_section="customers")
    messages.success(request, _("Saved."))
    return redirect("desk:customer", id=id)


def add_contact(request: HttpRequest, id: str) -> HttpResponse:
    """Add an address or number."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    form = ContactPointForm(request.POST)
    if form.is_valid():
        kind, value = form.cleaned_data["kind"], form.cleaned_data["value"]
        try:
            add_contact_point(customer=row, kind=kind, value=value, region="", at=asking.at, actor=asking.actor.name)
            return redirect("desk:customer", id=id)
        except Refusal as refusal:
            form.add_error("value", refusal.sentence)
    page = customer_page(scope=asking.scope, actor=asking.actor, public_id=id, asked=StoryAsked(), at=asking.at)
    context = {
        "page": page,
        "at": asking.at,
        "person": person_panel(asking, row, page.customer_ids, page.read),
        "contact_form": form,
        "current_section": "customers",
    }
    return render(request, "desk/customer.html", context, status=422)


def remove_contact(request: HttpRequest, id: str, point: int) -> HttpResponse:
    """Remove an address or number."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    remove_contact_point(customer=row, contact_point_id=point, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Removed."))
    return redirect("desk:customer", id=id)


def _initial(row: Customer) -> dict[str, object]:
    names = ("kind", "given_name", "family_name", "organisation_name", "language", "zone", "note")
    return {name: getattr(row, name) for name in names} | {"branch": str(row.home_branch.public_id) if row.home_branch else ""}
