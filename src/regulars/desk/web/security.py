"""One's own second factors: authenticator app, passkeys, recovery codes. All of it wants a fresh proof first (see the authorisation table)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.proving import answer_of, said, state_of
from regulars.desk.web.sessions import keep_device, remember
from regulars.groundwork.kernel.refusals import Refusal
from regulars.staff.queries import employee_of, passkeys_possible, security_of
from regulars.staff.services import (
    add_passkey,
    ask_for_new_passkey,
    begin_authenticator,
    confirm_authenticator,
    make_recovery_codes,
    remove_all_factors,
    remove_authenticator,
    remove_passkey,
)


class AppCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        max_length=12,
    )


def overview(request: HttpRequest) -> HttpResponse:
    """How one's sign-in is protected."""
    asking = Asking(request)
    context = {"factors": security_of(employee=asking.employee), "passkeys_possible": passkeys_possible(), "current_section": "account"}
    return render(request, "desk/security.html", context)


def connect_app(request: HttpRequest) -> HttpResponse:
    """Show the picture for the app; its first code makes it count."""
    asking = Asking(request)
    form = AppCodeForm(request.POST if "code" in request.POST else None)
    done = attempt(form, lambda: confirm_authenticator(employee=asking.employee, code=form.cleaned_data["code"], at=asking.at))
    if done is not None:
        employee, codes = done
        update_session_auth_hash(request, employee)
        if codes:
            return render(request, "desk/recovery_codes.html", {"codes": codes, "first": True, "current_section": "account"})
        messages.success(request, _("The authenticator app is connected."))
        return redirect("desk:security")
    secret, address = begin_authenticator(employee=asking.employee, at=asking.at, keep=request.method == "POST")
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"picture": picture_of(address), "secret": grouped, "address": address, "current_section": "account"}
    return form_page(request, "desk/connect_app.html", form, **context)


def remove_app(request: HttpRequest) -> HttpResponse:
    """Ask for the app's codes no more."""
    asking = Asking(request)
    update_session_auth_hash(request, remove_authenticator(employee=asking.employee, at=asking.at, actor=asking.actor.name))
    messages.success(request, _("The authenticator app is removed."))
    return redirect("desk:security")


def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Fresh recovery codes, shown in this answer only."""
    asking = Asking(request)
    codes = make_recovery_codes(employee=asking.employee, at=asking.at)
    return render(request, "desk/recovery_codes.html", {"codes": codes, "first": False, "current_section": "account"})


def new_passkey(request: HttpRequest) -> HttpResponse:
    """The page on which a passkey is made; it needs script, since only the browser can speak to the key."""
    return render(request, "desk/new_passkey.html", {"possible": passkeys_possible(), "current_section": "account"})


def new_passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser must ask the new key."""
    asking = Asking(request)
    try:
        question, state = ask_for_new_passkey(employee=asking.employee)
    except Refusal as refusal:
        return said(refusal)
    remember(request, "passkey", state)
    return JsonResponse(question)


def keep_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the key that the browser made."""
    asking = Asking(request)
    try:
        employee = add_passkey(
            employee=asking.employee, state=state_of(request), answer=answer_of(request), name=request.GET.get("name", ""), at=asking.at
        )
    except Refusal as refusal:
        return said(refusal)
    update_session_auth_hash(request, employee)
    messages.success(request, _("The passkey is ready. You can sign in with it from now on."))
    response = JsonResponse({"next": reverse("desk:security")})
    keep_device(request, response, employee, asking.at)
    return response


def forget_passkey(request: HttpRequest, id: str) -> HttpResponse:
    """Accept a passkey no more."""
    asking = Asking(request)
    update_session_auth_hash(request, remove_passkey(employee=asking.employee, public_id=id, at=asking.at))
    messages.success(request, _("The passkey is removed."))
    return redirect("desk:security")


def remove_factors_of(request: HttpRequest, id: str) -> HttpResponse:
    """For a colleague who lost phone and codes."""
    asking = Asking(request)
    row = employee_of(scope=asking.scope, public_id=id)
    assert asking.actor.role is not None
    remove_all_factors(employee=row, giver=asking.actor.role, at=asking.at, actor=asking.actor.name)
    messages.success(request, _("%(name)s signs in with the password alone until they set up a second factor again.") % {"name": row.name})
    return redirect("desk:employee", id=id)


def picture_of(address: str) -> SafeString:
    """An address as a QR code, black on white in every theme: cameras need it so."""
    import segno  # loads here: only this page draws a code

    drawing = segno.make(address, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return mark_safe(drawing)  # noqa: S308 — made of squares by the library, no text of anybody in it
