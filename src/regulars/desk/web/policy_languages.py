"""A version of the policy in one more language."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.desk.web.asking import Asking, attempt, form_page
from regulars.desk.web.policy import TextForm
from regulars.policy.queries import version_of
from regulars.policy.services import translate_policy


def translate(request: HttpRequest, id: str) -> HttpResponse:
    """Write the version in another language, beginning with its own text."""
    asking = Asking(request)
    version = version_of(scope=asking.scope, public_id=id)
    if version is None:
        raise Http404
    form = TextForm(request.POST or None, initial={"text": version.text, "revision": 0})
    made = attempt(
        form,
        lambda: translate_policy(
            scope=asking.scope,
            public_id=id,
            text=form.cleaned_data["text"].replace("\r\n", "\n"),
            at=asking.at,
            actor=asking.actor.name,
        ),
    )
    if made is None:
        return form_page(request, "desk/policy_translate.html", form, version=version, current_section="policy")
    messages.success(request, _("Version %(number)s can be read and confirmed in this language now.") % {"number": version})
    return redirect(f"{reverse('desk:policy_version', args=[version.public_id])}?language={made.language}")
