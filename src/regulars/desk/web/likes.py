"""What they like: which contacts went well, for one customer beside all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from regulars.contacts.queries import Likes, Share, TermKind, channel_words, likes_of, likes_of_all, terms_of
from regulars.customers.queries import customer_of
from regulars.desk.web.asking import Asking


def likes(request: HttpRequest, id: str = "") -> HttpResponse:
    """By channel, part of the day, staff and nature; each with n, interval and a verdict."""
    asking = Asking(request)
    customer = customer_of(scope=asking.scope, public_id=id) if id else None
    everybody = likes_of_all(scope=asking.scope)
    own = likes_of(scope=asking.scope, customer=customer) if customer else everybody
    terms = terms_of(scope=asking.scope)
    words: dict[str, Mapping[str, str]] = {
        "channel": dict(channel_words()),
        "hour": _bands(),
        "staff": {},
        "nature": {code: one.label for code, one in terms.known[TermKind.NATURE].items()},
    }
    titles = {"channel": _("Channel"), "hour": _("Part of the day"), "staff": _("Staff"), "nature": _("Nature")}
    tables = [{"title": titles[name], "rows": _rows(own, everybody, name, words[name])} for name in titles]
    context = {"customer": customer, "own": own, "all": everybody, "tables": tables, "current_section": "customers"}
    return render(request, "desk/likes.html", context)


def _rows(own: Likes, everybody: Likes, name: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    of_all = {one.key: one for one in everybody.by[name]}
    return [{"words": words.get(one.key, one.key), "own": _shown(one), "all": _shown(of_all.get(one.key))} for one in own.by[name][:12]]


def _shown(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    numbers = {"share": round(share.share * 100), "low": round(share.low * 100), "high": round(share.high * 100), "n": share.n}
    return numbers | {"verdict": share.verdict, "words": _("%(share)d %% (%(low)d to %(high)d) of %(n)d") % numbers}


def _bands() -> dict[str, str]:
    return {
        "morning": _("Morning (6 to 11)"),
        "midday": _("Midday (11 to 14)"),
        "afternoon": _("Afternoon (14 to 18)"),
        "evening": _("Evening (18 to 22)"),
        "night": _("Night (22 to 6)"),
    }
