"""The contact log: write down, read, correct; promised follow-ups; the business's own words."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contacts.queries import TermKind, contact_of, follow_up_of, follow_ups_due, terms_of, versions_of
from regulars.contacts.services import (
    add_term,
    cancel_follow_up,
    correct_contact,
    describe_term,
    keep_follow_up,
    log_contact,
)
from regulars.customers.queries import customer_of, find_customers
from regulars.desk.queries import lines_of_versions
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.contact_forms import ContactForm, LogForm, WordForm, initial_of
from regulars.groundwork.kernel.refusals import NotFound, Refusal

FOUND = 20
KIND_TITLES = {
    TermKind.NATURE: gettext_lazy("Natures: what a contact was"),
    TermKind.TOPIC: gettext_lazy("Topics: what it was about"),
    TermKind.OUTCOME: gettext_lazy("Outcomes: how it ended"),
}


def find(request: HttpRequest) -> HttpResponse:
    """The field log's first step: whom did you meet?"""
    asking = Asking(request)
    text = request.GET.get("q", "").strip()
    rows = find_customers(scope=asking.scope, text=text, size=FOUND) if text else []
    context = {"rows": rows, "text": text, "full": len(rows) >= FOUND, "current_section": "log"}
    return render(request, "desk/log_find.html", context)


def log(request: HttpRequest, id: str) -> HttpResponse:
    """The field log's second step: what was it?"""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id)
    keeps = request.GET.get("keeps", "")
    kept = follow_up_of(scope=asking.scope, public_id=keeps) if keeps else None
    form = LogForm(
        request.POST or None, asking=asking, initial={"keeps": keeps} | ({"how": "phone:out", "nature": "follow-up"} if kept else {})
    )
    logged = attempt(
        form,
        lambda: log_contact(
            scope=asking.scope,
            customer_id=customer.pk,
            particulars=form.particulars(),
            promise=form.promised(),
            keeps=form.cleaned_data["keeps"],
            key=form.cleaned_data["act"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if logged is None:
        return form_page(request, "desk/log.html", form, customer=customer, kept=kept, current_section="log")
    messages.success(request, _("Logged: %(name)s") % {"name": customer.display_name})
    return redirect("desk:log")


def contact(request: HttpRequest, id: str) -> HttpResponse:
    """One contact with its corrections."""
    asking = Asking(request)
    row = contact_of(scope=asking.scope, public_id=id)
    versions = versions_of(contact=row)
    context = {
        "contact": row,
        "versions": lines_of_versions(scope=asking.scope, versions=versions),
        "newest": versions[-1],
        "current_section": "customers",
    }
    return render(request, "desk/contact.html", context)


def correct(request: HttpRequest, id: str) -> HttpResponse:
    """Write an entry that takes the place of an old one."""
    asking = Asking(request)
    old = contact_of(scope=asking.scope, public_id=id)
    form = ContactForm(request.POST or None, asking=asking, old=old, initial=initial_of(old, asking))

    def act() -> object:
        given = replace(form.particulars(), staff_id=old.staff_id, links=old.links, mood_inferred=old.mood_inferred)
        if given.happened_at == old.at.replace(second=0, microsecond=0):
            given = replace(given, happened_at=old.at)
        return correct_contact(scope=asking.scope, contact=old, particulars=given, at=asking.at, actor=asking.actor.name)

    if attempt(form, act) is None:
        return form_page(request, "desk/contact_correct.html", form, contact=old, current_section="customers")
    messages.success(request, _("Corrected. The old entry stays on record."))
    return redirect("desk:contact", id=id)


def void(request: HttpRequest, id: str) -> HttpResponse:
    """Say that a contact never happened."""
    asking = Asking(request)
    old = contact_of(scope=asking.scope, public_id=id)
    reason = request.POST.get("reason", "").strip()[:500]
    correct_contact(scope=asking.scope, contact=old, particulars=None, note=reason, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Taken off the timeline. The entry stays on record."))
    return redirect("desk:customer", id=old.customer.public_id)


def follow_ups(request: HttpRequest) -> HttpResponse:
    """What is promised and not yet kept: mine, or everybody's."""
    asking = Asking(request)
    everybody = request.GET.get("of") == "all"
    rows = follow_ups_due(scope=asking.scope, staff_id=None if everybody else asking.employee.pk, size=200)
    context = {"rows": rows, "everybody": everybody, "at": asking.at, "current_section": "today"}
    return render(request, "desk/follow_ups.html", context)


def keep(request: HttpRequest, id: str) -> HttpResponse:
    """Say that a promise was kept."""
    asking = Asking(request)
    keep_follow_up(scope=asking.scope, public_id=id, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("Kept."))
    return redirect("desk:follow_ups")


def cancel(request: HttpRequest, id: str) -> HttpResponse:
    """Say that a promise will not be kept, and why."""
    asking = Asking(request)
    try:
        cancel_follow_up(scope=asking.scope, public_id=id, reason=request.POST.get("reason", ""), at=asking.at, actor=asking.actor.name)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Cancelled."))
    return redirect("desk:follow_ups")


def words(request: HttpRequest) -> HttpResponse:
    """The three taxonomies; a new word is added here."""
    asking = Asking(request)
    kind = _kind(request.POST.get("kind", TermKind.NATURE))
    form = WordForm(request.POST or None, outcome=kind is TermKind.OUTCOME)
    added = attempt(
        form,
        lambda: add_term(
            scope=asking.scope, kind=kind, label=form.cleaned_data["label"], valence=form.counts_as(), at=asking.at, actor=asking.actor.name
        ),
    )
    if added is not None:
        messages.success(request, _("Added: %(label)s") % {"label": added.label})
        return redirect("desk:words")
    terms = terms_of(scope=asking.scope)
    kinds = []
    for one, title in KIND_TITLES.items():
        own = form if form.is_bound and one is kind else WordForm(outcome=one is TermKind.OUTCOME, auto_id=f"{one.value}_%s")
        kinds.append({"kind": one.value, "title": title, "terms": terms.known[one].values(), "form": own})
    return form_page(request, "desk/words.html", form, kinds=kinds, current_section="settings")


def word(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """How one word reads and counts, and whether it is still offered."""
    asking = Asking(request)
    which = _kind(kind)
    known = terms_of(scope=asking.scope).known[which].get(code)
    if known is None:
        raise NotFound(_("Your business has no such word."))
    initial = {"label": known.label, "valence": known.valence.value, "retired": known.retired}
    form = WordForm(request.POST or None, outcome=which is TermKind.OUTCOME, initial=initial)
    described = attempt(
        form,
        lambda: describe_term(
            scope=asking.scope,
            kind=which,
            code=code,
            label=form.cleaned_data["label"],
            valence=form.counts_as(),
            retired=form.cleaned_data["retired"],
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if described is None:
        return form_page(request, "desk/word.html", form, known=known, current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:words")


def _kind(text: str) -> TermKind:
    try:
        return TermKind(text)
    except ValueError:
        raise NotFound(_("There is no such list of words.")) from None
