"""Codes and digests of vouchers, by this installation's key."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from regulars.loyalty.models import Voucher
from regulars.loyalty.rules import voucher_codes as rules
from regulars.loyalty.rules.codes import MalformedCode, normal, shown


def digests_for(*, vouchers: Iterable[UUID]) -> list[str]:
    """What is stored of the codes of vouchers with these ids."""
    return rules.digests_of(settings.SECRET_KEY, rules.codes_of(settings.SECRET_KEY, vouchers))


def digest_of_typed(*, text: str) -> str:
    """What would be stored of a code that somebody typed; empty when it can be none."""
    try:
        return rules.digests_of(settings.SECRET_KEY, [normal(text)])[0]
    except MalformedCode:
        return ""


def codes_shown(*, vouchers: Iterable[UUID]) -> list[str]:
    """The codes as people see them: "7K3M-9QTX-2B0F-W"."""
    return [shown(code) for code in rules.codes_of(settings.SECRET_KEY, vouchers)]


def code_of(voucher: Voucher) -> str:
    """One voucher's code, for whoever may see it."""
    return codes_shown(vouchers=[voucher.public_id])[0]
