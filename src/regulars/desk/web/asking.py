"""What every view does alike: the caller, the time, forms that carry refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.business.queries import Branch, Scope, business_of, zone_of
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.groundwork.kernel.schedules import instant_of
from regulars.staff.queries import Actor, Employee, scope_of


class Asking:
    """One request's caller, scope and instant; the clock is read once."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor = request.actor  # type: ignore[attr-defined]
        self.scope: Scope = scope_of(self.actor)
        self.at: datetime = clock.now()

    def instant_of(self, wall: datetime | None, *, branch: Branch | None = None) -> datetime | None:
        """What somebody entered as a local time, by the clock of the branch, else of the business; None stays None."""
        if wall is None:
            return None
        return instant_of(wall.replace(tzinfo=None), zone_of(business=business_of(scope=self.scope), branch=branch))

    @property
    def employee(self) -> Employee:
        """The person signed in."""
        assert isinstance(self.request.user, Employee)
        return self.request.user


def attempt[T](form: forms.Form, act: Callable[[], T]) -> T | None:
    """Call one service for a valid form. A refusal becomes the form's errors, beside the fields that it names."""
    if not form.is_valid():
        return None
    try:
        return retried(act)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return None


def put_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal in a form: beside its fields, else on top."""
    named = {name: text for name, text in refusal.fields.items() if name in form.fields}
    for name, text in named.items():
        form.add_error(name, text)
    if not named:
        form.add_error(None, refusal.sentence)


def form_page(request: HttpRequest, template: str, form: forms.Form, **context: object) -> HttpResponse:
    """A page with a form; status 422 when it came back with errors."""
    return render(request, template, {"form": form, **context}, status=422 if form.is_bound and form.errors else 200)


def safe_target(request: HttpRequest, target: str, otherwise: str) -> str:
    """Where to go next: a page of ours, never another host's."""
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target and own and target.startswith("/") else otherwise
