"""Rewards in figures (R15): how many were given, are kept for a purchase, were used, ended and were withdrawn, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet, Sum

from regulars.loyalty.models import Program, Voucher, VoucherUse
from regulars.loyalty.rules.calendars import end_of, start_of

HAPPENINGS = ("issued", "reserved", "redeemed", "expired", "revoked")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How many uses, and what they cost the business in minor units."""

    uses: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class RewardFigures:
    """What happened in a period for one reward, or at one branch (empty: at none, as what is given and what ends)."""

    name: str
    issued: Figure = field(default_factory=Figure)
    reserved: Figure = field(default_factory=Figure)
    redeemed: Figure = field(default_factory=Figure)
    expired: Figure = field(default_factory=Figure)
    revoked: Figure = field(default_factory=Figure)


def reward_figures(*, program: Program, first: date, last: date, by: Literal["reward", "branch"] = "reward") -> list[RewardFigures]:
    """What happened from `first` to `last`, both inclusive, by the program's calendar; by reward or by branch code, in the order of the alphabet.

    Counted in uses: a code for ten of them is ten issued. A use that was given back is none, from the beginning. What ended is dated at its own
    end, what was withdrawn when it was.
    """
    zone = ZoneInfo(program.zone)
    span = (start_of(first, zone), end_of(last, zone))
    vouchers = Voucher.objects.filter(program=program)
    uses = VoucherUse.objects.filter(program=program, at__gte=span[0], at__lt=span[1])
    sums = {
        "issued": _of_vouchers(vouchers.filter(made_at__gte=span[0], made_at__lt=span[1]), F("uses_max"), by),
        "expired": _of_vouchers(_settled(vouchers, "expired", span), F("uses_max") - F("uses_count"), by),
        "revoked": _of_vouchers(_settled(vouchers, "voided", span), F("uses_max") - F("uses_count"), by),
        "reserved": _of_uses(uses.filter(state="reserved"), by),
        "redeemed": _of_uses(uses.filter(state="used"), by),
    }
    names = sorted({name for found in sums.values() for name in found})
    return [RewardFigures(name=name, **{what: sums[what].get(name, Figure()) for what in HAPPENINGS}) for name in names]


def _settled(vouchers: QuerySet[Voucher], state: str, span: tuple[datetime, datetime]) -> QuerySet[Voucher]:
    return vouchers.filter(state=state, settled_at__gte=span[0], settled_at__lt=span[1])


def _of_vouchers(vouchers: QuerySet[Voucher], uses: Any, by: str) -> dict[str, Figure]:
    sums = {"n": Sum(uses), "cost": Sum(uses * F("cost_minor"))}
    if by == "branch":
        found = vouchers.aggregate(**sums)
        return {"": Figure(uses=found["n"], cost_minor=found["cost"])} if found["n"] else {}
    return {name: Figure(uses=n, cost_minor=cost) for name, n, cost in vouchers.values_list("reward").annotate(**sums)}


def _of_uses(uses: QuerySet[VoucherUse], by: str) -> dict[str, Figure]:
    group = "branch__code" if by == "branch" else "voucher__reward"
    rows = uses.values_list(group).annotate(n=Count("pk"), cost=Sum("voucher__cost_minor"))
    return {name or "": Figure(uses=n, cost_minor=cost) for name, n, cost in rows}
