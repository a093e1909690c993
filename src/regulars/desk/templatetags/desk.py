"""How desk pages write amounts, days, instants and timeline lines."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from django import template
from django.template import Context
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.contacts.queries import TimelineLine
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.money import Money

register = template.Library()
LINE_ICONS = {
    "purchases.sale": "purchases",
    "purchases.refund": "undo",
    "customers.CustomerRegistered": "add",
    "customers.ContactPointAdded": "mail",
}


def reader() -> str:
    """The locale of the reader, as Babel writes it. Plain English writes the day before the month and counts to 24 hours."""
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


@register.simple_tag
def money(minor: int, currency: str) -> str:
    """An amount of minor units."""
    return Money(minor, currency).shown(get_language() or "en") if currency else ""


def zone_of(context: Context) -> ZoneInfo:
    """The clock that this page shows: the business's."""
    business = context.get("business")
    return ZoneInfo(business.zone if business else "UTC")


@register.simple_tag(takes_context=True)
def moment(context: Context, instant: datetime | None, size: str = "medium") -> str:
    """Day and time of an instant on the business's clock."""
    return format_datetime(instant.astimezone(zone_of(context)), size, locale=reader()) if instant else ""


@register.simple_tag(takes_context=True)
def day(context: Context, instant: datetime | date | None, size: str = "medium") -> str:
    """The day of an instant on the business's clock, or a date."""
    if instant is None:
        return ""
    on = instant.astimezone(zone_of(context)).date() if isinstance(instant, datetime) else instant
    return format_date(on, size, locale=reader())


@register.simple_tag(takes_context=True)
def wall(context: Context, instant: datetime) -> str:
    """The time of day of an instant on the business's clock."""
    return format_time(instant.astimezone(zone_of(context)), "short", locale=reader())


@register.filter
def ago(instant: datetime | None) -> str:
    """How long ago: “3 weeks ago”."""
    return format_timedelta(instant - clock.now(), add_direction=True, locale=reader()) if instant else ""


@register.filter
def headline(line: TimelineLine) -> str:
    """A timeline line in the reader's language."""
    return _(line.headline) % line.headline_values if line.headline_values else _(line.headline)


@register.filter
def line_icon(line: TimelineLine) -> str:
    """The icon of a timeline line."""
    return LINE_ICONS.get(line.kind, "note")


@register.filter
def quantity(milli: int) -> str:
    """Thousandths as a plain number: 350 → 0.35."""
    text = f"{milli / 1000:.3f}".rstrip("0").rstrip(".")
    return text or "0"
