"""Money: integer minor units and an ISO 4217 currency. No floats anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import UnknownLocaleError
from babel.core import Locale, get_global
from babel.numbers import format_currency

MINOR_MAX = 10**15  # fits a signed 64-bit sum over nine thousand such rows; more is a typing error


class NotMoney(ValueError):
    """The text is no amount in this currency; the message says why."""


@cache
def currencies() -> frozenset[str]:
    """All ISO 4217 codes that the locale data knows, past ones included."""
    return frozenset(get_global("all_currencies"))


@cache
def digits_of(currency: str) -> int:
    """How many decimals a currency has: EUR 2, JPY 0, KWD 3. Raises NotMoney for an unknown code."""
    if currency not in currencies():
        raise NotMoney(f"{currency!r} is no currency code")
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise NotMoney(f"{self.currency} and {other.currency} don't add up")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in whole units, exactly."""
        return Decimal(self.minor).scaleb(-digits_of(self.currency))

    def shown(self, language: str = "en") -> str:
        """As people of this language write it: “€12.40”, “12,40 €”."""
        return format_currency(self.major, self.currency, locale=_locale(language))


def minor_units(amount: Decimal | str, currency: str) -> int:
    """Turn a plain decimal (“12.40”) into minor units. Raises NotMoney for NaN, infinities, too many decimals or a size beyond 10^15."""
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise NotMoney(f"{str(amount)[:40]!r} is no number") from None
    if not value.is_finite():
        raise NotMoney("an amount must be a finite number")
    if value.adjusted() > 18:
        raise NotMoney("the amount is too large")
    scaled = value.scaleb(digits_of(currency))
    if scaled != scaled.to_integral_value():
        raise NotMoney(f"{currency} has {digits_of(currency)} decimals, {value} has more")
    minor = int(scaled)
    if abs(minor) > MINOR_MAX:
        raise NotMoney("the amount is too large")
    return minor


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
