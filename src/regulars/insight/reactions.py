"""When a case is opened or a promise breaks, that customer's signs are weighed at once (K4)."""

from __future__ import annotations

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.facts import reacts_to
from regulars.insight.services import look_for_warnings
from regulars.service.events import CaseOpened, PromiseBroken


@reacts_to(CaseOpened, name="insight.warn_opened")
def weigh_opened(fact: CaseOpened) -> None:
    """A second similar failure is an alarm, not another ticket."""
    look_for_warnings(business_id=fact.tenant_id, at=clock.now(), customer_ids=[fact.customer_id])


@reacts_to(PromiseBroken, name="insight.warn_broken")
def weigh_broken(fact: PromiseBroken) -> None:
    """So is a broken promise on top of something."""
    look_for_warnings(business_id=fact.tenant_id, at=clock.now(), customer_ids=[fact.customer_id])
