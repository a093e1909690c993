"""Who may still be written about: not those who were forgotten."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.customers.models import Forgotten
from regulars.groundwork.kernel.refusals import Refusal


class NoLongerKnown(Refusal):
    code = "forgotten"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This customer was forgotten, so nothing is noted about them any more. If they come back, register them anew."))


def not_forgotten(customer_id: int) -> None:
    """Raise NoLongerKnown for a forgotten record. The caller holds the customer's row, so the answer stays true."""
    if Forgotten.objects.filter(customer_id=customer_id).exists():
        raise NoLongerKnown
