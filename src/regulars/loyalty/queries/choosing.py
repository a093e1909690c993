"""What a member may choose for their units, with what it costs and what is missing; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from regulars.customers.queries import Customer, records_of, traits_of
from regulars.loyalty.models import RewardStock, Voucher
from regulars.loyalty.models.vouchers import BY_PRICE
from regulars.loyalty.queries.members import MemberShown, ProgramShown
from regulars.loyalty.rules.calendars import end_of, local_day, start_of, within
from regulars.loyalty.rules.rewards import Reward, not_theirs, price_units
from regulars.loyalty.rules.units import Unit

TOO_FEW, NOT_NOW, SOLD_OUT, HAD_ALL, HAD_TODAY, FROZEN = "too_few", "not_now", "sold_out", "had_all", "had_today", "frozen"
Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class RewardChoice:
    """A reward of a program for this member: its price in smallest units, what they can use, how many are left (None: as many as are
    wanted), and why they can't have it now as a code of this module (empty: they can)."""

    shown: ProgramShown
    reward: Reward
    unit: Unit
    units: int
    usable: int
    left: int | None
    why_not: str

    @property
    def missing(self) -> int:
        """How many units are missing; 0 when there are enough."""
        return max(self.units - self.usable, 0)

    @property
    def rest(self) -> int:
        """How many will be left."""
        return max(self.usable - self.units, 0)


def rewards_for(*, customer: Customer, shown: MemberShown, at: datetime) -> list[RewardChoice]:
    """Every reward that the programs give this member for units: first what they can have now, then what needs fewest more.

    What is for other tiers or traits is not among it. It promises nothing: who gives one asks again.
    """
    sold = [one for one in shown.programs if one.joined and any(reward.price for reward in one.document.rewards)]
    if not sold:
        return []
    records = records_of(customer=customer)
    traits = {name: str(trait.value) for name, trait in traits_of(customer=customer).items()}
    found = [choice for one in sold for choice in _of_program(one, records, traits, at)]
    return sorted(found, key=lambda one: (bool(one.why_not), one.missing, one.units))


def _of_program(one: ProgramShown, records: Sequence[int], traits: dict[str, str], at: datetime) -> list[RewardChoice]:
    tiers = {one.tier.tier.code} if one.tier and one.tier.tier else set()
    theirs = [reward for reward in one.document.rewards if reward.price and not not_theirs(reward.where, tiers, traits)]
    limited = [reward.code for reward in theirs if reward.per_member_max or reward.per_member_day_max]
    counts = _had(one, records, limited, at) if limited else {}
    stocked = [reward.code for reward in theirs if reward.stock is not None]
    rows = RewardStock.objects.filter(program=one.program, reward__in=stocked) if stocked else RewardStock.objects.none()
    taken = dict(rows.values_list("reward", "taken"))
    return [choice for reward in theirs if (choice := _choice(one, reward, taken.get(reward.code, 0), counts, at))]


def _choice(one: ProgramShown, reward: Reward, taken: int, counts: Counts, at: datetime) -> RewardChoice | None:
    unit = one.document.unit(reward.price.unit) if reward.price else None
    if reward.price is None or unit is None:
        return None
    units = price_units(reward.price, unit)
    usable = next((row.balance.usable for row in one.balances if row.balance.unit.code == unit.code), 0)
    left = None if reward.stock is None else max(reward.stock - taken, 0)
    had, today = counts.get(reward.code, (0, 0))
    reasons = (
        (one.program.frozen_at is not None, FROZEN),
        (not within(reward.period, at, one.document.tzinfo), NOT_NOW),
        (left == 0, SOLD_OUT),
        (reward.per_member_max is not None and had >= reward.per_member_max, HAD_ALL),
        (reward.per_member_day_max is not None and today >= reward.per_member_day_max, HAD_TODAY),
        (usable < units, TOO_FEW),
    )
    why_not = next((code for stands, code in reasons if stands), "")
    return RewardChoice(shown=one, reward=reward, unit=unit, units=units, usable=usable, left=left, why_not=why_not)


def _had(one: ProgramShown, records: Sequence[int], rewards: Sequence[str], at: datetime) -> Counts:
    """By reward: how many they had for the price in all, and today; withdrawn ones are none."""
    zone = one.document.tzinfo
    today = local_day(at, zone)
    rows = Voucher.objects.filter(program=one.program, customer__in=records, reward__in=rewards, cause=BY_PRICE).exclude(state="voided")
    now = Q(made_at__gte=start_of(today, zone), made_at__lt=end_of(today, zone))
    return {
        reward: (had, had_today)
        for reward, had, had_today in rows.values_list("reward").annotate(n=Count("pk"), today=Count("pk", filter=now))
    }
