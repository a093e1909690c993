"""Offers at the till: a sale at full prices gets what its customer may have, within the limits, once (R10, R12; cases 27, 56)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.money import Money
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Membership, OfferUse, ProgramVersion
from regulars.loyalty.queries.programs import document_of, programs_in_force
from regulars.loyalty.queries.quoting import priced_by, reduced
from regulars.loyalty.rules.baskets import Priced
from regulars.loyalty.rules.pricing import judged_at
from regulars.loyalty.services.programs import join_program
from regulars.purchases.queries import Purchase, Sale, SaleLine


class TotalDiffers(Refusal):
    code = "total_differs"
    status = 409

    def __init__(self, total: Money) -> None:
        sentence = _("It would come to %(total)s now. Quote again.") % {"total": str(total.major)}
        super().__init__(sentence, fields={"expected_total": sentence}, total=str(total.major))


class LineBelowZero(Refusal):
    code = "line_below_zero"

    def __init__(self) -> None:
        sentence = _("Where offers are worked out, no line is below zero.")
        super().__init__(sentence, fields={"lines": sentence})


@dataclass(frozen=True, kw_only=True)
class Offers:
    """That offers are wanted, judged at the sale's own time or, while the quote's hold lasts, at the quote's (case 27).

    `expected_minor` is what the customer was told; another total is refused, with the one that it would be.
    """

    quoted_at: datetime | None = None
    expected_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one program's offers take off a sale."""

    version: ProgramVersion
    priced: Priced


def offers_given(*, customer: Customer, branch: Branch | None, sale: Sale, offers: Offers, actor: str) -> tuple[Sale, list[Given]]:
    """The sale as it is to be paid, and what each program gives. Locks the member's row in each program with offers: limits count one by one.

    To be called inside the sale's own transaction. Raises LineBelowZero.
    """
    lines = as_lines(sale)
    refuse_below_zero(lines=lines)
    given = []
    for version in programs_in_force(scope=Scope(customer.business_id), at=sale.at):
        program = version.program
        if program.currency != sale.currency:
            continue
        document = document_of(version)
        if not document.discounts and not document.specials:
            continue
        if document.joining == "by_purchase":
            join_program(program=program, customer=customer, at=sale.at, actor=actor)
        member = Membership.objects.select_for_update().filter(program=program, customer=customer, left_at__isnull=True).first()
        until = offers.quoted_at + timedelta(minutes=document.hold_minutes) if offers.quoted_at else None
        judged = judged_at(sale.at, quoted_at=offers.quoted_at, hold_until=until)
        who = customer if member else None
        priced = priced_by(program=program, version=version, customer=who, lines=lines, channel=sale.source, branch=branch, at=judged)
        lines = reduced(lines, [line.discount_minor for line in priced.lines])
        given.append(Given(version=version, priced=priced))
    return _paid(sale, lines), given


def offers_standing(*, sale: Sale, purchase: Purchase) -> Sale:
    """The sale less what was given when it was recorded: a repeat is not priced again."""
    lines = as_lines(sale)
    for use in OfferUse.objects.filter(purchase=purchase):
        shares = use.shares if len(use.shares) == len(lines) else [0] * len(lines)
        lines = reduced(lines, shares)
    return _paid(sale, lines)


def record_uses(*, given: Sequence[Given], purchase: Purchase) -> list[OfferUse]:
    """Write down which offers a sale got, line by line."""
    uses = []
    for one in given:
        for applied in one.priced.applied:
            shares = [sum(part for code, part in line.shares if code == applied.offer) for line in one.priced.lines]
            uses.append(
                OfferUse(
                    program_id=one.version.program_id,
                    version=one.version,
                    customer=purchase.customer,
                    purchase=purchase,
                    offer=applied.offer,
                    at=purchase.at,
                    units_milli=applied.units_milli,
                    amount_minor=applied.amount_minor,
                    shares=shares,
                )
            )
    return OfferUse.objects.bulk_create(uses)


def return_uses(*, sale: Purchase, at: datetime) -> int:
    """Give the uses of a sale back, once, when all of it went back (case 34)."""
    return OfferUse.objects.filter(purchase=sale, returned_at__isnull=True).update(returned_at=at)


def refuse_below_zero(*, lines: Sequence[SaleLine]) -> None:
    """Raises LineBelowZero for a discount of the till's own: ours would come on top of it."""
    if any(line.amount_minor < 0 or line.quantity_milli <= 0 for line in lines):
        raise LineBelowZero


def refuse_other_total(*, sale: Sale, offers: Offers) -> None:
    """Raises TotalDiffers when it comes to something else than the customer was told."""
    if offers.expected_minor is not None and offers.expected_minor != sale.amount_minor:
        raise TotalDiffers(Money(sale.amount_minor, sale.currency))


def as_lines(sale: Sale) -> tuple[SaleLine, ...]:
    """The lines of a sale; one without is one line of unknown goods."""
    return tuple(sale.lines) or (SaleLine(amount_minor=sale.amount_minor),)


def _paid(sale: Sale, lines: Sequence[SaleLine]) -> Sale:
    return replace(sale, amount_minor=sum(line.amount_minor for line in lines), lines=tuple(lines) if sale.lines else ())
