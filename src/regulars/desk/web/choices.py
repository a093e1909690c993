"""What select fields offer."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.queries import TermKind, terms_of
from regulars.groundwork.kernel.money import currencies
from regulars.policy.queries import CHANNEL_WORDS, PRIORITY_WORDS

FIRST_CURRENCIES = ("EUR", "USD", "GBP", "HUF", "CZK", "BRL", "VND", "PLN", "RON", "CHF", "SEK", "DKK", "NOK", "CAD", "AUD", "JPY")


def common_currencies() -> list[tuple[str, str]]:
    """All currencies, those most met first, in the reader's language."""
    names = Locale.parse(get_language() or "en", sep="-").currencies
    rest = sorted(code for code in currencies() if code in names and code not in FIRST_CURRENCIES)
    return [(code, f"{code} – {names.get(code, code)}") for code in (*FIRST_CURRENCIES, *rest)]


def case_words(scope: Scope) -> dict[str, dict[str, str]]:
    """What codes of cases read as: natures and topics in the words of the business, priorities and channels in the reader's language."""
    terms = terms_of(scope=scope)
    return {
        "natures": {code: _(one.label) for code, one in terms.known[TermKind.NATURE].items()},
        "topics": {code: _(one.label) for code, one in terms.known[TermKind.TOPIC].items()},
        "channels": {name: str(words) for name, words in CHANNEL_WORDS.items()},
        "priorities": {code: str(words) for code, words in PRIORITY_WORDS.items()},
    }


@cache
def zones() -> list[tuple[str, str]]:
    """All named zones of places."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


def zones_or_business() -> list[tuple[str, str]]:
    """All zones, and that of the business first."""
    return [("", _("As the business")), *zones()]


def languages() -> list[tuple[str, str]]:
    """The languages of the screens, and the browser's first."""
    return [("", _("As the browser asks")), *((code, str(name)) for code, name in settings.LANGUAGES)]


def customer_languages() -> list[tuple[str, str]]:
    """Languages a customer may speak; unknown first."""
    names = Locale.parse(get_language() or "en", sep="-").languages
    known = [code for code, _name in settings.LANGUAGES]
    others = sorted(
        code
        for code in ("de", "fr", "es", "it", "pl", "sk", "ro", "ru", "uk", "lt", "et", "fi", "sv", "da", "nl", "el", "tr", "ja", "ko", "zh")
    )
    return [("", _("Not known")), *((code, names.get(code, code)) for code in (*known, *others))]
