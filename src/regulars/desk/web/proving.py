"""The second step of signing in, passkeys, the firm's own sign-in service, and proving anew who one is before something grave."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.asking import Asking, form_page, put_refusal, safe_target
from regulars.desk.web.sessions import begin_session, half_way, prove, remember, remembered
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import Employee, security_of
from regulars.staff.services import (
    PasskeyRefused,
    ask_for_passkey,
    finish_sign_in,
    leave_to_outside,
    note_signed_in,
    prove_by_code,
    prove_by_passkey,
    prove_by_password,
    return_from_outside,
)

ANSWER_BYTES_MAX = 20_000


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
        max_length=40,
    )


class ProofForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        max_length=500,
    )


def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password."""
    waiting = half_way(request)
    if waiting is None:
        request.session.pop("half_way", None)
        return redirect("desk:sign_in")
    employee, target = waiting
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            finish_sign_in(employee=employee, code=form.cleaned_data["code"], at=clock.now())
        except Refusal as refusal:
            put_refusal(form, refusal)
            return _refused(request, "desk/second_step.html", form, refusal, factors=security_of(employee=employee))
        return begin_session(request, employee, target)
    return form_page(request, "desk/second_step.html", form, factors=security_of(employee=employee))


def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser must ask its keys: those of whoever is half way or signed in, else any."""
    user = request.user if isinstance(request.user, Employee) else None
    waiting = half_way(request)
    question, state = ask_for_passkey(employee=user or (waiting[0] if waiting else None))
    remember(request, "passkey", state)
    return JsonResponse(question)


def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Come in by a passkey, with or without the password before it."""
    waiting = half_way(request)
    at = clock.now()
    try:
        employee = prove_by_passkey(state=state_of(request), answer=answer_of(request), at=at, employee=waiting[0] if waiting else None)
    except Refusal as refusal:
        return said(refusal)
    note_signed_in(employee=employee, at=at)
    wanted = waiting[1] if waiting else safe_target(request, request.GET.get("next", ""), "/")
    return _go(begin_session(request, employee, wanted))


def confirm(request: HttpRequest) -> HttpResponse:
    """Prove anew who one is: by the second factor where there is one, else by the password."""
    asking = Asking(request)
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""), "/")
    factors = security_of(employee=asking.employee)
    form: forms.Form = CodeForm(request.POST or None) if factors.second_factor else ProofForm(request.POST or None)
    context = {
        "factors": factors,
        "next": target,
        "outside_name": _outside_name(),
        "has_password": asking.employee.has_usable_password(),
        "current_section": "account",
    }
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "desk/confirm.html", form, **context)
    try:
        if factors.second_factor:
            prove_by_code(employee=asking.employee, code=form.cleaned_data["code"], at=asking.at)
        else:
            prove_by_password(employee=asking.employee, password=form.cleaned_data["password"], at=asking.at)
    except Refusal as refusal:
        put_refusal(form, refusal)
        return _refused(request, "desk/confirm.html", form, refusal, **context)
    prove(request)
    return redirect(target)


def confirm_passkey(request: HttpRequest) -> HttpResponse:
    """Prove anew by a passkey."""
    asking = Asking(request)
    try:
        prove_by_passkey(state=state_of(request), answer=answer_of(request), at=asking.at, employee=asking.employee)
    except Refusal as refusal:
        return said(refusal)
    prove(request)
    return JsonResponse({"next": safe_target(request, request.GET.get("next", ""), "/")})


def leave_outside(request: HttpRequest) -> HttpResponse:
    """To the firm's own sign-in service: to come in, or, when signed in, to prove oneself anew."""
    signed_in = isinstance(request.user, Employee)
    address, noted = leave_to_outside(return_to=_return_address(), fresh=signed_in)
    target = safe_target(request, request.POST.get("next", ""), "/")
    remember(request, "outside", noted | {"next": target})
    return redirect(address)


def return_outside(request: HttpRequest) -> HttpResponse:
    """Back from there. The state that we remember makes this address useless to anybody else's browser."""
    noted = remembered(request, "outside")
    target = safe_target(request, str(noted.get("next", "")), "/")
    expected = request.user if isinstance(request.user, Employee) else None
    at = clock.now()
    try:
        employee = return_from_outside(
            remembered=noted,
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            return_to=_return_address(),
            at=at,
            fresh=expected is not None,
            expected=expected,
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk:confirm" if expected else "desk:sign_in")
    if expected is not None:
        prove(request)
        return redirect(target)
    note_signed_in(employee=employee, at=at)
    return begin_session(request, employee, target)


def _outside_name() -> str:
    return str(settings.REGULARS.oidc_name or _("your firm's account")) if settings.REGULARS.oidc_issuer else ""


def _return_address() -> str:
    return settings.BASE_URL + reverse("desk:return_outside")


def state_of(request: HttpRequest) -> dict[str, Any]:
    """What was remembered for the passkey's answer. Raises PasskeyRefused when there is none any more."""
    state = remembered(request, "passkey")
    if not state:
        raise PasskeyRefused(_("This took too long. Try again."))
    return state


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """What the browser's key answered. Raises PasskeyRefused for what can't be read."""
    try:
        found = json.loads(request.body[:ANSWER_BYTES_MAX])
    except ValueError:
        raise PasskeyRefused from None
    if not isinstance(found, dict):
        raise PasskeyRefused
    return found


def said(refusal: Refusal) -> JsonResponse:
    """A refusal for the script that asked."""
    return JsonResponse({"code": refusal.code, "sentence": refusal.sentence}, status=refusal.status)


def _go(response: HttpResponse) -> JsonResponse:
    """A redirect as words for the script, with its cookies."""
    answer = JsonResponse({"next": response["Location"]})
    answer.cookies = response.cookies
    return answer


def _refused(request: HttpRequest, template: str, form: forms.Form, refusal: Refusal, **context: object) -> HttpResponse:
    response = render(request, template, {"form": form, **context}, status=refusal.status)
    if "retry_after" in refusal.extra:
        response["Retry-After"] = str(refusal.extra["retry_after"])
    return response
