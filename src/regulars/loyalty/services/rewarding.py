"""Members get rewards for their units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Entry, Program, RewardStock, Voucher
from regulars.loyalty.models.vouchers import BY_PRICE
from regulars.loyalty.queries.quoting import standing_now
from regulars.loyalty.rules.calendars import end_of, local_day, start_of, within
from regulars.loyalty.rules.rewards import Reward, not_theirs, price_units
from regulars.loyalty.services.booking import Terms
from regulars.loyalty.services.issuing import tell_of_voucher
from regulars.loyalty.services.programs import terms_at
from regulars.loyalty.services.spending import spend_units
from regulars.loyalty.services.vouchers import brief, new_voucher, paid_entries, reward_in, store_voucher

# The second condition is what the index of keys is made for: without it, it can't be used.
UNDER_KEY = """SELECT v.id FROM loyalty_voucher v WHERE v.program_id = %s AND v."key" = %s AND NOT (v."key" = '')"""
TAKE_ONE = "UPDATE loyalty_rewardstock SET taken = taken + 1 WHERE program_id = %s AND reward = %s AND taken < %s RETURNING id"


class RewardWithoutPrice(Refusal):
    code = "reward_without_price"

    def __init__(self, reward: str) -> None:
        super().__init__(_("“%(reward)s” can't be had for points.") % {"reward": reward})


class RewardNotNow(Refusal):
    code = "reward_not_now"
    status = 409

    def __init__(self, reward: str) -> None:
        super().__init__(_("“%(reward)s” can't be had at this time.") % {"reward": reward})


class RewardNotTheirs(Refusal):
    code = "reward_not_theirs"
    status = 409

    def __init__(self, reward: str, reason: str) -> None:
        super().__init__(_("“%(reward)s” is not for this member.") % {"reward": reward}, reason=reason)


class OutOfStock(Refusal):
    code = "out_of_stock"
    status = 409

    def __init__(self, reward: str) -> None:
        super().__init__(_("“%(reward)s” is all gone. The points stay where they are.") % {"reward": reward})


class RewardLimitReached(Refusal):
    code = "reward_limit_reached"
    status = 409

    def __init__(self, reward: str, most: int, *, daily: bool) -> None:
        words = {"reward": reward, "most": most}
        if daily:
            sentence = ngettext(
                "Each member may have “%(reward)s” once a day.", "Each member may have “%(reward)s” %(most)s times a day.", most
            )
        else:
            sentence = ngettext("Each member may have “%(reward)s” once.", "Each member may have “%(reward)s” %(most)s times.", most)
        super().__init__(sentence % words, limit=most, per="day" if daily else "member")


@dataclass(frozen=True, kw_only=True)
class Redeemed:
    """The voucher that a member got for units, the entries that paid for it, and whether this call did it."""

    voucher: Voucher
    entries: list[Entry]
    made: bool = True


def redeem_reward(*, program: Program, customer: Customer, reward: str, at: datetime, actor: str, key: str = "") -> Redeemed:
    """Give a member a reward for its price: a voucher, by the version in force; with a `key`, once.

    The member's accounts are locked first, so that their limits are counted without a race; the reward's stock, which everybody wants, is
    taken last (case 29). Raises UnknownReward, RewardWithoutPrice, RewardNotNow, RewardNotTheirs, RewardLimitReached, OutOfStock, and as `spend_units`.
    """
    terms = terms_at(program=program, at=at, spending=True)
    wanted = reward_in(terms, reward)
    if wanted.price is None:
        raise RewardWithoutPrice(wanted.name)
    voucher = new_voucher(terms=terms, reward=wanted, customer_id=customer.pk, key="", cause=BY_PRICE, at=at, actor=actor)
    voucher.key = f"reward:{customer.pk}:{brief(key)}" if key else f"reward:{voucher.public_id}"
    if standing := _standing(program, voucher.key):
        return standing
    _refuse_unfit(terms, wanted, customer, at)
    _refuse_sold_out(program, wanted)
    price = price_units(wanted.price, terms.unit(wanted.price.unit))
    with transaction.atomic():
        why = {"reward": wanted.code, "voucher": str(voucher.public_id)}
        unit, key = wanted.price.unit, voucher.key
        spent = spend_units(program=program, customer=customer, unit=unit, units=price, why=why, at=at, actor=actor, key=key, terms=terms)
        if not spent.made and (standing := _standing(program, voucher.key)):
            return standing
        _refuse_over_limits(terms, wanted, customer, at)
        voucher.took_stock = wanted.stock is not None
        store_voucher(voucher)
        tell_of_voucher(customer=customer, voucher=voucher, reward=wanted, at=at, actor=actor)
        if wanted.stock is not None:
            _take_one(program, wanted, wanted.stock)
    return Redeemed(voucher=voucher, entries=spent.entries)


def _standing(program: Program, key: str) -> Redeemed | None:
    known = fetch_prepared(UNDER_KEY, program.pk, key)
    if not known:
        return None
    voucher = Voucher.objects.get(pk=known[0][0])
    return Redeemed(voucher=voucher, entries=paid_entries(voucher), made=False)


def _refuse_unfit(terms: Terms, wanted: Reward, customer: Customer, at: datetime) -> None:
    if not within(wanted.period, at, terms.document.tzinfo):
        raise RewardNotNow(wanted.name)
    if not wanted.where.tiers and not wanted.where.traits:
        return
    standing = standing_now(program=terms.version.program, document=terms.document, customer=customer)
    if reason := not_theirs(wanted.where, standing.tiers, standing.traits):
        raise RewardNotTheirs(wanted.name, reason)


def _refuse_sold_out(program: Program, wanted: Reward) -> None:
    """Whoever comes too late is told without waiting in line. This decides nothing for the others: `_take_one` does."""
    if wanted.stock is None:
        return
    row = fetch_prepared("SELECT s.taken FROM loyalty_rewardstock s WHERE s.program_id = %s AND s.reward = %s", program.pk, wanted.code)
    if not row:
        RewardStock.objects.get_or_create(program=program, reward=wanted.code)
    elif row[0][0] >= wanted.stock:
        raise OutOfStock(wanted.name)


def _refuse_over_limits(terms: Terms, wanted: Reward, customer: Customer, at: datetime) -> None:
    """Under the lock of the member's accounts, in which they pay: nobody else counts them meanwhile (as case 56)."""
    if not wanted.per_member_max and not wanted.per_member_day_max:
        return
    records = records_of(customer=customer)
    had = Voucher.objects.filter(program=terms.version.program_id, reward=wanted.code, customer__in=records, cause=BY_PRICE)
    had = had.exclude(state="voided")
    if wanted.per_member_max and had.count() >= wanted.per_member_max:
        raise RewardLimitReached(wanted.name, wanted.per_member_max, daily=False)
    zone = terms.document.tzinfo
    today = local_day(at, zone)
    if (
        wanted.per_member_day_max
        and had.filter(made_at__gte=start_of(today, zone), made_at__lt=end_of(today, zone)).count() >= wanted.per_member_day_max
    ):
        raise RewardLimitReached(wanted.name, wanted.per_member_day_max, daily=True)


def _take_one(program: Program, wanted: Reward, stock: int) -> None:
    """The last statement of its transaction: the row is shared, and held no longer than the commit takes."""
    if not fetch_prepared(TAKE_ONE, program.pk, wanted.code, stock):
        raise OutOfStock(wanted.name)
