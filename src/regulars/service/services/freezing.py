"""While a complaint is open, no offers and surveys go to the customer; when it is resolved, the days of the gate run."""

from __future__ import annotations

from datetime import datetime

from regulars.business.queries import Scope
from regulars.contacts.services import freeze_contacts, lift_freeze
from regulars.groundwork.kernel.refusals import NotFound
from regulars.service.models import Case


def freeze(*, case: Case, at: datetime, actor: str) -> None:
    """Hold promotions and surveys back because of this case."""
    freeze_contacts(
        scope=Scope(case.business_id), customer_id=case.customer_id, reason=case.subject[:200], source=f"case:{case.pk}", at=at, actor=actor
    )


def lift(*, case: Case, at: datetime, actor: str) -> None:
    """Nothing of this case holds them back any longer, but for the days that the gate adds."""
    try:
        lift_freeze(scope=Scope(case.business_id), customer_id=case.customer_id, source=f"case:{case.pk}", at=at, actor=actor)
    except NotFound:
        return  # it never froze anything
