"""Vouchers end without having been used: withdrawn with what they cost, or by their last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.events import VoucherVoided
from regulars.loyalty.models import RewardStock, Voucher, VoucherUse
from regulars.loyalty.models.vouchers import OPEN
from regulars.loyalty.services.restoring import restore_spending
from regulars.loyalty.services.vouchers import locked_voucher, paid_entries

AT_ONCE = 5_000


class VoucherSettled(Refusal):
    code = "voucher_settled"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This voucher was used or has ended; it can't be withdrawn any more."))


def void_voucher(*, voucher: Voucher, reason: str, at: datetime, actor: str) -> bool:
    """Withdraw a voucher that nobody has used, and give back what it cost: its units to the member, its piece to the stock, once (case 33).

    Accounts are locked before the voucher, the stock after it. Gives whether this call did it. Raises VoucherSettled when it was used, is
    reserved, or has ended.
    """
    with transaction.atomic():
        if Voucher.objects.filter(pk=voucher.pk, state="voided").exists():
            return False
        for entry in paid_entries(voucher):
            restore_spending(entry=entry, at=at, actor=actor, why={"voucher": str(voucher.public_id), "reason": reason[:200]})
        return _voided(voucher.pk, reason, at, actor)


def void_vouchers_of(*, customer_ids: Sequence[int], reason: str, at: datetime, actor: str) -> int:
    """Withdraw what forgotten members could still use; nothing is given back, there is nobody any more to give it to."""
    with transaction.atomic():
        rows = Voucher.objects.select_for_update().filter(_living(at), customer__in=customer_ids, state__in=OPEN, uses_count=0)
        return sum(_voided(number, reason, at, actor) for number in list(rows.order_by("pk").values_list("pk", flat=True)))


def expire_vouchers(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Mark up to `limit` vouchers that have ended, dated at their own end, and give back reservations that have lapsed. Twice equals once."""
    lapsed = (
        VoucherUse.objects.filter(state="reserved", held_until__lte=at).order_by("held_until").values_list("voucher_id", flat=True)[:limit]
    )
    for number in sorted(set(lapsed)):
        with transaction.atomic():
            locked_voucher(number=number, at=at)
    with transaction.atomic():
        ended = Voucher.objects.filter(state__in=OPEN, ends_at__lte=at).order_by("ends_at").values_list("pk", flat=True)[:limit]
        # Locked in the order of their ids; who uses one at this moment finds it ended, or is waited for by the next run.
        rows = (
            Voucher.objects.select_for_update(skip_locked=True).filter(pk__in=list(ended), state__in=OPEN, ends_at__lte=at).order_by("pk")
        )
        numbers = list(rows.values_list("pk", flat=True))
        return Voucher.objects.filter(pk__in=numbers).update(state="expired", settled_at=F("ends_at"))


def _living(at: datetime) -> Q:
    """What has ended has ended, whether a job has marked it or not."""
    return Q(ends_at=None) | Q(ends_at__gt=at)


def _voided(number: int, reason: str, at: datetime, actor: str) -> bool:
    voucher = locked_voucher(number=number, at=at)
    if voucher.state == "voided":
        return False
    open_one = Voucher.objects.filter(_living(at), pk=number, state__in=OPEN, uses_count=0)
    if not open_one.update(state="voided", settled_at=at, took_stock=False):
        raise VoucherSettled
    announce(
        VoucherVoided(tenant_id=voucher.program.business_id, at=at, actor=actor, voucher_id=number, reason=reason[:200]),
    )
    if voucher.took_stock:
        RewardStock.objects.filter(program=voucher.program_id, reward=voucher.reward).update(taken=F("taken") - 1)
    return True
