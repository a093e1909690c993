"""What is done to a case: handing over, classifying, waiting, resolving, promising, merging, giving."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.business.queries import business_of
from regulars.customers.queries import customer_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.case_forms import (
    ClassifyForm,
    GestureForm,
    HandlerForm,
    HandOverForm,
    PromiseForm,
    ResolveForm,
    SnoozeForm,
)
from regulars.desk.web.cases import case_page
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.policy.queries import authority_kinds_of
from regulars.service.queries import case_of, gestures_awaiting, handler_shown
from regulars.service.services import (
    approve_gesture,
    assign_case,
    classify_case,
    give,
    go_on,
    keep_promise,
    link_cases,
    make_courtesy,
    merge_cases,
    name_handler,
    promise_in_case,
    refuse_gesture,
    reject_answer,
    reopen_case,
    resolve_case,
    reverse_gesture,
    snooze_case,
    split_case,
    unmerge_case,
    wait_for_customer,
    wake_case,
    withdraw_promise,
)

RAISED = {"low": "normal", "normal": "high", "high": "urgent"}


def told(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do one thing and say so; what refuses says why on the next page."""
    try:
        retried(act)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return False
    if done:
        messages.success(request, done)
    return True


def hand_over(request: HttpRequest, id: str) -> HttpResponse:
    """To somebody else, or another queue."""
    asking = Asking(request)
    form = HandOverForm(request.POST, asking=asking)
    if form.is_valid():
        given = form.cleaned_data
        told(
            request,
            lambda: assign_case(
                scope=asking.scope,
                public_id=id,
                owner_id=form.owner_id(asking),
                queue=given["queue"],
                handover=given["handover"],
                at=asking.at,
                actor=asking.actor.name,
            ),
            _("Handed over."),
        )
        return redirect("desk:case", id=id)
    return case_page(request, asking, case_of(scope=asking.scope, public_id=id), status=422, hand_over_form=form)


def take(request: HttpRequest, id: str) -> HttpResponse:
    """I take it."""
    asking = Asking(request)
    me = asking.employee.pk
    act = lambda: assign_case(scope=asking.scope, public_id=id, owner_id=me, at=asking.at, actor=asking.actor.name)  # noqa: E731
    told(request, act, _("It is yours now."))
    return redirect("desk:board") if request.POST.get("back") == "board" else redirect("desk:case", id=id)


def classify(request: HttpRequest, id: str) -> HttpResponse:
    """What it is, and how urgent."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    form = ClassifyForm(request.POST, asking=asking, initial={"nature": case.nature, "topic": case.topic})
    done = attempt(
        form,
        lambda: classify_case(
            scope=asking.scope,
            public_id=id,
            nature=form.cleaned_data["nature"],
            topic=form.cleaned_data["topic"],
            priority=form.cleaned_data["priority"],
            why=form.cleaned_data["why"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if done is None:
        return case_page(request, asking, case, status=422, classify_form=form)
    messages.success(request, _("Saved. Its promises run by paragraph %(number)s.") % {"number": done.paragraph or "–"})
    return redirect("desk:case", id=id)


def steer(request: HttpRequest, id: str) -> HttpResponse:
    """Waiting, going on, waking, opening again, what the customer did not accept."""
    asking = Asking(request)
    scope, at, actor = asking.scope, asking.at, asking.actor.name
    why = request.POST.get("why", "")
    case = case_of(scope=scope, public_id=id)
    higher = RAISED.get(case.priority, "urgent")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "raise": (lambda: classify_case(scope=scope, public_id=id, priority=higher, at=at, actor=actor), _("Raised.")),
        "wait": (lambda: wait_for_customer(scope=scope, public_id=id, at=at, actor=actor), _("Waiting for the customer.")),
        "go-on": (lambda: go_on(scope=scope, public_id=id, at=at, actor=actor), _("Going on.")),
        "wake": (lambda: wake_case(scope=scope, public_id=id, at=at, actor=actor), _("Back in the lists.")),
        "reopen": (lambda: reopen_case(scope=scope, public_id=id, why=why, at=at, actor=actor), _("Open again.")),
        "reject": (lambda: reject_answer(scope=scope, public_id=id, why=why, at=at, actor=actor), _("The next level has it.")),
        "unmerge": (lambda: unmerge_case(scope=scope, public_id=id, at=at, actor=actor), _("It stands on its own again.")),
    }
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None:
        raise NotFound(_("This can't be done with a case."))
    told(request, *chosen)
    return redirect("desk:board") if request.POST.get("back") == "board" else redirect("desk:case", id=id)


def snooze(request: HttpRequest, id: str) -> HttpResponse:
    """Out of the lists until then."""
    asking = Asking(request)
    form = SnoozeForm(request.POST)
    if form.is_valid():
        until = asking.instant_of(form.cleaned_data["until"])
        assert until is not None
        done = _("Put off. A word of the customer wakes it.")
        told(request, lambda: snooze_case(scope=asking.scope, public_id=id, until=until, at=asking.at, actor=asking.actor.name), done)
        return redirect("desk:case", id=id)
    return case_page(request, asking, case_of(scope=asking.scope, public_id=id), status=422, snooze_form=form)


def resolve(request: HttpRequest, id: str) -> HttpResponse:
    """It is settled."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    initial = {"version": case.version, "cause": case.cause or case.topic, "action": case.action}
    form = ResolveForm(request.POST or None, asking=asking, complaint=case.nature == "complaint", initial=initial)
    done = attempt(
        form,
        lambda: resolve_case(
            scope=asking.scope,
            public_id=id,
            resolution=form.resolution(),
            version=form.cleaned_data["version"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if done is None:
        return form_page(request, "desk/case_resolve.html", form, case=case, current_section="cases")
    messages.success(request, _("Resolved."))
    return redirect("desk:case", id=id)


def promise(request: HttpRequest, id: str) -> HttpResponse:
    """“I'll call by noon.”"""
    asking = Asking(request)
    form = PromiseForm(request.POST)

    def act() -> object:
        due_at = asking.instant_of(form.cleaned_data["due"])
        assert due_at is not None
        return promise_in_case(
            scope=asking.scope,
            public_id=id,
            what=form.cleaned_data["what"],
            due_at=due_at,
            staff_id=asking.employee.pk,
            key=form.cleaned_data["act"],
            at=asking.at,
            actor=asking.actor.name,
        )

    if attempt(form, act) is None:
        return case_page(request, asking, case_of(scope=asking.scope, public_id=id), status=422, promise_form=form)
    messages.success(request, _("Promised."))
    return redirect("desk:case", id=id)


def end_promise(request: HttpRequest, id: str, promise: str) -> HttpResponse:
    """Kept, tried, or withdrawn."""
    asking = Asking(request)
    how = request.POST.get("how", "")
    scope, at, actor = asking.scope, asking.at, asking.actor.name
    if how == "withdraw":
        why = request.POST.get("why", "")
        told(request, lambda: withdraw_promise(scope=scope, public_id=id, promise=promise, why=why, at=at, actor=actor), _("Withdrawn."))
    else:
        reached = how != "attempt"
        done = _("Kept.") if reached else _("Noted: nobody was reached. The promise stays open.")
        told(request, lambda: keep_promise(scope=scope, public_id=id, promise=promise, reached=reached, at=at, actor=actor), done)
    return redirect("desk:case", id=id)


def merge(request: HttpRequest, id: str) -> HttpResponse:
    """Go on in another case, or say that two belong together."""
    asking = Asking(request)
    other = request.POST.get("other", "")
    scope, at, actor = asking.scope, asking.at, asking.actor.name
    if request.POST.get("how") == "link":
        told(request, lambda: link_cases(scope=scope, public_id=id, other=other, at=at, actor=actor), _("Linked."))
        return redirect("desk:case", id=id)
    done = told(request, lambda: merge_cases(scope=scope, public_id=id, into=other, at=at, actor=actor), _("Merged. It goes on here."))
    return redirect("desk:case", id=case_of(scope=scope, public_id=other).public_id if done else id)


def split(request: HttpRequest, id: str, entry: str) -> HttpResponse:
    """A message is a matter of its own, or was (no) thank-you."""
    asking = Asking(request)
    scope, at, actor = asking.scope, asking.at, asking.actor.name
    how = request.POST.get("how", "split")
    if how in ("courtesy", "no-courtesy"):
        wanted = how == "courtesy"
        told(request, lambda: make_courtesy(scope=scope, public_id=id, entry=entry, courtesy=wanted, at=at, actor=actor), _("Saved."))
        return redirect("desk:case", id=id)
    found: list[str] = []

    def act() -> None:
        subject = request.POST.get("subject", "")
        found.append(str(split_case(scope=scope, public_id=id, entry=entry, subject=subject, at=at, actor=actor).public_id))

    told(request, act, _("Split off: this is the new case."))
    return redirect("desk:case", id=found[-1] if found else id)


def give_gesture(request: HttpRequest, id: str) -> HttpResponse:
    """Make it good: at once within one's authority, else it is asked for."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    me = asking.employee.pk
    kinds = [(one.kind, one.kind) for one in authority_kinds_of(scope=asking.scope, employee_id=me, at=asking.at)]
    form = GestureForm(request.POST, kinds=kinds, currency=business_of(scope=asking.scope).currency)
    row = attempt(
        form,
        lambda: give(
            scope=asking.scope,
            public_id=id,
            new=form.gesture(),
            employee_id=me,
            key=f"desk:{form.cleaned_data['act']}",
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if row is None:
        return case_page(request, asking, case, status=422, gesture_form=form)
    if row.state == "booked":
        messages.success(request, _("Booked."))
    else:
        messages.info(request, _("This is beyond your authority. It was sent for approval."))
    return redirect("desk:case", id=id)


def gestures(request: HttpRequest) -> HttpResponse:
    """What waits for approval, and what was decided lately."""
    asking = Asking(request)
    context = {"page": gestures_awaiting(scope=asking.scope, employee_id=asking.employee.pk, at=asking.at), "current_section": "cases"}
    return render(request, "desk/gestures.html", context)


def decide_gesture(request: HttpRequest, id: str) -> HttpResponse:
    """Approve, refuse, or take back."""
    asking = Asking(request)
    scope, at, actor = asking.scope, asking.at, asking.actor.name
    why = request.POST.get("why", "")
    me = asking.employee.pk
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: approve_gesture(scope=scope, public_id=id, employee_id=me, why=why, at=at, actor=actor),
            _("Approved and booked."),
        ),
        "refuse": (lambda: refuse_gesture(scope=scope, public_id=id, why=why, at=at, actor=actor), _("Refused.")),
        "reverse": (lambda: reverse_gesture(scope=scope, public_id=id, why=why, at=at, actor=actor), _("Taken back.")),
    }
    chosen = acts.get(request.POST.get("how", ""))
    if chosen is None:
        raise NotFound(_("This can't be done with a gesture."))
    told(request, *chosen)
    back = request.POST.get("case", "")
    return redirect("desk:case", id=back) if back else redirect("desk:gestures")


def handler(request: HttpRequest, id: str) -> HttpResponse:
    """One person for a customer."""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id)
    known = handler_shown(customer_id=customer.pk)
    initial = {"employee": str(known.employee.public_id), "deputy": str(known.deputy.public_id) if known.deputy else ""} if known else {}
    form: forms.Form = HandlerForm(request.POST or None, asking=asking, initial=initial)

    def act() -> bool:
        assert isinstance(form, HandlerForm)
        employee, deputy = form.numbers(asking)
        name_handler(
            scope=asking.scope, customer_id=customer.pk, employee_id=employee, deputy_id=deputy, at=asking.at, actor=asking.actor.name
        )
        return True

    if attempt(form, act) is None:
        return form_page(request, "desk/handler.html", form, customer=customer, current_section="customers")
    messages.success(request, _("Saved."))
    return redirect("desk:customer", id=id)
