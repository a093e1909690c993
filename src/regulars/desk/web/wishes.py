"""Public pages of people who got our mail: leave with one click, say how and about what they wish to hear from the business.

No sign-in and no cookie: the link itself is the key, and only we can have made it. Reading changes nothing, for scanners open every link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.messaging.services import leave, message_by_link, set_wishes, wishes_shown

FREQUENCIES = {"": None, "1-7": (1, 7), "2-30": (2, 30), "1-30": (1, 30), "1-90": (1, 90)}
CHANNELS = ("email", "phone", "sms", "post")
Page = Callable[..., HttpResponse]


def unlinked(view: Page) -> Page:
    """Tell no other site and no store where the reader came from."""

    @wraps(view)
    def page(request: HttpRequest, *words: object, **named: object) -> HttpResponse:
        response = view(request, *words, **named)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return page


@csrf_exempt
@unlinked
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One click by a mail program (POST, RFC 8058) or a person. GET only shows the button."""
    if request.method != "POST":
        message = message_by_link(token=token)
        return render(
            request, "desk/unsubscribe.html", {"token": token, "done": False, "brand": message.business, "business": message.business}
        )
    at = clock.now()
    everything = request.POST.get("everything") == "1"
    source = "one click" if request.POST.get("List-Unsubscribe") == "One-Click" else "unsubscribe page"
    message = retried(lambda: leave(token=token, everything=everything, source=source, at=at))
    return render(
        request,
        "desk/unsubscribe.html",
        {"token": token, "done": True, "everything": everything, "brand": message.business, "business": message.business},
    )


@csrf_exempt
@unlinked
def wishes(request: HttpRequest, token: str) -> HttpResponse:
    """The page of wishes: purposes, channels, how often."""
    fault = ""
    if request.method == "POST":
        try:
            _obey(request, token)
            return redirect(f"{request.path}?saved=1")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            fault = refusal.sentence
    shown = wishes_shown(token=token)
    chosen = next((key for key, value in FREQUENCIES.items() if value == shown.wishes.at_most), "")
    context = {
        "shown": shown,
        "token": token,
        "brand": shown.business,
        "business": shown.business,
        "saved": request.GET.get("saved") == "1",
        "fault": fault,
        "purposes": [(name, _(one.label), shown.consents[name].allowed) for name, one in shown.purposes.items()],
        "channels": [(name, label, name in shown.wishes.channels_never) for name, label in _channels()],
        "frequencies": [(key, label, key == chosen) for key, label in _frequencies()],
    }
    return render(request, "desk/wishes.html", context, status=422 if fault else 200)


def _obey(request: HttpRequest, token: str) -> None:
    shown = wishes_shown(token=token)
    texts = {name: str(_(one.label)) for name, one in shown.purposes.items()}
    nothing = request.POST.get("nothing") == "1"
    agreed = set() if nothing else set(request.POST.getlist("purpose")) & set(shown.purposes)
    never = {one for one in request.POST.getlist("never") if one in CHANNELS}
    often = FREQUENCIES.get(request.POST.get("often", ""))
    at = clock.now()
    retried(lambda: set_wishes(token=token, agreed=agreed, channels_never=never, at_most=often, texts=texts, at=at))


def _channels() -> list[tuple[str, str]]:
    words = {"email": _("E-mail"), "phone": _("Phone"), "sms": _("Text message"), "post": _("Letter")}
    return [(name, words[name]) for name in CHANNELS]


def _frequencies() -> list[tuple[str, str]]:
    return [
        ("", _("As often as there is something to tell")),
        ("1-7", _("At most once a week")),
        ("2-30", _("At most twice a month")),
        ("1-30", _("At most once a month")),
        ("1-90", _("At most once in three months")),
    ]
