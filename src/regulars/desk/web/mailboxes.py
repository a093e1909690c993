"""Mailboxes: where mail arrives, how it is fetched, how it goes."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.business.queries import branches
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.messaging.queries import Mailbox, MailboxKind, mailbox_of, mailboxes_of
from regulars.messaging.services import MailboxParticulars, describe_mailbox, fetch_mailbox, open_mailbox


class MailboxForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("How mail comes in"),
        choices=[
            (MailboxKind.IMAP, gettext_lazy("Fetched from an IMAP server")),
            (MailboxKind.LISTENER, gettext_lazy("Handed over by a mail server (SMTP or LMTP)")),
            (MailboxKind.FILES, gettext_lazy("From files, by the command line")),
        ],
    )
    addresses = forms.CharField(
        label=gettext_lazy("Its own addresses"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=gettext_lazy("One a line. Mail from them is never a customer's."),
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch that sees it"), required=False)
    host = forms.CharField(label=gettext_lazy("IMAP server"), max_length=255, required=False)
    port = forms.IntegerField(label=gettext_lazy("Port"), initial=993, required=False)
    security = forms.ChoiceField(
        label=gettext_lazy("Protection of the line"),
        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", gettext_lazy("None (only within this machine)"))],
        initial="tls",
    )
    user = forms.CharField(
        label=gettext_lazy("User"), max_length=255, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=255,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept sealed. Leave it empty to keep the one that is known."),
    )
    folder = forms.CharField(label=gettext_lazy("Folder"), max_length=255, initial="INBOX", required=False)
    lists_are_contacts = forms.BooleanField(label=gettext_lazy("Mail from mailing lists counts as written by people"), required=False)
    acknowledges = forms.BooleanField(
        label=gettext_lazy("Answer by machine that a message has arrived"),
        help_text=gettext_lazy("Once a day to one person, never to machines or mailing lists, and never with their own words."),
        required=False,
    )
    is_open = forms.BooleanField(label=gettext_lazy("Take mail in"), required=False, initial=True)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.visible = {str(one.public_id): one for one in branches(scope=asking.scope)}
        self.fields["branch"].choices = [("", _("All")), *((key, one.name) for key, one in self.visible.items())]  # type: ignore[attr-defined]

    def particulars(self) -> MailboxParticulars:
        """The form as a mailbox's particulars."""
        given = self.cleaned_data
        branch = self.visible.get(given["branch"])
        return MailboxParticulars(
            name=given["name"],
            kind=MailboxKind(given["kind"]),
            addresses=given["addresses"].split(),
            branch_id=branch.pk if branch else None,
            lists_are_contacts=given["lists_are_contacts"],
            acknowledges=given["acknowledges"],
            host=given["host"],
            port=given["port"] or 993,
            security=given["security"],
            user=given["user"],
            password=given["password"],
            folder=given["folder"],
            is_open=given["is_open"],
        )


def mailboxes(request: HttpRequest) -> HttpResponse:
    """All mailboxes with their state, and the settings that listen and send."""
    asking = Asking(request)
    return render(
        request,
        "desk/mailboxes.html",
        {"rows": mailboxes_of(scope=asking.scope), "chosen": settings.REGULARS, "current_section": "settings"},
    )


def new_mailbox(request: HttpRequest) -> HttpResponse:
    """Open a mailbox."""
    asking = Asking(request)
    form = MailboxForm(request.POST or None, asking=asking)
    row = attempt(
        form,
        lambda: open_mailbox(business_id=asking.scope.business_id, particulars=form.particulars(), at=asking.at, actor=asking.actor.name),
    )
    if row is None:
        return form_page(request, "desk/mailbox_form.html", form, current_section="settings")
    messages.success(request, _("The mailbox is open."))
    return redirect("desk:mailboxes")


def mailbox(request: HttpRequest, id: str) -> HttpResponse:
    """Describe a mailbox anew."""
    asking = Asking(request)
    row = mailbox_of(scope=asking.scope, public_id=id)
    form = MailboxForm(request.POST or None, asking=asking, initial=_as_it_is(row))
    done = attempt(form, lambda: describe_mailbox(mailbox=row, particulars=form.particulars(), at=asking.at, actor=asking.actor.name))
    if done is None:
        return form_page(request, "desk/mailbox_form.html", form, mailbox=row, current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:mailboxes")


def fetch_now(request: HttpRequest, id: str) -> HttpResponse:
    """Fetch a mailbox at once."""
    asking = Asking(request)
    row = mailbox_of(scope=asking.scope, public_id=id)
    done = fetch_mailbox(mailbox=row, at=asking.at)
    if done.fault:
        messages.error(request, _("It can't be fetched: %(fault)s") % {"fault": done.fault})
    else:
        sentence = ngettext("%(n)d new mail was stored.", "%(n)d new mails were stored.", done.stored)
        messages.success(request, sentence % {"n": done.stored})
    return redirect("desk:mailboxes")


def _as_it_is(row: Mailbox) -> dict[str, object]:
    return {
        "name": row.name,
        "kind": row.kind,
        "addresses": "\n".join(row.addresses),
        "branch": str(row.branch.public_id) if row.branch else "",
        "host": row.host,
        "port": row.port,
        "security": row.security,
        "user": row.user,
        "folder": row.folder,
        "lists_are_contacts": row.lists_are_contacts,
        "acknowledges": row.acknowledges,
        "is_open": row.is_open,
    }
