"""How desk pages write amounts, days, instants and timeline lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from html import escape
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal
from django import forms, template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.contacts.queries import TimelineLine
from regulars.customers.queries import Customer
from regulars.groundwork.design.icons import draw
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.money import Money
from regulars.policy.queries import gesture_in_words, step_in_words
from regulars.purchases.queries import Purchase, PurchaseLine

register = template.Library()
LINE_ICONS = {
    "purchases.sale": "purchases",
    "purchases.refund": "undo",
    "customers.CustomerRegistered": "add",
    "customers.ContactPointAdded": "mail",
    "contacts.email": "mail",
    "contacts.phone": "phone",
    "contacts.sms": "phone",
    "contacts.post": "mail",
    "contacts.social": "globe",
    "contacts.visit": "home",
    "contacts.till": "purchases",
    "contacts.FollowUpPromised": "clock",
    "contacts.FollowUpKept": "done",
    "contacts.FollowUpCancelled": "close",
    "messaging.MessageReceived": "mail",
    "service.CaseOpened": "question",
    "service.CaseResolved": "done",
    "service.CaseReopened": "undo",
    "service.PromiseBroken": "warn",
    "service.GestureGiven": "money",
}

_EMPTY_FORMS: dict[str, str] = {}


def reader() -> str:
    """The locale of the reader, as Babel writes it. Plain English writes the day before the month and counts to 24 hours."""
    language = (get_language() or "en").replace("-", "_")
    return "en_GB" if language == "en" else language


@register.simple_tag
def money(minor: int, currency: str) -> str:
    """An amount of minor units."""
    return _money(minor, currency, get_language() or "en") if currency else ""


# Lists write the same days, prices and badges over and over; formatting one costs a third of a millisecond.
@lru_cache(maxsize=8192)
def _money(minor: int, currency: str, language: str) -> str:
    return Money(minor, currency).shown(language)


@lru_cache(maxsize=8192)
def _date(on: date, size: str, locale: str) -> str:
    return format_date(on, size, locale=locale)


@lru_cache(maxsize=8192)
def _moment(local: datetime, size: str, locale: str) -> str:
    return format_datetime(local, size, locale=locale)


@lru_cache(maxsize=8192)
def _time(local: time, locale: str) -> str:
    return format_time(local, "short", locale=locale)


@lru_cache(maxsize=64)
def _badge(segment: str, _language: str) -> str:
    return render_to_string("desk/segment_words.html", {"segment": segment})


@register.simple_tag
def segment_badge(customer: Customer) -> str:
    """How a customer is, as icon and word: a prospect, else the segment that insight has published."""
    segment = "prospect" if customer.prospect else customer.segment
    return _badge(segment, get_language() or "en") if segment else ""


@register.simple_tag(takes_context=True)
def customer_rows(context: Context, rows: Iterable[Customer]) -> str:
    """The rows of the customers' table, drawn here because a page holds many."""
    how, since, organisation = _("How they are"), _("Since"), _("Organisation")
    return format_html_join(
        "",
        '<tr><th scope="row"><a class="row-link" href="{}">{}</a>{}</th><td data-label="{}">{}</td><td data-label="{}">{}</td></tr>',
        (
            (
                address("desk:customer", row.public_id),
                row.display_name,
                format_html(' <span class="badge">{}<span>{}</span></span>', draw("organisation"), organisation)
                if row.kind == "organisation"
                else "",
                how,
                segment_badge(row),
                since,
                day(context, row.created_at),
            )
            for row in rows
        ),
    )


@register.simple_tag(takes_context=True)
def purchase_rows(context: Context, rows: Iterable[Purchase]) -> str:
    """The rows of the purchases' table, drawn here because a page holds many."""
    labels = _("Customer"), _("What"), _("Branch"), _("Amount")
    refund = format_html('<span class="badge badge--warn" >{}<span>{}</span></span> ', draw("undo"), _("Refund"))
    return format_html_join(
        "",
        '<tr><th scope="row"><a class="row-link" href="{}">{}</a></th><td data-label="{}">{}</td><td data-label="{}">{}{}</td>'
        '<td data-label="{}">{}</td><td class="num" data-label="{}">{}</td></tr>',
        (
            (
                address("desk:purchase", row.public_id),
                moment(context, row.at, "short"),
                labels[0],
                row.customer.display_name,
                labels[1],
                refund if row.kind == "refund" else "",
                goods(list(row.lines.all())),
                labels[2],
                row.branch.name if row.branch else "",
                labels[3],
                money(row.amount_minor, row.currency),
            )
            for row in rows
        ),
    )


def goods(lines: list[PurchaseLine]) -> str:
    """The first three positions of a purchase in words."""
    shown = ", ".join(line.product or line.category for line in lines[:3])
    return f"{shown} …" if len(lines) > 3 else shown


@lru_cache(maxsize=64)
def _address_around(route: str) -> tuple[str, str]:
    before, _mark, after = reverse(route, args=["00000000-0000-0000-0000-000000000000"]).partition("00000000-0000-0000-0000-000000000000")
    return before, after


@register.simple_tag
def address(route: str, public_id: object) -> str:
    """The address of one thing of a kind: a page with many of them asks the address book once."""
    before, after = _address_around(route)
    return f"{before}{public_id}{after}"


@register.simple_tag
def point_fields(form: forms.Form) -> str:
    """The fields for another address or number; the empty form is the same for everybody, so it is drawn once a language."""
    key = f"desk.point_fields:{get_language() or 'en'}"
    drawn: str | None = None if form.is_bound else _EMPTY_FORMS.get(key)
    if drawn is None:
        drawn = render_to_string("desk/point_fields.html", {"form": form})
    if not form.is_bound:
        _EMPTY_FORMS[key] = drawn
    return drawn


@register.simple_tag
def choices(offered: Iterable[tuple[str, str]], chosen: object = "") -> str:
    """The options of a select after its first: pairs of value and words; `chosen` is a value or several."""
    picked = frozenset((chosen,)) if isinstance(chosen, str) else frozenset(cast("Iterable[str]", chosen or ()))
    return _options(tuple(offered), picked)


@lru_cache(maxsize=512)
def _options(offered: tuple[tuple[str, str], ...], picked: frozenset[str]) -> SafeString:
    options = ((value, mark_safe(" selected") if value in picked else "", words) for value, words in offered)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


@register.simple_tag(takes_context=True)
def timeline(context: Context, lines: Iterable[TimelineLine]) -> str:
    """A story with a heading for each day; put together by hand, because a page holds many lines."""
    locale, zone = reader(), zone_of(context)
    cases = reverse("desk:cases") if context["rights"]["case"] else ""
    parts, today = [], None
    for line in lines:
        local = line.at.astimezone(zone)
        if (on := local.date()) != today:
            today = on
            parts.append(f'<li class="timeline__day">{_escaped(_date(on, "long", locale))}</li>')
        parts.append(_entry(line, _time(local.time().replace(second=0, microsecond=0), locale), cases))
    return mark_safe(f'<ol class="timeline">{"".join(parts)}</ol>')  # noqa: S308 — every value in it is escaped


@register.simple_tag(takes_context=True)
def timeline_entry(context: Context, line: TimelineLine) -> str:
    """One entry of a timeline, in the markup of <c-timeline-entry>."""
    return mark_safe(_entry(line, wall(context, line.at), ""))  # noqa: S308 — every value in it is escaped


def _entry(line: TimelineLine, when: str, cases: str) -> str:
    amount = f'<span class="bold">{_escaped(money(*line.amount))}</span>' if line.amount else ""
    details = f' <span class="muted">{_escaped(", ".join(line.details))}</span>' if line.details else ""
    words = f'<div class="timeline__note">{_escaped(line.note)}</div>' if line.note else ""
    note = f'<div class="timeline__note">{amount}{details}</div>{words}' if amount or details else words
    tone = f" timeline__entry--{_escaped(line.tone)}" if line.tone else ""
    return (
        f'<li class="timeline__entry{tone}"><span class="timeline__dot">{draw(line_icon(line))}</span>'
        f'<div class="timeline__words"><p class="timeline__title">{_title(line, cases)}</p>{note}</div>'
        f'<time class="timeline__when" datetime="{line.at.isoformat()}">{_escaped(when)}</time></li>'
    )


def _title(line: TimelineLine, cases: str) -> str:
    """The headline, escaped; a logged contact leads to its own page, what happened in a case to the case for those who may see it."""
    words = _escaped(headline(line))
    if line.contact_id:
        return f'<a href="{_escaped(address("desk:contact", line.contact_id))}">{words}</a>'
    if cases and line.kind.startswith("service.") and (number := line.headline_values.get("number")):
        return f'<a href="{cases}?q=%23{_escaped(str(number))}">{words}</a>'
    return words


def _escaped(text: str) -> str:
    """Text for a page; what is markup already stays (as `conditional_escape`, without its detours for lazy texts)."""
    return str(text) if isinstance(text, SafeString) else escape(text)


def zone_of(context: Context) -> ZoneInfo:
    """The clock that this page shows: the business's."""
    business = context.get("business")
    return ZoneInfo(business.zone if business else "UTC")


def _local(context: Context, instant: datetime) -> datetime:
    """The wall time that the business's clock shows, without its zone: what the caches go by."""
    return instant.astimezone(zone_of(context)).replace(tzinfo=None)


@register.simple_tag(takes_context=True)
def moment(context: Context, instant: datetime | None, size: str = "medium") -> str:
    """Day and time of an instant on the business's clock."""
    return _moment(_local(context, instant), size, reader()) if instant else ""


@register.simple_tag(takes_context=True)
def day(context: Context, instant: datetime | date | None, size: str = "medium") -> str:
    """The day of an instant on the business's clock, or a date."""
    if instant is None:
        return ""
    on = instant.astimezone(zone_of(context)).date() if isinstance(instant, datetime) else instant
    return _date(on, size, reader())


@register.simple_tag(takes_context=True)
def wall(context: Context, instant: datetime) -> str:
    """The time of day of an instant on the business's clock."""
    return _time(_local(context, instant).time().replace(second=0, microsecond=0), reader())


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
def whole(number: int) -> str:
    """A whole number with its thousands set apart: 1,517."""
    return format_decimal(number, locale=reader())


@register.filter
def looked_up(key: str, words: dict[str, str]) -> str:
    """A code in the words of a table; an unknown one reads as itself."""
    return words.get(key, key)


@register.filter
def alarm_step(at: str) -> str:
    """When an alarm rang, in words."""
    return step_in_words(at) if at else ""


@register.filter
def gesture(kind: str) -> str:
    """A kind of gesture in words."""
    return gesture_in_words(kind)


@register.filter
def quantity(milli: int) -> str:
    """Thousandths as a plain number: 350 → 0.35."""
    text = f"{milli / 1000:.3f}".rstrip("0").rstrip(".")
    return text or "0"
