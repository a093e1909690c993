"""Staff and keys."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import branches
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.policy.queries import authority_kinds_of
from regulars.staff.queries import (
    KEY_SCOPES,
    Employee,
    Role,
    api_keys,
    certificate_kinds,
    certificates_of,
    coaching_figures,
    employee_of,
    employees,
    invitations,
    leaves_of,
    may_give,
    security_of,
)
from regulars.staff.services import (
    appoint_employee,
    cancel_leave,
    invite_employee,
    let_go,
    make_key,
    plan_leave,
    revoke_key,
    withdraw_invitation,
)

COACHING_SHOWN = timedelta(days=90)
ROLE_LABELS = {
    Role.EXECUTIVE: gettext_lazy("Executive: everything"),
    Role.MANAGER: gettext_lazy("Manager: everything but appointing executives"),
    Role.SUPERVISOR: gettext_lazy("Supervisor: customers, purchases, imports, insight"),
    Role.AGENT: gettext_lazy("Agent: serves customers, sees insight"),
    Role.MARKETER: gettext_lazy("Marketer: customers, imports, insight"),
    Role.CASHIER: gettext_lazy("Cashier: customers and purchases at the till"),
    Role.READ_ONLY: gettext_lazy("Read-only: looks, changes nothing"),
}

ROLE_NAMES = {
    Role.EXECUTIVE: gettext_lazy("Executive"),
    Role.MANAGER: gettext_lazy("Manager"),
    Role.SUPERVISOR: gettext_lazy("Supervisor"),
    Role.AGENT: gettext_lazy("Agent"),
    Role.MARKETER: gettext_lazy("Marketer"),
    Role.CASHIER: gettext_lazy("Cashier"),
    Role.READ_ONLY: gettext_lazy("Reader"),
}


class StandingForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), initial=Role.AGENT.value)
    branches = forms.MultipleChoiceField(
        label=gettext_lazy("Branches"),
        help_text=gettext_lazy(
            "None ticked: all branches. Otherwise only customers and purchases of these branches, and of none, are seen."
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        giver = asking.actor.role
        self.held = asking.scope.branch_ids
        cast("forms.ChoiceField", self.fields["role"]).choices = [
            (role.value, label) for role, label in ROLE_LABELS.items() if giver and may_give(giver, role)
        ]
        visible = branches(scope=asking.scope)
        self.ids = {str(one.public_id): one.pk for one in visible}
        cast("forms.MultipleChoiceField", self.fields["branches"]).choices = [(str(one.public_id), one.name) for one in visible]

    def branch_ids(self) -> set[int] | None:
        """The chosen branches; none chosen means all that the giver holds (None: all of the business)."""
        chosen = {self.ids[key] for key in self.cleaned_data["branches"]}
        return chosen or (None if self.held is None else set(self.held))


class InviteForm(StandingForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    field_order = ("name", "email", "role", "branches")


class LeaveForm(forms.Form):
    from_on = forms.DateField(label=gettext_lazy("First day away"), widget=forms.DateInput(attrs={"type": "date"}))
    until_on = forms.DateField(label=gettext_lazy("Last day away"), widget=forms.DateInput(attrs={"type": "date"}))


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May"), choices=[(scope, scope) for scope in KEY_SCOPES], widget=forms.CheckboxSelectMultiple
    )


def people(request: HttpRequest) -> HttpResponse:
    """Everybody, open invitations, and inviting somebody."""
    asking = Asking(request)
    form = InviteForm(request.POST or None, asking=asking)
    assert asking.actor.role is not None
    giver = asking.actor.role
    made = attempt(
        form,
        lambda: invite_employee(
            business_id=asking.scope.business_id,
            giver=giver,
            within=asking.scope.branch_ids,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            role=Role(form.cleaned_data["role"]),
            branch_ids=form.branch_ids(),
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    context = {
        "people": employees(scope=asking.scope),
        "roles": {role.value: ROLE_NAMES[role] for role in Role},
        "invitations": invitations(scope=asking.scope),
        "coaching": coaching_figures(scope=asking.scope, since=asking.at - COACHING_SHOWN),
        "current_section": "settings",
    }
    if made is None:
        return form_page(request, "desk/staff.html", form, **context)
    # The link is shown in this answer only: no redirect, and no copy of the token anywhere.
    context["link_token"] = made[1]
    context["invited"] = made[0]
    return render(request, "desk/staff.html", {"form": InviteForm(asking=asking), **context})


def employee(request: HttpRequest, id: str) -> HttpResponse:
    """One employee's role and branches."""
    asking = Asking(request)
    row = employee_of(scope=asking.scope, public_id=id)
    form = StandingForm(request.POST or None, asking=asking, initial=_initial(row))
    assert asking.actor.role is not None
    giver = asking.actor.role
    changed = attempt(
        form,
        lambda: appoint_employee(
            employee=row,
            giver=giver,
            within=asking.scope.branch_ids,
            role=Role(form.cleaned_data["role"]),
            branch_ids=form.branch_ids(),
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if changed is None:
        return _employee_page(asking, row, form, LeaveForm())
    messages.success(request, _("Saved. %(name)s has to sign in again.") % {"name": row.name})
    return redirect("desk:staff")


def _employee_page(asking: Asking, row: Employee, form: forms.Form, leave: LeaveForm) -> HttpResponse:
    giver = asking.actor.role
    context = {
        "form": form,
        "person": row,
        "leave": leave,
        "leaves": leaves_of(scope=asking.scope, employee_id=row.pk),
        "certificates": certificates_of(scope=asking.scope, employee_id=row.pk, at=asking.at),
        "certificate_names": {one.code: one.name for one in certificate_kinds(scope=asking.scope)},
        "authority": authority_kinds_of(scope=asking.scope, employee_id=row.pk, at=asking.at),
        "may_change": giver is not None and may_give(giver, Role(row.role)) and row.left_at is None,
        "factors": security_of(employee=row),
        "current_section": "settings",
    }
    wrong = any(one.is_bound and one.errors for one in (form, leave))
    return render(asking.request, "desk/employee.html", context, status=422 if wrong else 200)


def plan_leave_page(request: HttpRequest, id: str) -> HttpResponse:
    """Enter days on which somebody is away."""
    asking = Asking(request)
    row = employee_of(scope=asking.scope, public_id=id)
    leave = LeaveForm(request.POST)
    if attempt(leave, lambda: plan_leave(employee=row, at=asking.at, actor=asking.actor.name, **leave.cleaned_data)) is None:
        return _employee_page(asking, row, StandingForm(asking=asking, initial=_initial(row)), leave)
    messages.success(request, _("The days are entered."))
    return redirect("desk:employee", id=id)


def cancel_leave_page(request: HttpRequest, id: str, leave: str) -> HttpResponse:
    """Take a leave back."""
    asking = Asking(request)
    cancel_leave(employee=employee_of(scope=asking.scope, public_id=id), public_id=leave, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The days are taken back."))
    return redirect("desk:employee", id=id)


def let_go_page(request: HttpRequest, id: str) -> HttpResponse:
    """End somebody's standing."""
    asking = Asking(request)
    row = employee_of(scope=asking.scope, public_id=id)
    assert asking.actor.role is not None
    let_go(employee=row, giver=asking.actor.role, within=asking.scope.branch_ids, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("%(name)s can't sign in any more; their keys are dead.") % {"name": row.name})
    return redirect("desk:staff")


def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Make an invitation useless."""
    asking = Asking(request)
    withdraw_invitation(business_id=asking.scope.business_id, public_id=id, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("desk:staff")


def keys(request: HttpRequest) -> HttpResponse:
    """Keys for programs; a new one is shown once."""
    asking = Asking(request)
    form = KeyForm(request.POST or None)
    made = attempt(
        form,
        lambda: make_key(
            business_id=asking.scope.business_id,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            owner=asking.employee,
            branch_ids=asking.scope.branch_ids,
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    context = {"keys": api_keys(scope=asking.scope), "current_section": "settings"}
    if made is None:
        return form_page(request, "desk/keys.html", form, **context)
    return render(request, "desk/keys.html", {"form": KeyForm(), "key_text": made[1], "made": made[0], **context})


def revoke(request: HttpRequest, id: str) -> HttpResponse:
    """Make a key useless."""
    asking = Asking(request)
    revoke_key(business_id=asking.scope.business_id, public_id=id, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("The key is dead."))
    return redirect("desk:keys")


def _initial(row: Employee) -> dict[str, object]:
    return {"role": row.role, "branches": [str(one.public_id) for one in row.branches.all()] if not row.every_branch else []}
