"""Where cases wait, and what is known: queues and articles."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.business.queries import branches
from regulars.contacts.queries import TermKind, terms_of
from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.case_forms import offered
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.queries import mailboxes_of
from regulars.service.queries import Article, Queue, articles_of, queues_of
from regulars.service.services import save_article, set_queue


class QueueForm(forms.Form):
    """A queue: what comes into it, and in which order it is asked."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    position = forms.IntegerField(
        label=gettext_lazy("Place"), help_text=gettext_lazy("A new case goes to the first queue that fits it."), min_value=0, max_value=999
    )
    natures = forms.MultipleChoiceField(
        label=gettext_lazy("What it is"),
        help_text=gettext_lazy("None chosen: everything."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    mailboxes = forms.MultipleChoiceField(
        label=gettext_lazy("Mailboxes"), help_text=gettext_lazy("None chosen: all."), widget=forms.CheckboxSelectMultiple, required=False
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)
    retired = forms.BooleanField(label=gettext_lazy("Takes no new cases"), required=False)

    def __init__(self, *args: object, asking: Asking, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's stubs type the arguments one by one
        self.places = {str(one.public_id): one.pk for one in branches(scope=asking.scope)}
        named = [("", _("All branches")), *((str(one.public_id), one.name) for one in branches(scope=asking.scope))]
        boxes = [(one.name, one.name) for one in mailboxes_of(scope=asking.scope)]
        for name, choices in (("natures", offered(terms_of(scope=asking.scope), TermKind.NATURE)), ("mailboxes", boxes), ("branch", named)):
            cast("forms.ChoiceField", self.fields[name]).choices = choices


class ArticleForm(forms.Form):
    """A question that people ask, and the answer."""

    title = forms.CharField(label=gettext_lazy("What people ask"), max_length=120)
    text = forms.CharField(
        label=gettext_lazy("The answer"),
        help_text=gettext_lazy("It can begin an answer in a case. Places are filled in: {given_name|there}, {business}."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
    )
    retired = forms.BooleanField(label=gettext_lazy("No longer offered"), required=False)


def queues(request: HttpRequest) -> HttpResponse:
    """All queues, and a new one."""
    return _queue(request, None)


def queue(request: HttpRequest, id: str) -> HttpResponse:
    """One queue."""
    asking = Asking(request)
    row = next((one for one in queues_of(scope=asking.scope, with_retired=True) if str(one.public_id) == id), None)
    if row is None:
        raise NotFound(_("There is no such queue."))
    return _queue(request, row)


def _queue(request: HttpRequest, row: Queue | None) -> HttpResponse:
    asking = Asking(request)
    rows = queues_of(scope=asking.scope, with_retired=True)
    initial: dict[str, Any] = {"position": len(rows)}
    if row is not None:
        initial = {"name": row.name, "position": row.position, "natures": row.natures, "mailboxes": row.mailboxes, "retired": row.retired}
        initial["branch"] = str(row.branch.public_id) if row.branch else ""
    form = QueueForm(request.POST or None, asking=asking, initial=initial)

    def act() -> Queue:
        given = form.cleaned_data
        return set_queue(
            scope=asking.scope,
            name=given["name"],
            natures=given["natures"],
            mailboxes=given["mailboxes"],
            branch_id=form.places.get(given["branch"]),
            position=given["position"],
            retired=given["retired"],
            at=asking.at,
            actor=asking.actor.name,
            public_id=str(row.public_id) if row else "",
        )

    if attempt(form, act) is None:
        return form_page(request, "desk/queues.html", form, rows=rows, row=row, current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:queues")


def articles(request: HttpRequest) -> HttpResponse:
    """All articles, and a new one."""
    return _article(request, None)


def article(request: HttpRequest, id: str) -> HttpResponse:
    """One article."""
    asking = Asking(request)
    row = next((one for one in articles_of(scope=asking.scope, with_retired=True) if str(one.public_id) == id), None)
    if row is None:
        raise NotFound(_("There is no such article."))
    return _article(request, row)


def _article(request: HttpRequest, row: Article | None) -> HttpResponse:
    asking = Asking(request)
    initial = {"title": row.title, "text": row.text, "retired": row.retired} if row else {}
    form = ArticleForm(request.POST or None, initial=initial)

    def act() -> Article:
        given = form.cleaned_data
        return save_article(
            scope=asking.scope,
            title=given["title"],
            text=given["text"],
            natures=[],
            retired=given["retired"],
            at=asking.at,
            actor=asking.actor.name,
            public_id=str(row.public_id) if row else "",
        )

    if attempt(form, act) is None:
        rows = articles_of(scope=asking.scope, with_retired=True, text=request.GET.get("q", ""))
        return form_page(request, "desk/articles.html", form, rows=rows, row=row, text=request.GET.get("q", ""), current_section="settings")
    messages.success(request, _("Saved."))
    return redirect("desk:articles")
