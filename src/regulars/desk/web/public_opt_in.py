"""Public pages, for customers: signing up, and confirming it. Nobody is signed in here; a GET changes nothing."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import business_with_id, opt_in_by_token, purpose_labels, purposes_of, wording_for
from regulars.customers.services import ask_opt_in, confirm_opt_in
from regulars.desk.web.asking import attempt
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal


class SignUpForm(forms.Form):
    email = forms.CharField(
        label=gettext_lazy("Your e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    given_name = forms.CharField(label=gettext_lazy("Your first name"), max_length=120, required=False)
    purposes = forms.MultipleChoiceField(label=gettext_lazy("Write to me about"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: object, scope: Scope, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rules = [one for one in purposes_of(scope=scope).values() if one.needs_consent]
        self.fields["purposes"].choices = [(one.name, _(one.label)) for one in rules]  # type: ignore[attr-defined]


def sign_up(request: HttpRequest, business: UUID) -> HttpResponse:
    """Ask for news. The answer is the same for known and unknown addresses, and for those who asked already."""
    firm = business_with_id(public_id=str(business))
    if firm is None:
        raise NotFound(_("There is no such page."))
    scope = Scope(firm.pk)
    form = SignUpForm(request.POST or None, scope=scope)
    language = get_language() or "en"
    asked = attempt(
        form,
        lambda: ask_opt_in(
            scope=scope,
            address=form.cleaned_data["email"],
            purposes=form.cleaned_data["purposes"],
            given_name=form.cleaned_data["given_name"],
            language=language,
            source="sign-up page",
            at=clock.now(),
            actor="system:sign-up",
        ),
    )
    wording = wording_for(scope=scope, purpose="newsletter", language=language)
    context = {"firm": firm, "form": form, "asked": asked is not None, "wording": wording}
    status = 422 if form.is_bound and form.errors else 200
    return _unshared(render(request, "desk/public_sign_up.html", context, status=status))


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked (GET); allow it (POST)."""
    found = opt_in_by_token(token=token)
    done, refusal = None, None
    if request.method == "POST":
        try:
            done = confirm_opt_in(token=token, proof={"page": "confirm"}, at=clock.now())
        except Refusal as fault:
            refusal = fault
    elif found is None or (found.confirmed_at is None and found.expires_at < clock.now()):
        refusal = Refusal(_("This link doesn't hold any more. Sign up again, and a new one is sent."))
    shown = done or found
    labels = purpose_labels(scope=Scope(shown.business_id), purposes=shown.purposes) if shown and not refusal else ()
    context = {
        "firm": shown.business if shown else None,
        "labels": labels,
        "done": done or (found and found.confirmed_at),
        "refusal": refusal,
    }
    return _unshared(render(request, "desk/public_confirm.html", context, status=410 if refusal else 200))


def _unshared(response: HttpResponse) -> HttpResponse:
    """The token in the address goes to nobody else, and the page into no cache."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
