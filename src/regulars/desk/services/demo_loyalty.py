"""The demo's loyalty program with two years of history: every purchase of its members earned when it was made, refunds took back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.business.queries import Scope
from regulars.desk.rules import demo
from regulars.desk.rules.demo.loyalty import members_of, program
from regulars.desk.services.demo_policy import ACTOR
from regulars.loyalty.queries import program_coded
from regulars.loyalty.services import NotEnoughUnits, apply_program, earn_in, spend_units, take_back_by_refund
from regulars.purchases.queries import Kind, purchases_of

# Once in so many purchases a member pays with what they have, when it is enough.
SPENDS_EVERY, SPENDS = 9, 25


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
        if told % SPENDS_EVERY == 0:
            try:
                why = {"worth_minor": 2 * SPENDS, "receipt": purchase.receipt}
                spend_units(program=crumbs, customer=purchase.customer, unit="crumbs", units=SPENDS, why=why, at=purchase.at, actor=ACTOR)
            except NotEnoughUnits:
                continue
    return told
