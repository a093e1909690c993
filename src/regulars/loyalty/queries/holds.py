"""Questions about holds."""

from __future__ import annotations

from datetime import datetime

from regulars.groundwork.kernel.ids import parsed
from regulars.loyalty.models import Hold


def hold_with_id(*, business_id: int, public_id: str) -> Hold | None:
    """A hold of the business with its account, customer, program and version; None when there is none, or it is another business's."""
    number = parsed(public_id)
    if number is None:
        return None
    rows = Hold.objects.select_related("account__customer", "account__program", "version").defer("version__document")
    return rows.filter(public_id=number, account__program__business_id=business_id).first()


def hold_state(hold: Hold, *, at: datetime) -> str:
    """held, captured, released, or expired: a hold that has ended counts as released, whether a job has been here or not (P7)."""
    ended = hold.ends_at <= (hold.settled_at or at)
    return "expired" if ended and hold.state != "captured" else hold.state
