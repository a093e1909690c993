"""What loyalty does when something happens elsewhere: a purchase earns, a refund takes back, a forgotten member leaves balanced books."""

from __future__ import annotations

from regulars.business.queries import Scope
from regulars.customers.events import CustomerForgotten
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.facts import reacts_to
from regulars.loyalty.services import earn_by_purchase, forfeit_accounts, take_back_by_refund
from regulars.purchases.events import PurchaseRecorded
from regulars.purchases.queries import Kind, purchase_numbered

ACTOR = "system:loyalty"


@reacts_to(PurchaseRecorded, name="loyalty.book")
def book(fact: PurchaseRecorded) -> None:
    """A sale earns; a refund takes back what it earned."""
    purchase = purchase_numbered(scope=Scope(fact.tenant_id), number=fact.purchase_id)
    if purchase is None:
        return
    if purchase.kind == Kind.SALE:
        earn_by_purchase(purchase=purchase, at=clock.now(), actor=ACTOR)
    else:
        take_back_by_refund(refund=purchase, at=clock.now(), actor=ACTOR)


@reacts_to(CustomerForgotten, name="loyalty.forfeit")
def forfeit(fact: CustomerForgotten) -> None:
    """What a forgotten member had is forfeited; the books stay."""
    forfeit_accounts(customer_ids=fact.customer_ids, at=fact.at, actor=ACTOR)
