"""At the till: a voucher is used by its code, a reward is given for points, a slip that is read in a second, and both taken back."""

from __future__ import annotations

import hashlib
from datetime import time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import Branch, branches
from regulars.customers.queries import Customer, customer_kept
from regulars.desk.web.asking import Asking, attempt, form_page, put_refusal, safe_target
from regulars.desk.web.counter_forms import BRANCH_KEPT, SOURCE
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.money import Money, minor_units
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import (
    Document,
    MemberVoucher,
    Reward,
    RewardChoice,
    Unit,
    Voucher,
    VoucherUse,
    benefit_in_words,
    day_in_words,
    document_of,
    member_shown,
    price_units,
    program_coded,
    reward_in_words,
    reward_named,
    rewards_for,
    use_with_id,
    vouchers_of,
)
from regulars.loyalty.services import (
    ProgramNotFound,
    Usage,
    hand_over_reward,
    join_program,
    redeem_reward,
    redeem_voucher,
    take_use_back,
)

CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class HereForm(forms.Form):
    """Where somebody stands. The hidden `act` makes a second click the same act."""

    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    act = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = branches(scope=asking.scope)
        self.visible = {str(one.public_id): one for one in visible}
        field = cast("forms.ChoiceField", self.fields["branch"])
        field.choices = [
            *([] if len(visible) == 1 else [("", _("None in particular"))]),
            *((key, one.name) for key, one in self.visible.items()),
        ]
        if len(visible) < 2:
            field.widget = forms.HiddenInput()
        only = str(visible[0].public_id) if len(visible) == 1 else ""
        self.initial.setdefault("branch", str(asking.request.session.get(BRANCH_KEPT, "")) or only)
        self.initial.setdefault("act", str(new_id()))

    @property
    def chosen_branch(self) -> Branch | None:
        """Where it happens."""
        return self.visible.get(self.cleaned_data["branch"])


class CodeForm(HereForm):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=80, widget=forms.TextInput(attrs=CODE))
    field_order = ("code", "branch", "act")

    @property
    def key(self) -> str:
        """What makes a second click the same use; the code itself is kept nowhere."""
        given = self.cleaned_data
        return f"till:{hashlib.sha256(f'{given["act"]}:{given["code"]}'.encode()).hexdigest()[:40]}"


def rewards_context(asking: Asking, customer: Customer, shown: Any) -> dict[str, Any]:
    """What a member has and may choose, for their page at the till."""
    return {
        "vouchers": [(one, _until(one)) for one in vouchers_of(customer=customer, at=asking.at)],
        "choices": rewards_for(customer=customer, shown=shown, at=asking.at),
        "code_form": CodeForm(asking=asking, auto_id="voucher_%s"),
    }


def _until(one: MemberVoucher) -> str:
    """Until when it can be used, in words: the last day, where it ends with a day by the program's wall."""
    ends_at = one.voucher.ends_at
    if ends_at is None:
        return _("never ends")
    local = ends_at.astimezone(ZoneInfo(one.voucher.program.zone))
    if local.time() == time():
        return _("until the end of %(day)s") % {"day": day_in_words(local.date() - timedelta(days=1))}
    return _("until %(day)s, %(time)s") % {"day": day_in_words(local.date()), "time": f"{local:%H:%M}"}


def use(request: HttpRequest, id: str = "") -> HttpResponse:
    """Use a voucher by its code: a member's, or a paper one of somebody who has no card. One answer for whatever is wrong with it."""
    asking = Asking(request)
    customer = customer_kept(scope=asking.scope, public_id=id) if id else None
    typed = request.POST.copy() if request.method == "POST" else None
    if typed is not None and typed.get("pick"):
        typed["code"] = request.POST["pick"]
    form = CodeForm(typed, asking=asking)
    done = _used(asking, form, customer) if form.is_valid() else None
    if done is not None:
        request.session[BRANCH_KEPT] = form.cleaned_data["branch"]
        return redirect("desk:counter_use", id=done.public_id)
    form.fields["code"].widget.attrs["autofocus"] = True
    return form_page(request, "desk/counter_code.html", form, customer=customer, current_section="counter")


def _used(asking: Asking, form: CodeForm, customer: Customer | None) -> VoucherUse | None:
    usage = Usage(customer=customer, branch=form.chosen_branch, channel=SOURCE)
    code, actor = form.cleaned_data["code"], asking.actor.name

    def act() -> VoucherUse:
        return redeem_voucher(scope=asking.scope, code=code, at=asking.at, actor=actor, usage=usage, key=form.key, caller=actor).use

    try:
        return retried(act)
    except Refusal as refusal:
        if refusal.code == "voucher_refused":
            form.add_error("code", refusal.sentence)
        else:
            put_refusal(form, refusal)
        return None


def give(request: HttpRequest, id: str, program: str, reward: str) -> HttpResponse:
    """Show what a reward costs this member, and give it: at once, or as a voucher for later."""
    asking = Asking(request)
    customer = customer_kept(scope=asking.scope, public_id=id)
    choice = _choice(asking, customer, program, reward)
    form = HereForm(request.POST or None, asking=asking)
    kept = request.POST.get("do") == "keep"

    def act() -> Voucher | VoucherUse:
        key, actor = f"till:{form.cleaned_data['act']}", asking.actor.name
        row = choice.shown.program
        if kept:
            return redeem_reward(program=row, customer=customer, reward=reward, at=asking.at, actor=actor, key=key).voucher
        usage = Usage(customer=customer, branch=form.chosen_branch, channel=SOURCE)
        return hand_over_reward(program=row, customer=customer, reward=reward, usage=usage, at=asking.at, actor=actor, key=key).use

    done = attempt(form, act)
    if done is None:
        words = reward_in_words(choice.reward, choice.shown.document)
        return form_page(request, "desk/counter_give.html", form, customer=customer, choice=choice, words=words, current_section="counter")
    request.session[BRANCH_KEPT] = form.cleaned_data["branch"]
    if isinstance(done, Voucher):
        messages.success(request, _("“%(reward)s” is kept as a voucher.") % {"reward": choice.reward.name})
        return redirect("desk:counter_member", id=id)
    return redirect("desk:counter_use", id=done.public_id)


def _choice(asking: Asking, customer: Customer, program: str, reward: str) -> RewardChoice:
    shown = member_shown(customer=customer, at=asking.at)
    found = [
        one
        for one in rewards_for(customer=customer, shown=shown, at=asking.at)
        if (one.shown.program.code, one.reward.code) == (program, reward)
    ]
    if not found:
        raise NotFound(_("There is no such reward for this member."))
    return found[0]


def used(request: HttpRequest, id: str) -> HttpResponse:
    """The slip of a use: what to give, in large letters. POST takes it back."""
    asking = Asking(request)
    row = use_with_id(scope=asking.scope, public_id=id)
    if row is None:
        raise NotFound(_("There is no such voucher."))
    if request.method == "POST":
        if retried(lambda: take_use_back(use=row, at=asking.at, actor=asking.actor.name)):
            messages.success(request, _("Taken back."))
        return redirect("desk:counter_use", id=id)
    voucher = row.voucher
    document = document_of(voucher.version)
    reward = reward_named(document.rewards, voucher.reward)
    if reward is None:
        raise NotFound(_("There is no such voucher."))
    context = {
        "use": row,
        "reward": reward,
        "does": _does(reward, document),
        "words": benefit_in_words(reward, document),
        "uses_left": voucher.uses_max - voucher.uses_count,
        "paid": _paid(row, reward, document),
        "shown": member_shown(customer=row.customer, at=asking.at) if row.customer else None,
        "current_section": "counter",
    }
    return render(request, "desk/counter_use.html", context)


def _paid(row: VoucherUse, reward: Reward, document: Document) -> tuple[Unit, int] | None:
    """What it cost the member in this act; None where it was theirs already."""
    unit = document.unit(reward.price.unit) if reward.price and row.handed_over else None
    return (unit, price_units(reward.price, unit)) if unit and reward.price else None


def _does(reward: Reward, document: Document) -> str:
    """What the cashier does now, in as few words as can be."""
    if reward.kind == "money_off" and reward.amount is not None:
        return _("Take off %(off)s") % {"off": Money(minor_units(reward.amount, document.currency), document.currency).shown()}
    if reward.kind == "percent_off" and reward.percent is not None:
        return _("Take off %(percent)s %%") % {"percent": f"{reward.percent.normalize():f}"}
    return _("Give: %(reward)s") % {"reward": reward.name}


def join(request: HttpRequest, id: str) -> HttpResponse:
    """A customer takes part in a program because they asked to."""
    asking = Asking(request)
    customer = customer_kept(scope=asking.scope, public_id=id)
    program = program_coded(scope=asking.scope, code=request.POST.get("program", "")[:80])
    shown = member_shown(customer=customer, at=asking.at)
    found = next((one for one in shown.programs if program is not None and one.program.pk == program.pk), None)
    if found is None:
        raise ProgramNotFound
    if not found.joined:
        retried(lambda: join_program(program=found.program, customer=customer, at=asking.at, actor=asking.actor.name))
    messages.success(
        request, _("%(name)s takes part in “%(program)s” now.") % {"name": customer.display_name, "program": found.document.name}
    )
    return redirect(safe_target(request, request.POST.get("next", ""), f"/customers/{customer.public_id}/"))
