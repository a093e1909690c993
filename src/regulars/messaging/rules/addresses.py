"""Addresses that mail may be sent to: one mailbox and nothing else (decision D16).

Received mail is read tolerantly; what we write is strict. A comma, a group, an angle bracket, a quote, a control character or the beginning
of an encoded word makes an address no address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NEVER = re.compile(r"[\x00-\x20\x7f-\x9f,;:<>()\[\]\\\"\u00a0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]|=\?")
LENGTH_MAX = 254


class NotOneAddress(ValueError):
    """The text is no single mailbox; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Recipient:
    """A mailbox: the local part as given, the domain as the network writes it (A-labels)."""

    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the local part has letters that plain SMTP can't carry. The domain never needs it."""
        return not self.local.isascii()

    @property
    def normal(self) -> str:
        """For comparison: `Foo@Example.org` and `foo@EXAMPLE.ORG` are one mailbox; `straße` and `strasse` are two."""
        return self.address.lower()


def recipient_of(text: str) -> Recipient:
    """Read one address. Raises NotOneAddress."""
    text = text.strip(" \t")
    if not text:
        raise NotOneAddress("empty")
    if len(text) > LENGTH_MAX or _NEVER.search(text) or text.count("@") != 1:
        raise NotOneAddress("too_long" if len(text) > LENGTH_MAX else "not_one_address")
    from email_validator import EmailNotValidError, validate_email  # loads here: it compiles patterns for a tenth of a second

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True, strict=True)
    except EmailNotValidError:
        return _special(text)
    local = text.rpartition("@")[0]
    return Recipient(local, found.ascii_domain.lower())


def kept_recipient(text: str) -> Recipient:
    """An address as `recipient_of` wrote it down, read again without judging its every letter. Raises NotOneAddress for what can't be one."""
    local, _at, domain = text.rpartition("@")
    if not local or not domain or len(text) > LENGTH_MAX or _NEVER.search(text) or text.count("@") != 1:
        raise NotOneAddress("not_one_address")
    return Recipient(local, domain)


def _special(text: str) -> Recipient:
    """Names that are reserved for examples, tests and this machine are refused by the library and needed here."""
    local, _at, domain = text.rpartition("@")
    plain = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    reserved = re.fullmatch(rf"(?:{label}\.)*(?:example|test|invalid|localhost|local|lan|internal)", domain, re.IGNORECASE)
    if len(local) <= 64 and reserved and re.fullmatch(rf"{plain}(?:\.{plain})*", local):
        return Recipient(local, domain.lower())
    raise NotOneAddress("not_one_address")
