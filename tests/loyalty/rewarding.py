"""A catalogue of rewards of the bakery, and short verbs for tests that tell stories with vouchers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.customers.queries import Customer
from regulars.loyalty.models import Program, Voucher, VoucherUse
from regulars.loyalty.queries import voucher_faults, vouchers_of
from regulars.loyalty.queries.voucher_codes import code_of
from regulars.loyalty.services import Usage, issue_voucher, make_batch, redeem_reward, redeem_voucher
from regulars.loyalty.services.rewarding import Redeemed

from tests.cast import ACTOR, Cast
from tests.loyalty.club import bought, local, opened

JUNE = local("2026-06-15 12:00")
COFFEE = {
    "code": "coffee",
    "name": "A coffee",
    "kind": "goods",
    "goods": {"products": ["Coffee"]},
    "price": {"unit": "points", "units": 500},
    "cost": "0.80",
}


def catalogue(cast: Cast, *, at: datetime | None = None, extra: tuple[dict[str, Any], ...] = (), **changes: Any) -> Program:
    """The program with a coffee for 500 points; `changes` are the coffee's."""
    when = {"at": at} if at else {}
    return opened(cast, rewards=[COFFEE | changes, *extra], **when)


def rich(cast: Cast, *customers: Customer, points: str = "500") -> None:
    """Members with so many points."""
    for customer in customers:
        bought(cast, customer, points, at=JUNE)


def had(program: Program, customer: Customer, *, key: str = "", at: datetime = JUNE) -> Redeemed:
    """A coffee for points."""
    return redeem_reward(program=program, customer=customer, reward="coffee", at=at, actor=ACTOR, key=key)


def given(program: Program, customer: Customer, *, key: str = "card:1", at: datetime = JUNE, reward: str = "coffee") -> Voucher:
    """A coffee for a full card."""
    return issue_voucher(program=program, customer=customer, reward=reward, key=key, cause="card:coffee", at=at, actor=ACTOR)


def batch_codes(program: Program, count: int, *, at: datetime = JUNE, **terms: Any) -> list[str]:
    """The codes of a new batch."""
    from regulars.loyalty.queries import codes_of_batch

    return list(codes_of_batch(batch=make_batch(program=program, reward="coffee", count=count, at=at, actor=ACTOR, **terms)))


def used(cast: Cast, code: str, customer: Customer | None = None, *, at: datetime = JUNE, key: str = "", **usage: Any) -> VoucherUse:
    """A code used at the till."""
    wanted = Usage(customer=customer, **usage)
    return redeem_voucher(scope=cast.scope, code=code, at=at, actor=ACTOR, usage=wanted, key=key).use


def code(voucher: Voucher) -> str:
    """What stands on it."""
    return code_of(voucher)


def held(customer: Customer, at: datetime = JUNE) -> list[str]:
    """What a member may use, by reward; the counts agree whenever somebody looks."""
    assert list(voucher_faults()) == []
    return [one.reward.code for one in vouchers_of(customer=customer, at=at)]
