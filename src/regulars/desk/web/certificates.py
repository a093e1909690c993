"""Certificates: who has which until when, recording and revoking them, what one has oneself."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, get_args
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override

from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.downloads import INERT, download
from regulars.policy.queries import authority_kinds_of
from regulars.staff.queries import (
    Standing,
    certificate_counts,
    certificate_kinds,
    certificate_of,
    certificates_listed,
    certificates_of,
    coaching_notes_of,
    document_of,
    employee_of,
    may_open,
)
from regulars.staff.services import (
    ListRefused,
    ListTaken,
    Paper,
    name_certificate_kind,
    note_reminders,
    record_certificate,
    record_certificate_list,
    revoke_certificate,
)

PAGE = 50
STANDINGS: tuple[Standing, ...] = get_args(Standing)


class KindForm(forms.Form):
    """A kind of certificate; an existing short name changes that one."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    code = forms.CharField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("What the policy calls it, such as food-hygiene. One that is there already is changed."),
        max_length=40,
    )
    months = forms.IntegerField(
        label=gettext_lazy("Good for so many months"),
        help_text=gettext_lazy("Empty: for good."),
        required=False,
        min_value=1,
        max_value=600,
    )
    window_days = forms.IntegerField(
        label=gettext_lazy("Renewed up to so many days before"),
        help_text=gettext_lazy("Who renews it in that time loses nothing: it lasts from the end of the old one."),
        initial=60,
        min_value=0,
        max_value=365,
    )


class CertificateForm(forms.Form):
    """A certificate of somebody."""

    kind_code = forms.ChoiceField(label=gettext_lazy("Certificate"))
    achieved_on = forms.DateField(label=gettext_lazy("Achieved on"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_through = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: as long as its kind lasts."),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )
    verifier = forms.CharField(label=gettext_lazy("Issued or checked by"), max_length=120)
    reference = forms.CharField(label=gettext_lazy("Number or link"), max_length=200, required=False)
    paper = forms.FileField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy("Up to 5 MB. Only the holder and managers can fetch it."),
        required=False,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind_code"].choices = kinds  # type: ignore[attr-defined]


def listed(request: HttpRequest) -> HttpResponse:
    """The certificates of everybody, those that run out first on top."""
    asking = Asking(request)
    given = request.GET.get("standing", "")
    standing = next((one for one in STANDINGS if one == given), None)
    kinds = certificate_kinds(scope=asking.scope)
    kind = next((one.code for one in kinds if one.code == request.GET.get("kind", "")), "")
    number = request.GET.get("page", "1")
    page = min(int(number), 10_000) if number.isascii() and number.isdigit() and int(number) > 0 else 1
    rows, whole = certificates_listed(
        scope=asking.scope, standing=standing, kind_code=kind, at=asking.at, start=(page - 1) * PAGE, size=PAGE
    )
    context = {
        "rows": rows,
        "whole": whole,
        "kinds": kinds,
        "kind": kind,
        "standing": standing or "",
        "tabs": _tabs(asking, standing, kind),
        "page": page,
        "first": (page - 1) * PAGE + 1,
        "last": (page - 1) * PAGE + len(rows),
        "more": page * PAGE < whole,
        "may_open_people": may_open(asking.actor, "desk:employee"),
        "current_section": "settings",
    }
    return render(request, "desk/certificates.html", context)


def _tabs(asking: Asking, standing: Standing | None, kind: str) -> list[dict[str, Any]]:
    counts = certificate_counts(scope=asking.scope, at=asking.at)
    tabs: list[tuple[str, str, int | None]] = [
        ("", _("All"), None),
        ("expiring", _("Running out"), counts.expiring),
        ("expired", _("Run out"), counts.expired),
        ("valid", _("Valid"), None),
        ("revoked", _("Revoked"), None),
    ]
    found = []
    for name, label, count in tabs:
        query = urlencode({key: value for key, value in (("standing", name), ("kind", kind)) if value})
        address = reverse("desk:certificates") + (f"?{query}" if query else "")
        found.append({"label": label, "url": address, "current": (standing or "") == name, "count": count})
    return found


def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of certificate, and one more."""
    asking = Asking(request)
    form = KindForm(request.POST or None)
    made = attempt(form, lambda: name_certificate_kind(scope=asking.scope, at=asking.at, actor=asking.actor.name, **form.cleaned_data))
    if made is None:
        return form_page(
            request, "desk/certificate_kinds.html", form, kinds=certificate_kinds(scope=asking.scope), current_section="settings"
        )
    messages.success(request, _("“%(name)s” is saved.") % {"name": made})
    return redirect("desk:certificate_kinds")


def record(request: HttpRequest, id: str) -> HttpResponse:
    """Note that somebody has a certificate."""
    asking = Asking(request)
    person = employee_of(scope=asking.scope, public_id=id)
    known = [(one.code, one.name) for one in certificate_kinds(scope=asking.scope)]
    form = CertificateForm(request.POST or None, request.FILES or None, kinds=known)

    def act() -> Any:
        given = dict(form.cleaned_data)
        file = given.pop("paper")
        paper = Paper(file.name, file.read()) if file else None
        return record_certificate(scope=asking.scope, employee=person, paper=paper, at=asking.at, actor=asking.actor.name, **given)

    made = attempt(form, act)
    if made is None:
        return form_page(request, "desk/certificate_new.html", form, person=person, known=known, current_section="settings")
    row, is_new = made
    if not is_new:
        messages.info(request, _("This certificate of that day is recorded already. Revoke it first if it is wrong."))
    elif row.valid_through:
        messages.success(
            request, _("“%(name)s” is recorded; its last day is %(day)s.") % {"name": row.kind, "day": date_format(row.valid_through)}
        )
    else:
        messages.success(request, _("“%(name)s” is recorded; it never runs out.") % {"name": row.kind})
    return redirect("desk:employee", id=id)


class ListForm(forms.Form):
    """A file of certificates."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("CSV or XLSX, up to 2 MB."), allow_empty_file=True)


def take_list(request: HttpRequest) -> HttpResponse:
    """Record a whole list at once."""
    asking = Asking(request)
    form = ListForm(request.POST or None, request.FILES or None)
    rows: dict[int, str] = {}

    def act() -> ListTaken:
        with NamedTemporaryFile(suffix=Path(form.cleaned_data["file"].name).suffix[:8]) as kept:
            for chunk in form.cleaned_data["file"].chunks():
                kept.write(chunk)
            kept.flush()
            try:
                return record_certificate_list(scope=asking.scope, path=Path(kept.name), at=asking.at, actor=asking.actor.name)
            except ListRefused as refusal:
                rows.update(refusal.rows)
                raise

    taken = attempt(form, act)
    if taken is None:
        return form_page(request, "desk/certificate_list.html", form, rows=sorted(rows.items()), current_section="settings")
    words = {"new": taken.new, "known": taken.known}
    messages.success(request, _("Recorded: %(new)s. Already there: %(known)s.") % words)
    return redirect("desk:certificates")


def revoke(request: HttpRequest, id: str) -> HttpResponse:
    """Take a certificate back."""
    asking = Asking(request)
    row = revoke_certificate(scope=asking.scope, public_id=id, reason=request.POST.get("reason", ""), at=asking.at, actor=asking.actor.name)
    messages.success(request, _("“%(name)s” is revoked. Limits that need it fall at once.") % {"name": row.kind})
    return redirect("desk:employee", id=row.employee.public_id)


@csp_override(INERT)
def document(request: HttpRequest, id: str) -> HttpResponse:
    """The paper itself, for its holder and for those who keep the certificates."""
    asking = Asking(request)
    row = certificate_of(scope=asking.scope, public_id=id)
    if row.employee_id != asking.actor.id and not may_open(asking.actor, "desk:record_certificate"):
        raise Http404
    paper = document_of(certificate=row)
    return download(bytes(paper.content), paper.file_name)


def noted(request: HttpRequest, id: str) -> HttpResponse:
    """“I know that it runs out.”"""
    asking = Asking(request)
    row = certificate_of(scope=asking.scope, public_id=id)
    if row.employee_id != asking.actor.id:
        raise Http404
    note_reminders(scope=asking.scope, certificate_id=row.pk, employee_id=asking.actor.id, at=asking.at)
    return redirect("desk:today")


def own(request: HttpRequest) -> HttpResponse:
    """One's own certificates, and what one may give without asking."""
    asking = Asking(request)
    context = {
        "certificates": certificates_of(scope=asking.scope, employee_id=asking.actor.id, at=asking.at),
        "certificate_names": {one.code: one.name for one in certificate_kinds(scope=asking.scope)},
        "authority": authority_kinds_of(scope=asking.scope, employee_id=asking.actor.id, at=asking.at),
        "notes": coaching_notes_of(scope=asking.scope, employee_id=asking.actor.id),
        "current_section": "today",
    }
    return render(request, "desk/own_training.html", context)
