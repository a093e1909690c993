"""Questions about vouchers and rewards: who has which, what a code is, what is left, and whether the counts agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.bulk.instances import instances
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.invariants import invariant
from regulars.loyalty.models import Program, RewardStock, Voucher, VoucherBatch, VoucherUse
from regulars.loyalty.models.vouchers import OPEN
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.voucher_codes import code_of, codes_shown, digest_of_typed
from regulars.loyalty.rules.rewards import Reward, reward_named

CODES_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class MemberVoucher:
    """A voucher that a member may use, the reward that it is for, as the version that gave it says, and its code as people see it."""

    voucher: Voucher
    reward: Reward
    code: str


@dataclass(frozen=True, kw_only=True)
class StockLeft:
    """A reward and how many are left; None: as many as are wanted."""

    reward: Reward
    left: int | None


def vouchers_of(*, customer: Customer, at: datetime, program: Program | None = None) -> list[MemberVoucher]:
    """What a member may use now, what ends first coming first; what has ended is not among it, whatever a job has done."""
    records = records_of(customer=customer)
    rows = Voucher.objects.filter(customer__in=records, state__in=OPEN).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    if program is not None:
        rows = rows.filter(program=program)
    found = []
    for voucher in rows.select_related("program", "version").defer("version__document").order_by(F("ends_at").asc(nulls_last=True), "pk"):
        reward = reward_named(document_of(voucher.version).rewards, voucher.reward)
        if reward is not None:
            found.append(MemberVoucher(voucher=voucher, reward=reward, code=code_of(voucher)))
    return found


def voucher_with_code(*, scope: Scope, code: str) -> Voucher | None:
    """The business's voucher with a code as somebody typed it, or None. One look-up in one index."""
    digest = digest_of_typed(text=code)
    if not digest:
        return None
    joined = "FROM loyalty_voucher v JOIN loyalty_program p ON p.id = v.program_id WHERE v.code_digest = %s AND p.business_id = %s"
    found: Voucher | None = None
    for found, program in instances(((Voucher, "v"), (Program, "p")), joined, digest, scope.business_id):
        found.program = program
    return found


def voucher_with_id(*, scope: Scope, public_id: str) -> Voucher | None:
    """The business's voucher with this public id, or None."""
    if not parsed(public_id):
        return None
    return (
        Voucher.objects.filter(public_id=public_id, program__business_id=scope.business_id)
        .select_related("program", "version")
        .defer("version__document")
        .first()
    )


def use_with_id(*, scope: Scope, public_id: str) -> VoucherUse | None:
    """The use with this public id, or None."""
    if not parsed(public_id):
        return None
    rows = VoucherUse.objects.select_related("voucher__program", "voucher__version", "customer", "branch")
    return rows.filter(public_id=public_id, program__business_id=scope.business_id).first()


def uses_for(*, purchase_id: int) -> Sequence[VoucherUse]:
    """The vouchers that were used in a purchase and not given back."""
    rows = VoucherUse.objects.filter(purchase=purchase_id, state__in=["reserved", "used"])
    return list(rows.select_related("voucher").order_by("voucher_id"))


def codes_of_batch(*, batch: VoucherBatch) -> Iterator[str]:
    """The codes of a batch as people see them, in the order in which they were made; with flat memory."""
    ids = Voucher.objects.filter(batch=batch).order_by("pk").values_list("public_id", flat=True)
    for some in batched(ids.iterator(chunk_size=CODES_AT_ONCE), CODES_AT_ONCE):
        yield from codes_shown(vouchers=some)


def stock_of(*, program: Program, at: datetime) -> list[StockLeft]:
    """Every reward of the version in force and how many are left to be had for their price."""
    version = version_at(program=program, at=at)
    if version is None:
        return []
    taken = dict(RewardStock.objects.filter(program=program).values_list("reward", "taken"))
    return [
        StockLeft(reward=one, left=None if one.stock is None else max(one.stock - taken.get(one.code, 0), 0))
        for one in document_of(version).rewards
    ]


@invariant("loyalty.vouchers")
def vouchers_differ() -> Iterator[str]:
    """I5 for every program: uses are counted right and within their limits, and a stock is what its vouchers took."""
    for number, what in voucher_faults():
        yield f"program {number}: {what}"


def voucher_faults(*, program: Program | None = None) -> Iterator[tuple[int, str]]:
    """Programs whose vouchers don't agree, with the figures that differ."""
    vouchers = Voucher.objects.all() if program is None else Voucher.objects.filter(program=program)
    yield from _uses_differ(vouchers)
    stocks = RewardStock.objects.all() if program is None else RewardStock.objects.filter(program=program)
    yield from _stocks_differ(stocks)


def _uses_differ(vouchers: QuerySet[Voucher]) -> Iterator[tuple[int, str]]:
    standing = (
        VoucherUse.objects.filter(voucher=OuterRef("pk"), state__in=["reserved", "used"])
        .order_by()
        .values("voucher")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = vouchers.annotate(standing=Coalesce(Subquery(standing), 0)).filter(
        ~Q(uses_count=F("standing")) | Q(uses_count__gt=F("uses_max"))
    )
    for program, number, count, most, found in rows.values_list("program_id", "pk", "uses_count", "uses_max", "standing"):
        yield program, f"voucher {number} counts {count} uses of {most}, it has {found}"
    for program, number in vouchers.filter(state="redeemed", uses_count__lt=F("uses_max")).values_list("program_id", "pk"):
        yield program, f"voucher {number} is redeemed and has uses left"


def _stocks_differ(stocks: QuerySet[RewardStock]) -> Iterator[tuple[int, str]]:
    for stock in stocks.order_by("pk"):
        took = Voucher.objects.filter(program=stock.program_id, reward=stock.reward, took_stock=True).count()
        if took != stock.taken:
            yield stock.program_id, f"of “{stock.reward}” {stock.taken} were taken, its vouchers took {took}"
