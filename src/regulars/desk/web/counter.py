"""At the till: find a member, look, sell, print, take back. Every step is a plain page; Enter goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.business.queries import branches
from regulars.customers.queries import Customer, customer_by_external_id, customer_kept, find_customers
from regulars.desk.web.asking import Asking, form_page, put_refusal
from regulars.desk.web.counter_forms import BRANCH_KEPT, LINES_MAX, RefundForm, SaleForm, purses_of
from regulars.desk.web.counter_rewards import rewards_context
from regulars.groundwork.kernel.money import Money, digits_of
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import (
    MemberShown,
    SaleLook,
    fitting_units,
    left_of_sale,
    look_at_sale,
    member_shown,
    money_left,
    moved,
    shown_units,
    slip_of_sale,
)
from regulars.loyalty.services import Offers, entries_of_refund, record_sale, refund_sale
from regulars.purchases.queries import Kind, Purchase, purchase_of

FOUND = 12
# Where on the form a refusal belongs that doesn't name its field.
PLACES = {
    "insufficient": "units",
    "unit_pays_nothing": "units",
    "worth_exceeds_amount": "units",
    "program_frozen": "units",
    "unknown_unit": "units",
    "other_currency": "amount",
    "sale_refused": "amount",
    "refund_too_large": "amount",
    "total_differs": "amount",
    "line_below_zero": "amount",
}


def find(request: HttpRequest) -> HttpResponse:
    """Who is it? A card number leads straight to its owner; any other word to those whom it fits."""
    asking = Asking(request)
    text = request.GET.get("q", "").strip()
    owner = customer_by_external_id(scope=asking.scope, value=text) if text else None
    if owner is not None:
        return redirect("desk:counter_member", id=owner.public_id)
    rows = find_customers(scope=asking.scope, text=text, size=FOUND) if text else []
    context = {"rows": rows, "text": text, "full": len(rows) >= FOUND, "current_section": "counter"}
    return render(request, "desk/counter.html", context)


def member(request: HttpRequest, id: str) -> HttpResponse:
    """The member's screen: what they have, and the sale."""
    asking = Asking(request)
    customer = customer_kept(scope=asking.scope, public_id=id)
    if str(customer.public_id) != id:
        return redirect("desk:counter_member", id=customer.public_id)
    shown = member_shown(customer=customer, at=asking.at)
    context: dict[str, Any] = {"customer": customer, "shown": shown, "at": asking.at, "current_section": "counter"}
    if not shown.programs:
        return render(request, "desk/counter_member.html", context)
    form, look = _sale_form(asking, shown), None
    act = request.POST.get("do", "look")
    if act in ("line", "fit"):
        form = _refilled(asking, customer, shown, form, act)
    elif act == "sell":
        sold = _attempted(form, lambda: _sold(asking, customer, form))
        if sold is not None:
            request.session[BRANCH_KEPT] = form.cleaned_data["branch"]
            return redirect("desk:counter_sale", id=sold.public_id)
    elif form.is_bound and form.is_valid():
        look = _looked(asking, customer, shown, form)
    first = f"product_{form.count}" if act == "line" and form.count else "amount"
    if look is None and not form.errors:
        form.fields[first].widget.attrs["autofocus"] = True
    context |= {"look": look, "lines": form.count, "purses": list(form.purses.values())} | rewards_context(asking, customer, shown)
    return form_page(request, "desk/counter_member.html", form, **context)


def sale(request: HttpRequest, id: str) -> HttpResponse:
    """The slip of a sale: to pay, points, stamps, full cards."""
    asking = Asking(request)
    row = purchase_of(scope=asking.scope, public_id=id)
    if row.kind != Kind.SALE:
        return redirect("desk:counter_refunded", id=id)
    slip = slip_of_sale(sale=row)
    context = {
        "slip": slip,
        "purchase": row,
        "shown": member_shown(customer=row.customer, at=asking.at),
        "refundable": money_left(sale=row) > 0 or (row.amount_minor == 0 and slip.worth_minor > 0),
        "current_section": "counter",
    }
    return render(request, "desk/counter_sale.html", context)


def refund(request: HttpRequest, id: str) -> HttpResponse:
    """Take a sale back: lines, an amount, or all of it."""
    asking = Asking(request)
    row = purchase_of(scope=asking.scope, public_id=id)
    if row.kind != Kind.SALE:
        raise NotFound(_("There is no sale with this id."))
    form = RefundForm(request.POST or None, sale=row, left=left_of_sale(sale=row), at=asking.at)

    def act() -> Purchase | bool:
        given = form.cleaned_data
        done = refund_sale(
            sale=row,
            receipt=given["act"],
            refunded_at=asking.at,
            at=asking.at,
            actor=asking.actor.name,
            pieces=given["pieces"],
            amount_minor=given["minor"],
        )
        return done.refund or True

    done = _attempted(form, act)
    if isinstance(done, bool):
        messages.success(request, _("The points that paid this sale are back."))
        return redirect("desk:counter_sale", id=id)
    if done is not None:
        return redirect("desk:counter_refunded", id=done.public_id)
    context = {"purchase": row, "left_minor": money_left(sale=row), "current_section": "counter"}
    return form_page(request, "desk/counter_refund.html", form, **context)


def refunded(request: HttpRequest, id: str) -> HttpResponse:
    """The slip of a refund: money back, points taken and given back."""
    asking = Asking(request)
    row = purchase_of(scope=asking.scope, public_id=id)
    if row.kind != Kind.REFUND:
        return redirect("desk:counter_sale", id=id)
    context = {
        "purchase": row,
        "back_minor": -row.amount_minor,
        "movements": [one for one in moved(entries_of_refund(refund=row)) if one.units],
        "shown": member_shown(customer=row.customer, at=asking.at),
        "current_section": "counter",
    }
    return render(request, "desk/counter_refunded.html", context)


def _sale_form(asking: Asking, shown: MemberShown, initial: dict[str, Any] | None = None, count: int | None = None) -> SaleForm:
    """The form, bound to what was posted unless `initial` is to fill a new one."""
    request, visible = asking.request, branches(scope=asking.scope)
    posted = request.POST if request.method == "POST" and initial is None else None
    kept = str(request.session.get(BRANCH_KEPT, "")) or (str(visible[0].public_id) if len(visible) == 1 else "")
    return SaleForm(
        posted,
        at=asking.at,
        currency=shown.programs[0].program.currency,
        purses=purses_of(shown),
        branches=visible,
        count=_count(request) if count is None else count,
        initial={"branch": kept} if initial is None else initial,
    )


def _count(request: HttpRequest) -> int:
    text = request.POST.get("count", "0")
    return min(int(text), LINES_MAX) if text.isascii() and text.isdigit() else 0


def _refilled(asking: Asking, customer: Customer, shown: MemberShown, form: SaleForm, act: str) -> SaleForm:
    """The same form with a line more, or with as many points as fit; nothing that was typed is lost."""
    posted = {name: str(value) for name, value in asking.request.POST.items()}
    if act == "line":
        return _sale_form(asking, shown, posted, min(form.count + 1, LINES_MAX))
    if not form.is_valid() and set(form.errors) != {"units"}:
        return form
    purse = form.purses.get(posted.get("purse", ""))
    if purse is None:
        return form
    balance = purse.shown.balance
    form.cleaned_data |= {"branch": posted.get("branch", ""), "smallest": 0}
    look = look_at_sale(customer=customer, shown=shown, branch=form.chosen_branch, sale=form.sale(), at=asking.at)
    units = fitting_units(balance.unit, balance.usable, look.total_minor, decimals=digits_of(form.currency))
    return _sale_form(asking, shown, posted | {"units": shown_units(balance.unit, units)}, form.count)


def _looked(asking: Asking, customer: Customer, shown: MemberShown, form: SaleForm) -> SaleLook | None:
    """What the sale would do; None when the points can't pay so, which then stands beside their field."""
    purse = form.chosen_purse
    pays = (purse.program.program.code, purse.shown.balance.unit.code, form.cleaned_data["smallest"]) if purse else None
    look = look_at_sale(customer=customer, shown=shown, branch=form.chosen_branch, sale=form.sale(), at=asking.at, pays=pays)
    if look.paid is None or not look.paid.fault:
        return look
    paid = look.paid
    words = {
        "needed": shown_units(paid.unit, paid.units),
        "usable": shown_units(paid.unit, paid.usable),
        "unit": paid.unit.name,
        "worth": Money(paid.worth_minor, form.currency).shown(),
    }
    sentences = {
        "too_few": _("This takes %(needed)s %(unit)s; %(usable)s can be used now."),
        "pay_nothing": _("So many %(unit)s pay nothing."),
        "pay_too_much": _("This would pay %(worth)s, which is more than the amount. Redeem less."),
        "frozen": _("Spending in this program is stopped until its books are looked at."),
    }
    form.add_error("units", sentences[paid.fault] % words)
    return None


def _sold(asking: Asking, customer: Customer, form: SaleForm) -> Purchase:
    """Sell at what the customer was told, where they were told something."""
    told = asking.request.POST.get("told", "")
    offers = Offers(expected_minor=int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None)
    done = record_sale(
        customer=customer,
        branch=form.chosen_branch,
        sale=form.sale(),
        paid=form.paid(),
        offers=offers,
        at=asking.at,
        actor=asking.actor.name,
    )
    return done.purchase


def _attempted[T](form: SaleForm | RefundForm, act: Callable[[], T]) -> T | None:
    """Call one service for a valid form; a refusal comes to stand beside the field that it is about."""
    if not form.is_valid():
        return None
    try:
        return retried(act)
    except Refusal as refusal:
        _put(form, refusal)
        return None


def _put(form: SaleForm | RefundForm, refusal: Refusal) -> None:
    if isinstance(form, RefundForm) and refusal.code == "line_not_left" and form.blame_lines():
        return
    place = PLACES.get(refusal.code, "")
    if place in form.fields and not isinstance(form.fields[place].widget, forms.HiddenInput):
        form.add_error(place, refusal.sentence)
    else:
        put_refusal(form, refusal)
