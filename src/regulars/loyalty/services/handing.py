"""A reward is handed over at the counter: had for its price and used at once, and both taken back together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Program, VoucherUse
from regulars.loyalty.models.vouchers import HANDED_OVER
from regulars.loyalty.queries.voucher_codes import code_of
from regulars.loyalty.rules.rewards import is_here
from regulars.loyalty.services.booking import lock_accounts
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.redeeming import Usage, VoucherUsage, redeem_voucher, return_use
from regulars.loyalty.services.rewarding import redeem_reward
from regulars.loyalty.services.vouchers import locked_voucher, reward_in
from regulars.loyalty.services.withdrawing import void_voucher


class RewardNotHere(Refusal):
    code = "reward_not_here"
    status = 409

    def __init__(self, reward: str) -> None:
        super().__init__(_("“%(reward)s” is not given out at this place. It can be kept as a voucher.") % {"reward": reward})


def hand_over_reward(
    *, program: Program, customer: Customer, reward: str, usage: Usage, at: datetime, actor: str, key: str
) -> VoucherUsage:
    """Give a member a reward for its price and use its voucher at once, both or nothing; with the same `key`, once.

    The stock's row stays locked for the few statements of the use, which is fine for people at a counter. Raises RewardNotHere, and as
    `redeem_reward`.
    """
    wanted = reward_in(terms_at(program=program, at=at), reward)
    channel, branch = usage.where
    if not is_here(wanted.where, channel, branch.code if branch else ""):
        raise RewardNotHere(wanted.name)
    with transaction.atomic():
        voucher = redeem_reward(program=program, customer=customer, reward=reward, at=at, actor=actor, key=key).voucher
        scope = Scope(customer.business_id)
        return redeem_voucher(scope=scope, code=code_of(voucher), at=at, actor=actor, usage=usage, key=f"{HANDED_OVER}{voucher.public_id}")


def take_use_back(*, use: VoucherUse, at: datetime, actor: str) -> bool:
    """Undo a use, once: the voucher can be used again; one that was had for its price and handed over in the same act goes, and its price
    comes back to the member. Gives whether this call did it.

    The member's accounts are locked before the voucher, as everywhere.
    """
    with transaction.atomic():
        handed = use.handed_over
        if handed and use.voucher.customer is not None:
            lock_accounts(customer=use.voucher.customer)
        if not return_use(use=use, at=at, actor=actor):
            return False
        if handed:
            void_voucher(voucher=locked_voucher(number=use.voucher_id, at=at), reason="taken back", at=at, actor=actor)
        return True
