"""Vouchers are used: by their code, as often as they allow, and given back when the purchase is not (cases 32 to 34, B1 to B4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer, cluster_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.idempotency import KeyReused
from regulars.loyalty.events import VoucherReturned, VoucherUsed
from regulars.loyalty.models import Voucher, VoucherUse
from regulars.loyalty.models.vouchers import OPEN
from regulars.loyalty.queries.programs import document_of
from regulars.loyalty.queries.vouchers import voucher_with_code
from regulars.loyalty.rules.calendars import DAY
from regulars.loyalty.rules.rewards import is_here, reward_named
from regulars.loyalty.services.refusals import BadUnits, ProgramFrozen
from regulars.loyalty.services.vouchers import VoucherRefused, brief, count_uses, locked_voucher, open_uses, settle_voucher
from regulars.purchases.queries import Purchase
from regulars.staff.services import count_guess, forgive_guess

DOOR = "voucher"
MINUTES_MAX = 1440


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Where, by whom and for what a voucher is used. Without a customer, a member's own voucher counts as used by them.

    `channel` and `branch` are the purchase's own when there is one.
    """

    customer: Customer | None = None
    purchase: Purchase | None = None
    branch: Branch | None = None
    channel: str = ""

    @property
    def where(self) -> tuple[str, Branch | None]:
        """The channel and the branch."""
        return (self.purchase.source, self.purchase.branch) if self.purchase else (self.channel, self.branch)


@dataclass(frozen=True, kw_only=True)
class VoucherUsage:
    """The use, and whether this call made it."""

    use: VoucherUse
    made: bool = True


def allow_guess(*, caller: str, at: datetime) -> None:
    """Count a try at a code before it is looked at. An entrance that keeps answers under a key calls this before, outside of that transaction:
    what a refusal takes back with it would never count. Raises TooManyTries (B4)."""
    count_guess(door=DOOR, caller=caller, at=at)


def forgive_try(*, caller: str) -> None:
    """The try was no guess: the answer was not VoucherRefused."""
    forgive_guess(door=DOOR, caller=caller)


def redeem_voucher(
    *, scope: Scope, code: str, at: datetime, actor: str, usage: Usage | None = None, key: str = "", caller: str = ""
) -> VoucherUsage:
    """Use a voucher once; with a `key`, once however often it is asked. `caller` slows guessing down for whoever asks (see `allow_guess`).

    Raises VoucherRefused, the same for whatever is wrong with the code; TooManyTries; ProgramFrozen; KeyReused (the key used another voucher).
    """
    if caller:
        allow_guess(caller=caller, at=at)
    found = _use(scope, code, usage or Usage(), at, actor, key, held_until=None)
    if caller:
        forgive_try(caller=caller)
    return found


def reserve_voucher(
    *, scope: Scope, code: str, minutes: int, at: datetime, actor: str, usage: Usage | None = None, key: str = "", caller: str = ""
) -> VoucherUsage:
    """Keep a use for a purchase that is being paid, for so many minutes; `confirm_use` makes it one, else it is given back.

    Raises BadUnits, and as `redeem_voucher`.
    """
    if not 1 <= minutes <= MINUTES_MAX:
        raise BadUnits(_("A hold lasts between one minute and a day."))
    if caller:
        allow_guess(caller=caller, at=at)
    found = _use(scope, code, usage or Usage(), at, actor, key, held_until=at + timedelta(minutes=minutes))
    if caller:
        forgive_try(caller=caller)
    return found


def confirm_use(*, use: VoucherUse, purchase: Purchase | None, at: datetime, actor: str) -> VoucherUse:
    """The purchase is paid: what was reserved is used; again changes nothing. Raises VoucherRefused when the reservation has ended."""
    with transaction.atomic():
        voucher = locked_voucher(number=use.voucher_id, at=at)
        branch = purchase.branch if purchase else use.branch
        row = VoucherUse.objects.filter(pk=use.pk, state="reserved")
        if row.update(state="used", purchase=purchase, branch=branch, at=at, settled_at=at):
            settle_voucher(voucher=voucher, at=at)
            use.refresh_from_db()
            _tell(voucher, use, at, actor)
        use.refresh_from_db()
        if use.state != "used":
            raise VoucherRefused
        return use


def return_use(*, use: VoucherUse, at: datetime, actor: str) -> bool:
    """Give a use back, once: its purchase was cancelled (cases 33 and 34, B3). Gives whether this call did it.

    A member's own voucher that has ended since gets the program's days of grace, as points do (P5). A reservation gets none: whoever reserves
    again and again would never see the end.
    """
    with transaction.atomic():
        voucher = locked_voucher(number=use.voucher_id, at=at)
        was_used = VoucherUse.objects.filter(pk=use.pk, state="used").exists()
        back = VoucherUse.objects.filter(pk=use.pk, state__in=["reserved", "used"]).update(state="returned", settled_at=at)
        if back:
            if was_used and voucher.customer_id and voucher.ends_at is not None and voucher.ends_at <= at:
                voucher.ends_at = at + document_of(voucher.version).grace_days * DAY
                voucher.save(update_fields=["ends_at"])
            count_uses(voucher=voucher, step=-1)
            settle_voucher(voucher=voucher, at=at)
            announce(VoucherReturned(tenant_id=voucher.program.business_id, at=at, actor=actor, use_id=use.pk))
        use.refresh_from_db()
        return bool(back)


def _use(scope: Scope, code: str, usage: Usage, at: datetime, actor: str, key: str, held_until: datetime | None) -> VoucherUsage:
    known = voucher_with_code(scope=scope, code=code)
    records = cluster_of(scope=scope, customer_id=usage.customer.pk) if usage.customer else ()
    if known is None or (usage.customer and not records) or (usage.purchase and usage.purchase.business_id != scope.business_id):
        raise VoucherRefused
    with transaction.atomic():
        voucher = locked_voucher(number=known.pk, at=at)
        if key and (standing := VoucherUse.objects.filter(program=voucher.program_id, key=brief(key)).first()):
            if standing.voucher_id != voucher.pk:
                raise KeyReused
            return VoucherUsage(use=standing, made=False)
        _refuse_unusable(voucher, usage, records, at)
        if not count_uses(voucher=voucher, step=1):
            raise VoucherRefused
        use = _written(voucher, usage, records, at, actor, key, held_until)
        settle_voucher(voucher=voucher, at=at)
        if held_until is None:
            _tell(voucher, use, at, actor)
    return VoucherUsage(use=use)


def _refuse_unusable(voucher: Voucher, usage: Usage, records: Sequence[int], at: datetime) -> None:
    """Raises VoucherRefused, read under the voucher's lock: whose it is, whether it is over, where it may be used, once for each member."""
    if voucher.state not in OPEN or (voucher.ends_at is not None and voucher.ends_at <= at):
        raise VoucherRefused
    if voucher.program.frozen_at is not None:
        raise ProgramFrozen
    if voucher.customer_id and records and voucher.customer_id not in records:
        raise VoucherRefused
    if voucher.per_member_once and (not records or open_uses(voucher, records)):
        raise VoucherRefused
    reward = reward_named(document_of(voucher.version).rewards, voucher.reward)
    channel, branch = usage.where
    if reward is None or not is_here(reward.where, channel, branch.code if branch else ""):
        raise VoucherRefused


def _written(
    voucher: Voucher, usage: Usage, records: Sequence[int], at: datetime, actor: str, key: str, held_until: datetime | None
) -> VoucherUse:
    use = VoucherUse(
        program_id=voucher.program_id,
        voucher=voucher,
        customer_id=records[0] if records else voucher.customer_id,
        purchase=usage.purchase,
        branch=usage.where[1],
        state="used" if held_until is None else "reserved",
        once=voucher.per_member_once,
        at=at,
        held_until=held_until,
        settled_at=at if held_until is None else None,
        key=brief(key),
        actor=actor,
    )
    try:
        with transaction.atomic():
            use.save(force_insert=True)
    except IntegrityError:
        # The key went to another voucher meanwhile; everything else was read under this voucher's lock.
        if key and VoucherUse.objects.filter(program=voucher.program_id, key=use.key).exists():
            raise KeyReused from None
        raise
    return use


def _tell(voucher: Voucher, use: VoucherUse, at: datetime, actor: str) -> None:
    if use.customer_id is None:
        return
    reward = reward_named(document_of(voucher.version).rewards, voucher.reward)
    announce(
        VoucherUsed(
            tenant_id=voucher.program.business_id,
            at=at,
            actor=actor,
            customer_id=use.customer_id,
            use_id=use.pk,
            headline=gettext_noop("Used a voucher for “%(reward)s”"),
            headline_values={"reward": reward.name if reward else voucher.reward},
        )
    )
