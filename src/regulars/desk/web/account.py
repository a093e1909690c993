"""Coming in and going out, joining, one's own account."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.services import set_up_business, setup_code_fits
from regulars.desk.web.asking import Asking, attempt, form_page, put_refusal, safe_target
from regulars.desk.web.choices import common_currencies, languages, zones
from regulars.desk.web.sessions import address_of, begin_session, come_in, device_of, keep_device
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.queries import invitation_of_token, passkeys_possible
from regulars.staff.services import InvitationGone, accept_invitation, change_password, choose_manners, sign_in


class SignInForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=gettext_lazy("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False, max_length=500
    )


class JoinForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        help_text=gettext_lazy("Ten characters or more. A few unusual words are easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=500,
    )


class WelcomeForm(JoinForm):
    business_name = forms.CharField(label=gettext_lazy("Name of your business"), max_length=120)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=common_currencies)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=zones)
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Your e-mail"))
    field_order = ("business_name", "currency", "zone", "name", "email", "password")


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=gettext_lazy("Present password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("Ten characters or more. You stay signed in here; everywhere else you are signed out."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=500,
    )


class MannersForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=languages, required=False)
    single_keys = forms.BooleanField(
        label=gettext_lazy("Single keys act"),
        help_text=gettext_lazy("“/” searches, “g c” goes to Customers, “?” lists them all."),
        required=False,
    )


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Sign in by e-mail and password."""
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""), "/")
    form = SignInForm(request.POST or None)
    if request.method != "POST":
        return form_page(request, "desk/sign_in.html", form, next=target, **_other_roads())
    if form.is_valid():
        given = form.cleaned_data
        try:
            employee = sign_in(
                email=given["email"], password=given["password"], address=address_of(request), device=device_of(request), at=clock.now()
            )
        except Refusal as refusal:
            put_refusal(form, refusal)
            response = render(request, "desk/sign_in.html", {"form": form, "next": target, **_other_roads()}, status=refusal.status)
            if "retry_after" in refusal.extra:
                response["Retry-After"] = str(refusal.extra["retry_after"])
            return response
        return come_in(request, employee, target)
    return form_page(request, "desk/sign_in.html", form, next=target, **_other_roads())


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server."""
    logout(request)
    return redirect("desk:sign_in")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: looking at the page changes nothing, sending the form does."""
    invitation = invitation_of_token(token=token, at=clock.now())
    if invitation is None:
        raise InvitationGone
    form = JoinForm(request.POST or None)
    employee = attempt(form, lambda: accept_invitation(token=token, password=form.cleaned_data["password"], at=clock.now()))
    if employee is None:
        return form_page(request, "desk/join.html", form, invitation=invitation)
    return begin_session(request, employee)


def welcome(request: HttpRequest) -> HttpResponse:
    """Found the business and its first executive, with the code that the console shows, while nobody can sign in yet."""
    code = request.POST.get("code") or request.GET.get("code", "")
    if not setup_code_fits(code=code):
        raise NotFound(
            _("This set-up link is not valid, or Regulars has been set up already. Start “regulars run” to see the present link.")
        )
    form = WelcomeForm(request.POST or None, initial={"zone": settings.REGULARS.default_zone, "currency": "EUR"})
    employee = attempt(form, lambda: set_up_business(**form.cleaned_data, code=code, at=clock.now()))
    if employee is None:
        return form_page(request, "desk/welcome.html", form, code=code)
    return begin_session(request, employee)


def own_account(request: HttpRequest) -> HttpResponse:
    """Language and keyboard; the password has a form of its own."""
    asking = Asking(request)
    initial = {"language": asking.employee.language, "single_keys": asking.employee.single_keys}
    form = MannersForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        choose_manners(employee=asking.employee, language=form.cleaned_data["language"], single_keys=form.cleaned_data["single_keys"])
        messages.success(request, _("Saved."))
        return redirect("desk:own_account")
    return form_page(request, "desk/account.html", form, password_form=PasswordForm(), current_section="account")


def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    asking = Asking(request)
    form = PasswordForm(request.POST)
    employee = attempt(
        form,
        lambda: change_password(employee=asking.employee, old=form.cleaned_data["old"], new=form.cleaned_data["password"], at=asking.at),
    )
    if employee is None:
        manners = MannersForm(initial={"language": asking.employee.language, "single_keys": asking.employee.single_keys})
        return render(request, "desk/account.html", {"form": manners, "password_form": form, "current_section": "account"}, status=422)
    update_session_auth_hash(request, employee)
    messages.success(request, _("Your password is changed. Other devices are signed out."))
    response = redirect("desk:own_account")
    keep_device(request, response, employee, asking.at)
    return response


def _other_roads() -> dict[str, object]:
    """Ways to sign in besides the password."""
    name = settings.REGULARS.oidc_name or _("your firm's account")
    return {"passkeys_possible": passkeys_possible(), "outside_name": name if settings.REGULARS.oidc_issuer else ""}
