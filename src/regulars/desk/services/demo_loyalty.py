"""The demo's loyalty program with two years of history: every purchase of its members earned when it was made, refunds took back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.loyalty import members_of, program
from regulars.desk.services.demo_policy import ACTOR
from regulars.loyalty.queries import Program, program_coded, vouchers_of
from regulars.loyalty.services import (
    NotEnoughUnits,
    Usage,
    apply_program,
    earn_in,
    expire_vouchers,
    redeem_reward,
    redeem_voucher,
    spend_units,
    take_back_by_refund,
)
from regulars.purchases.queries import Kind, Purchase, purchases_of

# Once in so many purchases a member pays with what they have, when it is enough.
SPENDS_EVERY, SPENDS = 9, 25
# Once in so many they get a bun for it, or ask for what they were given; so that some of it ends unused.
GETS_EVERY, USES_EVERY = 13, 4


def load_demo_loyalty(*, business_id: int, story: Sequence[demo.DemoCustomer], numbers: dict[str, int], at: datetime) -> int:
    """Put the program in force from before the first purchase and tell its members' history. Gives how many purchases earned."""
    scope = Scope(business_id)
    begun = min(visit.at for one in story for visit in one.visits) - timedelta(days=1)
    apply_program(scope=scope, text=program(begun.isoformat()), at=begun, actor=ACTOR, origin=demo.SOURCE)
    crumbs = program_coded(scope=scope, code="crumbs")
    assert crumbs is not None
    told = 0
    members = [numbers[one.number] for one in members_of(story)]
    for purchase in purchases_of(scope=scope, customer_ids=members):
        if purchase.kind == Kind.REFUND:
            take_back_by_refund(refund=purchase, at=purchase.at, actor=ACTOR)
            continue
        earn_in(program=crumbs, purchase=purchase, at=purchase.at, actor=ACTOR)
        told += 1
        with suppress(NotEnoughUnits):
            _spend(crumbs, purchase, told)
        if told % USES_EVERY == 0:
            _use_one(scope, purchase)
    expire_vouchers(at=at)
    return told


def _spend(crumbs: Program, purchase: Purchase, told: int) -> None:
    """Now and then crumbs pay a part, or a bun is had for them."""
    if told % SPENDS_EVERY == 0:
        why = {"worth_minor": 2 * SPENDS, "receipt": purchase.receipt}
        spend_units(program=crumbs, customer=purchase.customer, unit="crumbs", units=SPENDS, why=why, at=purchase.at, actor=ACTOR)
    if told % GETS_EVERY == 0:
        redeem_reward(program=crumbs, customer=purchase.customer, reward="bun", at=purchase.at, actor=ACTOR, key=f"demo:{purchase.pk}")


def _use_one(scope: Scope, purchase: Purchase) -> None:
    """What ends first among their vouchers is used, where they bought."""
    for one in vouchers_of(customer=purchase.customer, at=purchase.at)[:1]:
        usage = Usage(customer=purchase.customer, branch=purchase.branch, channel=purchase.source)
        redeem_voucher(scope=scope, code=one.code, at=purchase.at, actor=ACTOR, usage=usage)
