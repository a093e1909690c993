"""Templates of programs, in the owner's language."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.desk.web.loyalty_fields import Words
from regulars.loyalty.queries import members_week, nth_purchase_discount, points_with_tiers, punch_card

FROM_MONDAY = timedelta(days=7)


@dataclass(frozen=True)
class Template:
    """What the page of programs offers to begin with."""

    name: str
    title: Words
    note: Words


OFFERED = (
    Template(
        "punch-card", gettext_lazy("Coffee punch card"), gettext_lazy("Ten paid coffees, and one is free. Stamps go on to the next card.")
    ),
    Template(
        "points",
        gettext_lazy("Points with tiers"),
        gettext_lazy("A point for each coin spent, which pays later; faster in silver and gold."),
    ),
    Template("tenth", gettext_lazy("Tenth-purchase discount"), gettext_lazy("Every tenth purchase costs 20 % less, by itself.")),
    Template("week", gettext_lazy("Members' week"), gettext_lazy("A week in which members pay 10 % less for up to five things.")),
)


def begun_as(template: str, *, currency: str, zone: str, today: date) -> str:
    """A template's document; an empty program that counts points for any other word."""
    made: dict[str, Callable[[], str]] = {
        "punch-card": lambda: punch_card(
            code="coffee-card",
            name=_("Coffee card"),
            currency=currency,
            zone=zone,
            card=_("Coffee card"),
            reward=_("A coffee on us"),
            category=_("Coffee"),
        ),
        "points": lambda: points_with_tiers(code="points", name=_("Points"), currency=currency, zone=zone, words=_words()),
        "tenth": lambda: nth_purchase_discount(
            code="tenth", name=_("Every tenth purchase"), currency=currency, zone=zone, discount=_("20 % off")
        ),
        "week": lambda: _week(currency, zone, today),
    }
    if template in made:
        return made[template]()
    return json.dumps({"currency": currency, "zone": zone, "units": [], "earning": []}, indent=2)


def _words() -> dict[str, str]:
    return {
        "points": _("Points"),
        "steps": _("Tier points"),
        "base": _("For each purchase"),
        "qualifying": _("Towards tiers"),
        "silver": _("Silver"),
        "gold": _("Gold"),
    }


def _week(currency: str, zone: str, today: date) -> str:
    monday = today - timedelta(days=today.weekday()) + FROM_MONDAY
    return members_week(
        code="members-week",
        name=_("Members' week"),
        currency=currency,
        zone=zone,
        special=_("Members' week"),
        from_on=monday,
        until_on=monday + timedelta(days=6),
    )
