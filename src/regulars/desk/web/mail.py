"""Mail: what came in, one mail in a sandboxed frame, attachments as downloads, what is parked and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from regulars.desk.web.asking import Asking
from regulars.desk.web.downloads import INERT, download
from regulars.messaging.queries import (
    ReceiptState,
    attachment_of,
    copies_of,
    inbox_counts,
    mail_of,
    mailboxes_of,
    mails_before,
    markup_of,
    parked_receipt,
    parked_receipts,
    raw_of,
    reason_words,
)
from regulars.messaging.services import retry_parked

Policy = Mapping[str, Collection[str] | str]
KINDS = ("contact", "automatic", "bounce")
FRAME: Policy = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.NONCE],
    "img-src": ["data:"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    "frame-ancestors": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
}
FRAME_WITH_PICTURES: Policy = {**FRAME, "img-src": ["data:", "https:", "http:"]}
PAGE: Policy = {**cast("Policy", settings.SECURE_CSP), "frame-src": [CSP.SELF]}


def inbox(request: HttpRequest) -> HttpResponse:
    """Received mail, newest first."""
    asking = Asking(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    mailbox = request.GET.get("mailbox", "")
    page = mails_before(scope=asking.scope, kind=kind, mailbox=mailbox, cursor=request.GET.get("before", ""))
    start = reverse("desk:mail")
    tabs = [{"label": _("All"), "url": start, "current": not kind}] + [
        {"label": label, "url": f"{start}?kind={name}", "current": kind == name}
        for name, label in zip(KINDS, (_("From people"), _("Automatic"), _("Reports")), strict=True)
    ]
    counts = inbox_counts(scope=asking.scope)
    boxes = mailboxes_of(scope=asking.scope)
    return render(
        request,
        "desk/mail.html",
        {"page": page, "tabs": tabs, "counts": counts, "mailboxes": boxes, "kind": kind, "mailbox": mailbox, "current_section": "mail"},
    )


@csp_override(PAGE)
def one_mail(request: HttpRequest, id: str) -> HttpResponse:
    """One mail: its words, its attachments, where it arrived and how it was read."""
    asking = Asking(request)
    row = mail_of(scope=asking.scope, public_id=id)
    with_pictures = request.GET.get("pictures") == "1"
    shown = markup_of(mail=row, with_pictures=with_pictures) if row.has_html else None
    words = [reason_words(code) for code in [*row.reasons, *row.hints]]
    return render(
        request,
        "desk/mail_one.html",
        {
            "mail": row,
            "shown": shown,
            "with_pictures": with_pictures,
            "as_text": request.GET.get("as") == "text" or shown is None or not shown.markup.strip(),
            "copies": copies_of(mail=row),
            "words": words,
            "notes": [reason_words(code) for code in row.trail.get("notes", [])],
            "current_section": "mail",
        },
    )


@xframe_options_sameorigin
def mail_frame(request: HttpRequest, id: str) -> HttpResponse:
    """The mail's own HTML, cleaned, for the sandboxed frame."""
    with_pictures = request.GET.get("pictures") == "1"
    policy = FRAME_WITH_PICTURES if with_pictures else FRAME

    @csp_override(policy)
    def framed(request: HttpRequest) -> HttpResponse:
        asking = Asking(request)
        shown = markup_of(mail=mail_of(scope=asking.scope, public_id=id), with_pictures=with_pictures)
        response = render(request, "desk/mail_frame.html", {"shown": shown})
        response["Referrer-Policy"] = "no-referrer"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return framed(request)


@csp_override(INERT)
def mail_attachment(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """One attachment, always as a download."""
    asking = Asking(request)
    found, content = attachment_of(mail=mail_of(scope=asking.scope, public_id=id), number=number)
    return download(content, found.name)


@csp_override(INERT)
def mail_source(request: HttpRequest, id: str) -> HttpResponse:
    """The mail byte for byte."""
    asking = Asking(request)
    return download(raw_of(mail=mail_of(scope=asking.scope, public_id=id)), f"{id}.eml")


def parked(request: HttpRequest) -> HttpResponse:
    """What could not be read."""
    asking = Asking(request)
    rows = [(row, reason_words(row.reason)) for row in parked_receipts(scope=asking.scope)]
    return render(request, "desk/mail_parked.html", {"rows": rows, "current_section": "mail"})


@csp_override(INERT)
def parked_source(request: HttpRequest, id: str) -> HttpResponse:
    """A parked mail byte for byte."""
    asking = Asking(request)
    return download(bytes(parked_receipt(scope=asking.scope, public_id=id).raw.content), f"{id}.eml")


def retry(request: HttpRequest, id: str) -> HttpResponse:
    """Read a parked mail once more."""
    asking = Asking(request)
    row = parked_receipt(scope=asking.scope, public_id=id)
    read = retry_parked(business_id=asking.scope.business_id, receipt_id=row.pk, at=asking.at, actor=asking.actor.name)
    if read.state == ReceiptState.PARKED:
        messages.warning(request, _("It still can't be read: %(reason)s") % {"reason": reason_words(read.reason)})
        return redirect("desk:mail_parked")
    messages.success(request, _("The mail is read."))
    return redirect("desk:mail_one", id=read.mail.public_id) if read.mail else redirect("desk:mail_parked")
