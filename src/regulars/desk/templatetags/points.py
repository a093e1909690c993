"""How pages write points, cards and what happened to them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_decimal
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.desk.templatetags.desk import reader
from regulars.groundwork.design.icons import draw
from regulars.loyalty.queries import CardShown, Entry, Moved, Unit, document_of, reason_of, unit_words

register = template.Library()


@register.simple_tag
def points(unit: Unit, units: int) -> str:
    """Smallest units as people write them, with the unit's name: 1,250 Points."""
    return _("%(units)s %(unit)s") % {"units": _shown(unit, units), "unit": unit_words(unit, units)}


@register.simple_tag
def points_number(unit: Unit, units: int) -> str:
    """The number alone, with as many decimals as the unit has."""
    return _shown(unit, units)


@register.simple_tag
def signed_points(entry: Entry) -> str:
    """What an entry changed for the member, with its sign: +120, −30."""
    unit = document_of(entry.version).unit(entry.account.unit)
    if unit is None:
        return ""
    sign = "+" if entry.signed > 0 else "−" if entry.signed < 0 else ""
    return f"{sign}{_shown(unit, entry.units)} {unit_words(unit, entry.units)}"


@register.filter
def plain_number(number: int | Fraction) -> str:
    """A number that may have a fraction, with two decimals at most."""
    exact = Fraction(number)
    return format_decimal(round(Decimal(exact.numerator) / Decimal(exact.denominator), 2), locale=reader())


@register.filter
def reason(entry: Entry) -> str:
    """Why an entry is as it is."""
    return reason_of(entry)


@register.filter
def movement(one: Moved) -> str:
    """One line of a refund's slip in words."""
    words = {"units": _shown(one.unit, one.units), "unit": unit_words(one.unit, one.units)}
    sentences = {
        "clawed": _("%(units)s %(unit)s taken back"),
        "restored": _("%(units)s %(unit)s given back"),
        "renewed": _("%(units)s %(unit)s came back after their end and live some days longer"),
        "written_off": _("%(units)s %(unit)s were missing and are written off"),
    }
    return sentences.get(one.entry.kind, _("%(units)s %(unit)s moved")) % words


@register.filter
def stamps_in_words(shown: CardShown) -> str:
    """7 of 10 stamps."""
    return stamps_words(shown.stamps, shown.target)


@register.simple_tag
def stamps_words(stamps: int, target: int) -> str:
    """So many of so many stamps."""
    return ngettext("%(stamps)s of %(target)s stamp", "%(stamps)s of %(target)s stamps", target) % {"stamps": stamps, "target": target}


@register.simple_tag
def punch_card(shown: CardShown, stamps: int | None = None) -> SafeString:
    """A card with its holes; said as one picture. `stamps`: as it would stand with so many."""
    count = shown.stamps if stamps is None else stamps
    holes = format_html_join("", '<span class="punch__hole{}">{}</span>', (_hole(place, count) for place in range(1, shown.target + 1)))
    return format_html('<div class="punch" role="img" aria-label="{}">{}</div>', stamps_words(count, shown.target), holes)


def _hole(place: int, stamps: int) -> tuple[str, SafeString | str]:
    return (" punch__hole--full", draw("done")) if place <= stamps else ("", str(place))


def _shown(unit: Unit, units: int) -> str:
    exact = Decimal(units).scaleb(-unit.scale)
    pattern = "#,##0" + (f".{'0' * unit.scale}" if unit.scale else "")
    return format_decimal(exact, format=pattern, locale=reader())
