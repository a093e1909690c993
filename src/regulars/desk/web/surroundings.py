"""What every desk page needs around it: who, where, the way elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from regulars.staff.queries import Actor, may_open

ICONS = {"counter": "card", "log": "note", "cases": "question", "loyalty": "star"}


class Rights:
    """In templates: `rights.new_customer` says whether the caller may use that desk route, by any of its methods."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __getitem__(self, route: str) -> bool:
        return any(may_open(self.actor, f"desk:{route}", method) for method in ("GET", "POST"))


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: navigation, business, search, account links; nothing for strangers."""
    actor = getattr(request, "actor", None)
    if actor is None or not request.user.is_authenticated:
        return {"home_url": "/"}
    places = [
        ("today", _("Today"), "desk:today", "t"),
        ("customers", _("Customers"), "desk:customers", "c"),
        ("counter", _("At the till"), "desk:counter", "k"),
        ("cases", _("Cases"), "desk:cases", "a"),
        ("log", _("Log"), "desk:log", "l"),
        ("purchases", _("Purchases"), "desk:purchases", "p"),
        ("loyalty", _("Loyalty"), "desk:loyalty", "y"),
        ("mail", _("Mail"), "desk:mail", "l"),
        ("insight", _("Insight"), "desk:insight", "i"),
        ("imports", _("Imports"), "desk:imports", "m"),
        ("settings", _("Settings"), "desk:settings", "s"),
    ]
    navigation = [
        {"section": section, "label": label, "url": address, "key": key, "icon": ICONS.get(section, section)}
        for section, label, route, key in places
        if may_open(actor, route) and (address := _address(route))
    ]
    return {
        "navigation": navigation,
        "rights": Rights(actor),
        "base_url": settings.BASE_URL,
        "business": request.user.business,
        "home_url": _address("desk:today"),
        "search_url": _address("desk:customers"),
        "search_label": _("Find a customer"),
        "sign_out_url": _address("desk:sign_out"),
        "account_links": [
            {"label": _("Policy"), "url": _address("desk:policy")},
            {"label": _("Your training"), "url": _address("desk:own_training")},
            {"label": _("Your account"), "url": _address("desk:own_account")},
        ],
    }


@cache
def _address(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
