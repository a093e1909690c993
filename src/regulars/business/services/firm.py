"""Founding and describing the firm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.events import BusinessDescribed, BusinessFounded
from regulars.business.models import Business
from regulars.groundwork.design.colour import NotAColour, TooPale, judge_accent
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.money import currencies
from regulars.groundwork.kernel.refusals import Refusal


class UnknownZone(Refusal):
    code = "unknown_zone"

    def __init__(self, zone: str) -> None:
        sentence = _("There is no time zone called “%(zone)s”.") % {"zone": zone[:60]}
        super().__init__(sentence, fields={"zone": sentence})


class UnknownCurrency(Refusal):
    code = "unknown_currency"

    def __init__(self, currency: str) -> None:
        sentence = _("“%(currency)s” is no currency code. A code has three letters, for example EUR.") % {"currency": currency[:10]}
        super().__init__(sentence, fields={"currency": sentence})


class AccentTooPale(Refusal):
    code = "accent_too_pale"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"accent": sentence})


def found_business(
    *, name: str, zone: str, currency: str, at: datetime, actor: str, languages: Sequence[str] = ("en",), accent: str = ""
) -> Business:
    """Found a business. `currency` may be empty: the first purchase then decides it. Refuses unknown zones, currencies, pale accents."""
    _check(zone, currency, accent)
    with transaction.atomic():
        business = Business.objects.create(
            name=name.strip()[:120], zone=zone, currency=currency, languages=list(languages), accent=accent, founded_at=at
        )
        announce(BusinessFounded(tenant_id=business.pk, at=at, actor=actor, business_id=business.pk), after={"name": business.name})
    return business


def ensure_business(*, zone: str, currency: str, at: datetime, actor: str) -> Business:
    """The only (or oldest) business of this installation; founded with a plain name when there is none yet."""
    with transaction.atomic():
        found = Business.objects.order_by("pk").first()
        return found or found_business(name=_("My business"), zone=zone, currency=currency, at=at, actor=actor)


def describe_business(
    *, business_id: int, name: str, zone: str, currency: str, languages: Sequence[str], accent: str, at: datetime, actor: str
) -> Business:
    """Set the firm's name, zone, currency, languages and accent colour."""
    _check(zone, currency, accent)
    with transaction.atomic():
        business = Business.objects.select_for_update().get(pk=business_id)
        before = _shown(business)
        business.name, business.zone, business.currency = name.strip()[:120], zone, currency
        business.languages, business.accent = list(languages), accent
        business.save()
        announce(
            BusinessDescribed(tenant_id=business_id, at=at, actor=actor, business_id=business_id), before=before, after=_shown(business)
        )
    return business


def settle_currency(*, business_id: int, currency: str, at: datetime, actor: str) -> bool:
    """Let the first purchase decide the currency of a business that has none. True when it did."""
    if not fetch_prepared("SELECT 1 FROM business_business b WHERE b.id = %s AND b.currency = ''", business_id):
        return False  # which nearly all purchases find
    with transaction.atomic():
        if not Business.objects.filter(pk=business_id, currency="").update(currency=currency):
            return False
        announce(
            BusinessDescribed(tenant_id=business_id, at=at, actor=actor, business_id=business_id),
            before={"currency": ""},
            after={"currency": currency},
        )
    return True


def _check(zone: str, currency: str, accent: str) -> None:
    if zone not in available_timezones():
        raise UnknownZone(zone)
    if currency and currency not in currencies():
        raise UnknownCurrency(currency)
    if accent:
        try:
            verdict = judge_accent(accent)
        except NotAColour:
            raise AccentTooPale(_("A colour is written like #016869.")) from None
        if isinstance(verdict, TooPale):
            sentence = _("White text can't be read on this colour (contrast %(contrast).1f, needed 4.5). %(suggestion)s would do.")
            raise AccentTooPale(sentence % {"contrast": verdict.contrast, "suggestion": verdict.suggestion})


def _shown(business: Business) -> dict[str, object]:
    return {key: getattr(business, key) for key in ("name", "zone", "currency", "languages", "accent")}
