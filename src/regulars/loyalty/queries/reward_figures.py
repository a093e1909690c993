"""Rewards in figures (R15): how many were given, are kept for a purchase, were used, ended and were withdrawn, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, Count, DateField, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import TruncMonth, TruncWeek

from regulars.loyalty.models import Program, Voucher, VoucherUse
from regulars.loyalty.queries.vouchers import stock_of
from regulars.loyalty.rules.calendars import end_of, start_of

HAPPENINGS = ("issued", "reserved", "redeemed", "expired", "revoked")
Step = Literal["month", "week"]
STEPS = {"month": TruncMonth, "week": TruncWeek}
# What a voucher's or a use's state is called here; what was given back is nothing.
SETTLED = {"expired": "expired", "voided": "revoked"}
USED = {"reserved": "reserved", "used": "redeemed"}
SOON_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many uses, and what they cost the business in minor units."""

    uses: int = 0
    cost_minor: int = 0

    def __add__(self, other: Figure) -> Figure:
        return Figure(uses=self.uses + other.uses, cost_minor=self.cost_minor + other.cost_minor)


@dataclass(frozen=True, kw_only=True)
class RewardFigures:
    """What happened in a period for one reward, or at one branch (empty: at none, as what is given and what ends), or in one month or week."""

    name: str
    issued: Figure = field(default_factory=Figure)
    reserved: Figure = field(default_factory=Figure)
    redeemed: Figure = field(default_factory=Figure)
    expired: Figure = field(default_factory=Figure)
    revoked: Figure = field(default_factory=Figure)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """So many uses of one reward, of one of HAPPENINGS, in the month or week that begins on a day, at a branch by its code (empty: at none)."""

    happening: str
    reward: str
    begins_on: date
    branch: str
    figure: Figure


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """Of `n` vouchers for a reward that were given in a period, `soon` were used within SOON_DAYS; and of those of the same length before.

    Only vouchers that are older than that are counted, so that all had the same time; those withdrawn are not counted at all.
    """

    reward: str
    soon: int = 0
    n: int = 0
    before_soon: int = 0
    before_n: int = 0


@dataclass(frozen=True, kw_only=True)
class RewardsTracked:
    """Everything that one page tells of rewards: what happened, how soon vouchers are used, and by reward what is open and left in stock."""

    tallies: list[Tally]
    uptakes: list[Uptake]
    left: dict[str, Figure]
    stock: dict[str, int]


def rewards_tracked(*, program: Program, first: date, last: date, step: Step, at: datetime) -> RewardsTracked:
    """What happened from `first` to `last`, and what stands at an instant; in a fixed number of queries. A reward without a limit has no stock."""
    return RewardsTracked(
        tallies=reward_tallies(program=program, first=first, last=last, step=step),
        uptakes=uptake_of(program=program, first=first, last=last, at=at),
        left=open_rewards(program=program, at=at),
        stock={one.reward.code: one.left for one in stock_of(program=program, at=at) if one.left is not None},
    )


def reward_figures(*, program: Program, first: date, last: date, by: Literal["reward", "branch"] = "reward") -> list[RewardFigures]:
    """What happened from `first` to `last`, both inclusive, by the program's calendar; by reward or by branch code, in the order of the alphabet.

    Counted in uses: a code for ten of them is ten issued. A use that was given back is none, from the beginning. What ended is dated at its own
    end, what was withdrawn when it was.
    """
    tallies = reward_tallies(program=program, first=first, last=last)
    return figures_by(tallies=tallies, name=(lambda one: one.branch) if by == "branch" else (lambda one: one.reward))


def reward_tallies(*, program: Program, first: date, last: date, step: Step = "month") -> list[Tally]:
    """What happened from `first` to `last`, both inclusive, as small sums that the database made; in three queries. Weeks begin on Monday."""
    zone = ZoneInfo(program.zone)
    since, until = start_of(first, zone), end_of(last, zone)
    vouchers, left = Voucher.objects.filter(program=program), F("uses_max") - F("uses_count")
    given = (
        vouchers.filter(made_at__gte=since, made_at__lt=until)
        .annotate(begins=_begins("made_at", step, zone))
        .values_list("reward", "begins")
        .annotate(n=Sum("uses_max"), cost=Sum(F("uses_max") * F("cost_minor")))
    )
    settled = (
        vouchers.filter(state__in=SETTLED, settled_at__gte=since, settled_at__lt=until)
        .annotate(begins=_begins("settled_at", step, zone))
        .values_list("state", "reward", "begins")
        .annotate(n=Sum(left), cost=Sum(left * F("cost_minor")))
    )
    used = (
        VoucherUse.objects.filter(program=program, at__gte=since, at__lt=until, state__in=USED)
        .annotate(begins=_begins("at", step, zone))
        .values_list("state", "voucher__reward", "begins", "branch__code")
        .annotate(n=Count("pk"), cost=Sum("voucher__cost_minor"))
    )
    found = [("issued", reward, begins, "", n, cost) for reward, begins, n, cost in given]
    found += [(SETTLED[state], reward, begins, "", n, cost) for state, reward, begins, n, cost in settled]
    found += [(USED[state], reward, begins, branch or "", n, cost) for state, reward, begins, branch, n, cost in used]
    return [
        Tally(happening=what, reward=reward, begins_on=begins, branch=branch, figure=Figure(uses=n, cost_minor=cost))
        for what, reward, begins, branch, n, cost in found
    ]


def figures_by(*, tallies: Iterable[Tally], name: Callable[[Tally], str]) -> list[RewardFigures]:
    """The tallies summed by a name, in the order of the alphabet."""
    sums: dict[str, dict[str, Figure]] = {}
    for one in tallies:
        own = sums.setdefault(name(one), {})
        own[one.happening] = own.get(one.happening, Figure()) + one.figure
    return [RewardFigures(name=key, **sums[key]) for key in sorted(sums)]


def uptake_of(*, program: Program, first: date, last: date, at: datetime) -> list[Uptake]:
    """How soon vouchers given from `first` to `last` were used, by reward in the order of the alphabet, beside the same length before."""
    zone = ZoneInfo(program.zone)
    since, until = start_of(first, zone), min(end_of(last, zone), at - timedelta(days=SOON_DAYS))
    before = start_of(first - ((last - first) + timedelta(days=1)), zone)
    given = Voucher.objects.filter(program=program, made_at__gte=before, made_at__lt=until).exclude(state="voided")
    rows = given.annotate(now=_is_later("made_at", since)).values_list("reward", "now").annotate(n=Count("pk"))
    used = VoucherUse.objects.filter(
        program=program,
        state="used",
        voucher__made_at__gte=before,
        voucher__made_at__lt=until,
        at__lt=ExpressionWrapper(F("voucher__made_at") + timedelta(days=SOON_DAYS), output_field=VoucherUse._meta.get_field("at")),
    ).exclude(voucher__state="voided")
    soon = (
        used.annotate(now=_is_later("voucher__made_at", since))
        .values_list("voucher__reward", "now")
        .annotate(n=Count("voucher", distinct=True))
    )
    counts: dict[str, dict[str, int]] = {}
    for names, found in ((("before_n", "n"), rows), (("before_soon", "soon"), soon)):
        for reward, now, n in found:
            counts.setdefault(reward, {})[names[bool(now)]] = n
    return [Uptake(reward=reward, **counts[reward]) for reward in sorted(counts)]


def open_rewards(*, program: Program, at: datetime) -> dict[str, Figure]:
    """By reward: the uses that members and codes still have, and what they would cost; what has ended is none, whatever a job has done."""
    left = F("uses_max") - F("uses_count")
    rows = Voucher.objects.filter(program=program, state__in=["created", "assigned", "reserved"]).filter(
        Q(ends_at=None) | Q(ends_at__gt=at)
    )
    sums = rows.values_list("reward").annotate(n=Sum(left), cost=Sum(left * F("cost_minor")))
    return {reward: Figure(uses=n, cost_minor=cost) for reward, n, cost in sums if n}


def _begins(name: str, step: Step, zone: ZoneInfo) -> Any:
    """The first day of the month or week of an instant, by the program's wall."""
    return STEPS[step](name, tzinfo=zone, output_field=DateField())


def _is_later(name: str, since: datetime) -> Case:
    return Case(When(**{f"{name}__gte": since}, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())
