"""A points program of the bakery, and short verbs for tests that tell stories with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.ids import new_id
from regulars.loyalty.models import Entry, Program
from regulars.loyalty.queries import Balance, account_faults, balances_of
from regulars.loyalty.services import apply_program, earn_by_purchase, take_back_by_refund
from regulars.purchases.queries import Kind, Purchase, Sale, SaleLine
from regulars.purchases.services import record_purchase

from tests.cast import ACTOR, Cast

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
POINTS = {"code": "points", "name": "Points", "worth": "0.10", "cost": "0.01", "expected_use_percent": 80}
BASE = {"code": "base", "name": "One point per euro", "unit": "points", "points": 1, "per_amount": 1}
# Without notice, so that stories change their program at once; what notice does has tests of its own.
SHORT = {"code": "crumbs", "name": "Crumbs", "currency": "EUR", "zone": "Europe/Berlin", "notice_days": 0}


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """ "2026-06-15 12:00" on the wall, Berlin's unless told."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


START = local("2024-01-01 00:00")


def document(**changes: Any) -> str:
    """The program as JSON; `points` changes the unit, everything else a section."""
    unit = POINTS | changes.pop("points", {})
    return json.dumps(SHORT | {"units": [unit], "earning": [BASE]} | changes)


def opened(cast: Cast, *, at: datetime = START, **changes: Any) -> Program:
    """The program from an instant on."""
    return apply_program(scope=cast.scope, text=document(**changes), at=at, actor=ACTOR).version.program


def changed(cast: Cast, *, at: datetime, **changes: Any) -> Program:
    """The next version."""
    return opened(cast, at=at, **changes)


def bought(cast: Cast, customer: Customer, amount: str, *, at: datetime, lines: Iterable[tuple[str, str]] = ()) -> Purchase:
    """A sale that earned: amounts like "10.50", lines as (product, amount)."""
    purchase = recorded(cast, customer, amount, at=at, lines=lines)
    earn_by_purchase(purchase=purchase, at=at, actor=ACTOR)
    return purchase


def recorded(cast: Cast, customer: Customer, amount: str, *, at: datetime, lines: Iterable[tuple[str, str]] = ()) -> Purchase:
    """A sale that loyalty has not heard of yet."""
    sale = Sale(
        at=at,
        currency="EUR",
        amount_minor=cents(amount),
        source="till",
        receipt=str(new_id()),
        lines=[SaleLine(amount_minor=cents(price), product=product) for product, price in lines],
    )
    return record_purchase(customer=customer, branch=cast.market, sale=sale, at=at, actor=ACTOR).purchase


def refunded(cast: Cast, purchase: Purchase, amount: str, *, at: datetime, lines: Iterable[tuple[str, str]] = ()) -> Purchase:
    """A refund of it, taken back in the books."""
    row = refund_recorded(cast, purchase, amount, at=at, lines=lines)
    take_back_by_refund(refund=row, at=at, actor=ACTOR)
    return row


def refund_recorded(cast: Cast, purchase: Purchase, amount: str, *, at: datetime, lines: Iterable[tuple[str, str]] = ()) -> Purchase:
    """A refund that loyalty has not heard of yet."""
    sale = Sale(
        at=at,
        currency="EUR",
        amount_minor=-cents(amount),
        kind=Kind.REFUND,
        source="till",
        receipt=str(new_id()),
        lines=[SaleLine(amount_minor=-cents(price), product=product) for product, price in lines],
    )
    return record_purchase(customer=purchase.customer, branch=cast.market, sale=sale, at=at, actor=ACTOR, original=purchase).purchase


def balance(customer: Customer, at: datetime, unit: str = "points") -> Balance:
    """What a member has; the books agree whenever somebody looks."""
    assert list(account_faults()) == []
    return next(one for one in balances_of(customer=customer, at=at) if one.unit.code == unit)


def usable(customer: Customer, at: datetime) -> int:
    """Points that can be spent."""
    return balance(customer, at).usable


def kinds(customer: Customer) -> list[tuple[str, int]]:
    """What happened, in order, as (kind, signed units)."""
    return [(one.kind, one.signed) for one in Entry.objects.filter(account__customer=customer).order_by("account_id", "seq")]


def cents(amount: str) -> int:
    """ "10.50" in minor units."""
    whole, _point, part = amount.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") if part else 0)
