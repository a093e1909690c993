"""Contact points: strict addresses and numbers that can be compared."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

ContactKind = Literal["email", "phone", "postal"]
KINDS: tuple[ContactKind, ...] = ("email", "phone", "postal")

# A single mailbox: no comma, group or angle bracket can smuggle a second recipient in (decision D16).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"


@cache
def _email() -> re.Pattern[str]:
    """One mailbox; compiled when the first is read, for that takes a while."""
    return re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")


class NotReachable(ValueError):
    """The text is no address or number of this kind; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normal_form(kind: ContactKind, value: str, region: str = "") -> str:
    """What two spellings of one contact point share. Raises NotReachable.

    `region` (ISO 3166) reads phone numbers written without a country code.
    """
    value = value.strip()
    if kind == "email":
        return _normal_email(value)
    if kind == "phone":
        return _normal_phone(value, region)
    folded = re.sub(r"\s+", " ", value).casefold()
    if not folded:
        raise NotReachable("empty")
    return folded[:320]


def _normal_email(value: str) -> str:
    local, _at, _domain = value.partition("@")
    if len(value) > 254 or len(local) > 64 or not _email().fullmatch(value):
        raise NotReachable("not_an_email")
    if any(not char.isprintable() or char.isspace() for char in value):
        raise NotReachable("not_an_email")
    return value.lower()


def _normal_phone(value: str, region: str) -> str:
    if len(value) > 40:
        raise NotReachable("not_a_phone")
    import phonenumbers  # loads here: its tables take a while, and only numbers need them

    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        # Without a country code and region the digits are all we know; they still find the customer again.
        digits = re.sub(r"[\s()./-]", "", value)
        if re.fullmatch(r"\d{4,15}", digits):
            return digits
        raise NotReachable("not_a_phone") from None
    if not phonenumbers.is_possible_number(number):
        raise NotReachable("not_a_phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
