"""A customer's points: every entry with its reason; giving, taking and moving by hand."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.queries import Customer, customer_by_external_id, customer_kept, customer_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.counter_forms import written_number
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.loyalty.queries import MemberShown, Program, Unit, entries_of, entry_of, entry_units, member_shown, shown_units, units_read
from regulars.loyalty.services import Adjusted, adjust_units, transfer_units
from regulars.staff.queries import employee_names

SIZE = 30
GIVE, TAKE = "give", "take"


class NoSuchMember(Refusal):
    code = "no_such_member"

    def __init__(self) -> None:
        sentence = _("Nobody has this card or customer number.")
        super().__init__(sentence, fields={"to": sentence})


class UnitsForm(forms.Form):
    """So many units of one of the member's programs. The hidden `act` makes a second click the same act."""

    unit = forms.ChoiceField(label=gettext_lazy("Of what"))
    units = forms.CharField(
        label=gettext_lazy("How many"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, shown: MemberShown, stamps: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, tuple[Program, Unit]] = {}
        for one in shown.programs:
            units = (*one.document.units, *(one.document.stamps if stamps else ()))
            self.known |= {f"{one.program.code}:{unit.code}": (one.program, unit) for unit in units if stamps or unit.kind == "spendable"}
        several = len(shown.programs) > 1
        cast("forms.ChoiceField", self.fields["unit"]).choices = [
            (key, f"{unit.name} ({program.code})" if several else unit.name) for key, (program, unit) in self.known.items()
        ]
        self.initial.setdefault("act", str(new_id()))

    def clean(self) -> dict[str, Any]:
        """The units as whole smallest ones."""
        given = super().clean() or {}
        if "unit" in given and "units" in given:
            _program, unit = self.known[given["unit"]]
            try:
                given["smallest"] = units_read(unit, written_number(given["units"]))
            except (ValueError, ArithmeticError):
                given["smallest"] = 0
            if given["smallest"] <= 0:
                self.add_error("units", _("Write how many, as a plain number above zero."))
        return given


class AdjustForm(UnitsForm):
    way = forms.ChoiceField(
        label=gettext_lazy("Give or take"),
        choices=[(GIVE, gettext_lazy("Give")), (TAKE, gettext_lazy("Take"))],
        widget=forms.RadioSelect,
        initial=GIVE,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, help_text=gettext_lazy("The member reads it. It stays in the books for good.")
    )
    field_order = ("way", "units", "unit", "reason")


class TransferForm(UnitsForm):
    to = forms.CharField(
        label=gettext_lazy("To whom"), max_length=120, help_text=gettext_lazy("The other member's card or customer number.")
    )
    field_order = ("units", "unit", "to")


def entries(request: HttpRequest, id: str) -> HttpResponse:
    """All entries of a member, the newest first."""
    asking = Asking(request)
    row = customer_of(scope=asking.scope, public_id=id)
    unit, before = request.GET.get("unit", ""), request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise NotFound(_("This page does not exist."))
    found = entries_of(customer=row, unit=unit, before=int(before) if before else None, size=SIZE + 1)
    page = found[:SIZE]
    context = {
        "customer": row,
        "entries": page,
        "units": entry_units(customer=row, at=asking.at),
        "unit": unit,
        "names": {f"employee:{pk}": name for pk, _number, name in employee_names(scope=asking.scope)},
        "next_cursor": str(page[-1].pk) if len(found) > SIZE else "",
        "current_section": "customers",
    }
    return render(request, "desk/points.html", context)


def adjust(request: HttpRequest, id: str) -> HttpResponse:
    """Give or take units with a reason; `?undo=` is prefilled with the opposite of an entry."""
    asking = Asking(request)
    row = customer_kept(scope=asking.scope, public_id=id)
    shown = member_shown(customer=row, at=asking.at)
    form = AdjustForm(request.POST or None, shown=shown, stamps=True, initial=_opposite(asking, row, request.GET.get("undo", "")))

    def act() -> Adjusted:
        given = form.cleaned_data
        program, unit = form.known[given["unit"]]
        return adjust_units(
            program=program,
            customer=row,
            unit=unit.code,
            units=given["smallest"] if given["way"] == GIVE else -given["smallest"],
            reason=given["reason"],
            at=asking.at,
            actor=asking.actor.name,
            key=f"desk:{given['act']}",
        )

    done = attempt(form, act)
    if done is None:
        return form_page(request, "desk/points_adjust.html", form, customer=row, shown=shown, current_section="customers")
    if done.request is not None:
        messages.info(request, _("This is more than one person may adjust alone: it waits for somebody else. Nothing is booked yet."))
        return redirect("desk:loyalty_adjustments", code=done.request.program.code)
    messages.success(request, _("Booked."))
    return redirect("desk:customer_points", id=row.public_id)


def transfer(request: HttpRequest, id: str) -> HttpResponse:
    """Move units to another member."""
    asking = Asking(request)
    row = customer_kept(scope=asking.scope, public_id=id)
    shown = member_shown(customer=row, at=asking.at)
    form = TransferForm(request.POST or None, shown=shown, stamps=False)

    def act() -> object:
        given = form.cleaned_data
        other = customer_by_external_id(scope=asking.scope, value=given["to"].strip())
        if other is None:
            raise NoSuchMember
        program, unit = form.known[given["unit"]]
        getter = customer_kept(scope=asking.scope, public_id=str(other.public_id))
        return transfer_units(
            program=program,
            giver=row,
            getter=getter,
            unit=unit.code,
            units=given["smallest"],
            at=asking.at,
            actor=asking.actor.name,
            key=f"desk:{given['act']}",
        )

    if attempt(form, act) is None:
        return form_page(request, "desk/points_transfer.html", form, customer=row, shown=shown, current_section="customers")
    messages.success(request, _("Moved."))
    return redirect("desk:customer_points", id=row.public_id)


def _opposite(asking: Asking, customer: Customer, number: str) -> dict[str, Any]:
    """What undoes an adjustment of this member: as many the other way."""
    known = entry_of(scope=asking.scope, number=int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if known is None or known.kind != "adjusted" or known.account.customer.public_id != customer.public_id:
        return {}
    unit = next((one for one in entry_units(customer=customer, at=asking.at) if one.code == known.account.unit), None)
    if unit is None:
        return {}
    return {
        "way": TAKE if known.signed > 0 else GIVE,
        "units": shown_units(unit, known.units),
        "unit": f"{known.account.program.code}:{known.account.unit}",
        "reason": _("Taken back: %(reason)s") % {"reason": str(known.why.get("reason", ""))[:300]},
    }
