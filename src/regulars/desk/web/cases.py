"""Cases: the lists, one case, opening, answering, noting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override

from regulars.business.queries import business_of
from regulars.customers.queries import customer_of
from regulars.desk.web.asking import Asking, attempt, form_page, put_refusal
from regulars.desk.web.case_forms import (
    AnswerForm,
    ClassifyForm,
    GestureForm,
    HandOverForm,
    NewCaseForm,
    PromiseForm,
    SnoozeForm,
)
from regulars.desk.web.choices import case_words
from regulars.desk.web.downloads import INERT, download
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.policy.queries import gesture_in_words
from regulars.service.queries import (
    STATUS_WORDS,
    Case,
    CaseLine,
    articles_of,
    case_of,
    case_shown,
    counts_beside,
    file_of_entry,
    find_cases,
    handler_shown,
    lines_in,
    lines_of_customer,
    present_in,
    queues_of,
)
from regulars.service.services import (
    CaseChangedMeanwhile,
    answer_case,
    be_present,
    matter_link,
    note_case,
    open_case,
    rooms_for,
    see_notices,
)
from regulars.staff.queries import may_open

ON_A_PAGE = 40


def listed(request: HttpRequest) -> HttpResponse:
    """A list of cases: mine, nobody's, a queue, or what a search finds."""
    asking = Asking(request)
    me = asking.employee.pk
    text = request.GET.get("q", "").strip()
    view, queue = request.GET.get("view", "mine"), request.GET.get("queue", "")
    if queue:
        view = "queue"
    if text:
        rows, following = find_cases(scope=asking.scope, text=text, size=ON_A_PAGE), ""
        if len(rows) == 1 and text.lstrip("#").isdigit():
            return redirect("desk:case", id=rows[0].public_id)
    else:
        page = lines_in(
            scope=asking.scope,
            view=view,
            employee_id=me,
            queue=queue,
            at=asking.at,
            cursor=request.GET.get("after", ""),
            size=ON_A_PAGE,
        )
        rows, following = page.rows, page.next_cursor
    present = present_in(case_ids=[row.pk for row in rows], but=me, at=asking.at)
    words = case_words(asking.scope)
    context = {
        "rows": [
            {
                "case": row,
                "note": " · ".join(
                    one for one in (f"#{row.pk}", row.customer, words["natures"].get(row.nature, row.nature), row.queue, row.owner) if one
                ),
                "status": STATUS_WORDS[row.status],
                "late": _is_late(row, asking),
                "present": present.get(row.pk, []),
            }
            for row in rows
        ],
        "tabs": [] if text else _tabs(asking, view, queue),
        "view": view,
        "text": text,
        "following": following,
        "full": len(rows) >= ON_A_PAGE,
        "current_section": "cases",
        **words,
    }
    return render(request, "desk/cases.html", context)


def _is_late(row: CaseLine, asking: Asking) -> bool:
    return row.due_at is not None and row.due_at < asking.at and row.status in ("open", "waiting")


def _tabs(asking: Asking, view: str, queue: str) -> list[dict[str, Any]]:
    words = [
        ("mine", _("Mine")),
        ("nobody", _("Without owner")),
        ("overdue", _("Overdue")),
        ("all", _("All open")),
        ("waiting", _("Waiting")),
        ("snoozed", _("Put off")),
        ("resolved", _("Resolved")),
    ]
    queues = queues_of(scope=asking.scope)
    counts = counts_beside(scope=asking.scope, employee_id=asking.employee.pk, queues=queues, at=asking.at)
    tabs: list[dict[str, Any]] = [
        {"label": label, "url": f"?view={name}", "current": view == name, "count": str(counts[name]) if name in counts else None}
        for name, label in words
    ]
    for one in queues:
        place = str(one.public_id)
        tabs.append({"label": one.name, "url": f"?queue={place}", "current": queue == place, "count": str(counts[place])})
    return tabs


def new(request: HttpRequest, id: str) -> HttpResponse:
    """Open a case of a customer."""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id)
    start = {"subject": request.GET.get("subject", "")[:200], "text": request.GET.get("text", "")[:2000]}
    form = NewCaseForm(request.POST or None, asking=asking, initial={name: value for name, value in start.items() if value})
    made = attempt(
        form,
        lambda: open_case(
            scope=asking.scope,
            customer_id=customer.pk,
            new=form.case(customer),
            key=form.cleaned_data["act"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if made is None:
        return form_page(request, "desk/case_new.html", form, customer=customer, current_section="cases")
    messages.success(request, _("Case #%(number)s is open.") % {"number": made.case.pk})
    return redirect("desk:case", id=made.case.public_id)


def one(request: HttpRequest, id: str) -> HttpResponse:
    """One case. Opening it tells the others that somebody looks."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    if case.status not in ("closed", "merged"):  # there nobody can get into another's way
        be_present(case_id=case.pk, employee_id=asking.employee.pk, writing=False, at=asking.at)
    see_notices(scope=asking.scope, employee_id=asking.employee.pk, case_id=case.pk, at=asking.at)
    return case_page(request, asking, case)


def case_page(request: HttpRequest, asking: Asking, case: Case, *, status: int = 200, **forms_back: forms.Form) -> HttpResponse:
    """The page of a case, with a form that came back with errors in its place."""
    shown = case_shown(scope=asking.scope, case=case, at=asking.at)
    articles = articles_of(scope=asking.scope)
    article = next((row for row in articles if str(row.public_id) == request.GET.get("article", "")), None)
    fresh = {
        "answer_form": AnswerForm(initial={"version": case.version, "act": str(new_id()), "text": article.text if article else ""}),
        **_asked_form(request.GET.get("do", ""), asking, case),
    }
    context = {
        "case": case,
        "shown": shown,
        "status_word": STATUS_WORDS[case.status],
        "undone": case.status in ("open", "waiting"),
        "present": present_in(case_ids=[case.pk], but=asking.employee.pk, at=asking.at).get(case.pk, []),
        "articles": articles,
        "others": [row for row in lines_of_customer(scope=asking.scope, customer_ids=[case.customer_id], size=8) if row.pk != case.pk],
        "handler": handler_shown(customer_id=case.customer_id),
        "matter_link": matter_link(case),
        "here": reverse("desk:case", args=[case.public_id]),
        "at": asking.at,
        "act": str(new_id()),
        "current_section": "cases",
        **case_words(asking.scope),
        **_giving(asking, case, forms_back, wanted=request.GET.get("do") == "give"),
        **fresh,
        **forms_back,
    }
    return render(request, "desk/case.html", context, status=status)


def _asked_form(name: str, asking: Asking, case: Case) -> dict[str, forms.Form]:
    """One of the forms that the page draws only when somebody wants it: most who open a case read and answer."""
    makers: dict[str, tuple[str, Callable[[], forms.Form]]] = {
        "promise": ("promise_form", lambda: PromiseForm(initial={"act": str(new_id())})),
        "put-off": ("snooze_form", SnoozeForm),
        "hand-over": (
            "hand_over_form",
            lambda: HandOverForm(asking=asking, initial={"owner": str(case.owner.public_id) if case.owner else ""}),
        ),
        "classify": (
            "classify_form",
            lambda: ClassifyForm(asking=asking, initial={"nature": case.nature, "topic": case.topic, "priority": case.priority}),
        ),
    }
    if name not in makers:
        return {}
    key, make = makers[name]
    return {key: _begun(make())}


def _begun(form: forms.Form) -> forms.Form:
    """A form that somebody asked for begins where they can write."""
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    return form


def _giving(asking: Asking, case: Case, back: dict[str, forms.Form], *, wanted: bool) -> dict[str, Any]:
    """What the reader may give in this case, and the form for it."""
    if not may_open(asking.actor, "desk:give", "POST"):
        return {}
    currency = business_of(scope=asking.scope).currency
    rooms = rooms_for(scope=asking.scope, case=case, employee_id=asking.employee.pk, at=asking.at)
    shown: dict[str, Any] = {"rooms": rooms, "currency": currency}
    if wanted and "gesture_form" not in back:
        kinds = [(one.authority.kind, gesture_in_words(one.authority.kind)) for one in rooms if one.authority]
        shown["gesture_form"] = _begun(GestureForm(kinds=kinds, currency=currency))
    return shown


def answer(request: HttpRequest, id: str) -> HttpResponse:
    """Answer the customer. What others wrote meanwhile is shown first, the draft kept."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            retried(
                lambda: answer_case(
                    scope=asking.scope,
                    public_id=id,
                    answer=form.answer(asking),
                    version=form.cleaned_data["version"],
                    key=form.cleaned_data["act"],
                    at=asking.at,
                    actor=asking.actor.name,
                )
            )
        except CaseChangedMeanwhile as changed:
            again = AnswerForm({**request.POST.dict(), "version": changed.version})
            again.is_valid()
            put_refusal(again, changed)
            _ask_for_files_again(request, again)
            return case_page(request, asking, case_of(scope=asking.scope, public_id=id), status=409, answer_form=again)
        except NotFound:
            raise
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(
                request, _("Answered.") if form.cleaned_data["reached"] or form.cleaned_data["channel"] == "email" else _("Noted.")
            )
            return redirect("desk:case", id=id)
    _ask_for_files_again(request, form)
    return case_page(request, asking, case, status=422, answer_form=form)


def _ask_for_files_again(request: HttpRequest, form: AnswerForm) -> None:
    """A browser forgets what was chosen; the words of the draft stay."""
    if request.FILES:
        form.add_error("enclosures", _("Choose the files once more: the page can't keep them."))


@csp_override(INERT)
def case_file(request: HttpRequest, id: str, entry: str, number: int) -> HttpResponse:
    """A file that went with an answer, always as a download."""
    asking = Asking(request)
    found = file_of_entry(case=case_of(scope=asking.scope, public_id=id), entry=entry, number=number)
    return download(bytes(found.content), found.name)


def note(request: HttpRequest, id: str) -> HttpResponse:
    """Write something down for colleagues."""
    asking = Asking(request)
    try:
        note_case(
            scope=asking.scope,
            public_id=id,
            text=request.POST.get("text", ""),
            staff_id=asking.employee.pk,
            key=request.POST.get("act", "")[:40],
            at=asking.at,
            actor=asking.actor.name,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:case", id=id)


def present(request: HttpRequest, id: str) -> HttpResponse:
    """Somebody is writing an answer: a heartbeat of the page."""
    asking = Asking(request)
    case = case_of(scope=asking.scope, public_id=id)
    be_present(case_id=case.pk, employee_id=asking.employee.pk, writing=True, at=asking.at)
    people = present_in(case_ids=[case.pk], but=asking.employee.pk, at=asking.at).get(case.pk, [])
    return render(request, "desk/case_present.html", {"present": people})
