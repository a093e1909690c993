"""What staff see of a member: balances, cards with their holes, the tier, the latest entries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry, Lot, Membership, Program
from regulars.loyalty.queries.ledger import Balance, balances_of
from regulars.loyalty.queries.programs import document_of, programs_in_force
from regulars.loyalty.queries.tiers import TierShown, tier_of
from regulars.loyalty.rules.cards import Card
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.paying import worth_of
from regulars.loyalty.rules.units import Unit


@dataclass(frozen=True, kw_only=True)
class BalanceShown:
    """A balance, and what its usable units pay in minor units of the program's money (0: they pay nothing)."""

    balance: Balance
    worth_minor: int

    @property
    def pays(self) -> bool:
        """Whether one can pay with this unit at all."""
        return self.balance.unit.kind == "spendable" and self.balance.unit.worth is not None


@dataclass(frozen=True, kw_only=True)
class CardShown:
    """A member's punch card: stamps of target, stamps owed after a refund, when they end, and what a full card gives."""

    card: Card
    stamps: int
    target: int
    owed: int
    ends_at: datetime | None
    reward: str


@dataclass(frozen=True, kw_only=True)
class ProgramShown:
    """A program as it stands for one customer."""

    program: Program
    document: Document
    joined: bool
    balances: tuple[BalanceShown, ...]
    cards: tuple[CardShown, ...]
    tier: TierShown | None

    @property
    def tier_unit(self) -> Unit | None:
        """What counts for the tiers."""
        return self.document.unit(self.document.ladder.currency) if self.document.ladder else None


@dataclass(frozen=True, kw_only=True)
class MemberShown:
    """A customer in all programs that run. Without a program there is nothing to show and nothing to join."""

    programs: tuple[ProgramShown, ...]

    @property
    def joined(self) -> bool:
        """Whether they take part in any."""
        return any(one.joined for one in self.programs)


def member_shown(*, customer: Customer, at: datetime) -> MemberShown:
    """A customer's standing in every program in force at an instant."""
    versions = [(version.program, version) for version in programs_in_force(scope=Scope(customer.business_id), at=at)]
    if not versions:
        return MemberShown(programs=())
    numbers = records_of(customer=customer)
    members = Membership.objects.filter(customer__in=numbers, joined_at__lte=at).filter(Q(left_at=None) | Q(left_at__gt=at))
    joined = set(members.values_list("program_id", flat=True))
    balances = balances_of(customer=customer, at=at) if joined else []
    codes = {card.code for _program, version in versions for card in document_of(version).cards}
    targets = _targets(numbers, codes, at) if joined and codes else {}
    return MemberShown(
        programs=tuple(
            _shown(program, document_of(version), program.pk in joined, balances, targets, customer, at) for program, version in versions
        )
    )


def entry_units(*, customer: Customer, at: datetime) -> list[Unit]:
    """The units of which a member has an account, cards' stamps too: what their entries may be sorted out by."""
    return list({one.unit.code: one.unit for one in balances_of(customer=customer, at=at)}.values())


def entry_of(*, scope: Scope, number: int) -> Entry | None:
    """One entry of the business with its account, program and version; None when there is none."""
    rows = Entry.objects.select_related("account__program", "account__customer", "version").defer("version__document")
    return rows.filter(pk=number, account__program__business_id=scope.business_id).first()


def _shown(
    program: Program,
    document: Document,
    joined: bool,
    balances: Sequence[Balance],
    targets: dict[tuple[int, str], int],
    customer: Customer,
    at: datetime,
) -> ProgramShown:
    own = {one.unit.code: one for one in balances if one.program.pk == program.pk}
    stamps = {card.code for card in document.cards}
    decimals = digits_of(program.currency)
    return ProgramShown(
        program=program,
        document=document,
        joined=joined,
        balances=tuple(
            BalanceShown(balance=one, worth_minor=worth_of(one.unit, one.usable, decimals=decimals))
            for code, one in own.items()
            if code not in stamps
        ),
        cards=tuple(_card(document, card, own.get(card.code), targets.get((program.pk, card.code))) for card in document.cards)
        if joined
        else (),
        tier=tier_of(program=program, customer=customer, at=at) if joined and document.ladder else None,
    )


def _card(document: Document, card: Card, balance: Balance | None, target: int | None) -> CardShown:
    names = {reward.code: reward.name for reward in document.rewards}
    return CardShown(
        card=card,
        stamps=balance.usable if balance else 0,
        target=target or card.target,
        owed=balance.debt if balance else 0,
        ends_at=balance.ends_next_at if balance else None,
        reward=names.get(card.reward.code, card.reward.code),
    )


def _targets(customer_ids: Sequence[int], codes: Collection[str], at: datetime) -> dict[tuple[int, str], int]:
    """By program and card: the target that a card in use was begun with, whatever the program says now."""
    stamps = Lot.objects.filter(account__customer__in=customer_ids, account__unit__in=codes, left__gt=0)
    living = stamps.filter(Q(expires_at=None) | Q(expires_at__gt=at))
    found: dict[tuple[int, str], int] = {}
    for lot in living.select_related("account", "entry__version").defer("entry__version__document").order_by("-earned_at", "-pk"):
        card = next((one for one in document_of(lot.entry.version).cards if one.code == lot.account.unit), None)
        if card:
            found[lot.account.program_id, card.code] = card.target
    return found
