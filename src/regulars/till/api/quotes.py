"""What would happen: a basket priced with every program's offers, what it would earn and stamp. Nothing is written."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.money import Money
from regulars.loyalty.queries import ProgramQuote, Quote, quote_for, shown_units
from regulars.loyalty.services import refuse_below_zero
from regulars.purchases.queries import SaleLine
from regulars.till.api.asking import REFUSALS, caller, visible_branch
from regulars.till.api.loyalty import member
from regulars.till.api.loyalty_shapes import (
    OfferAppliedOut,
    OfferNotAppliedOut,
    QuoteEarnedOut,
    QuoteIn,
    QuoteLineOut,
    QuoteOut,
    QuoteProgramOut,
    QuoteStampsOut,
)
from regulars.till.api.root import api
from regulars.till.api.sales import sale_lines


@api.post("/quotes", response={200: QuoteOut, **REFUSALS}, url_name="quotes", tags=["sales"], summary="What would a basket come to?")
def new_quote(request: HttpRequest, quote: QuoteIn) -> Any:
    """With each offer that applies or not and why, what would be earned, and what would be stamped."""
    _actor, scope = caller(request)
    at = clock.now()
    customer = member(scope, quote.customer, source=quote.source) if quote.customer else None
    lines = sale_lines(quote.lines, quote.currency)
    refuse_below_zero(lines=lines)
    branch = visible_branch(scope, quote.branch)
    found = quote_for(scope=scope, customer=customer, lines=lines, currency=quote.currency, channel=quote.source, branch=branch, at=at)
    minutes = min((one.document.hold_minutes for one in found.programs), default=None)
    answer = QuoteOut(
        currency=found.currency,
        total=_money(found.total_minor, found.currency),
        discount=_money(found.discount_minor, found.currency),
        lines=_lines(lines, found),
        programs=[_program(one, found.currency) for one in found.programs],
        quoted_at=at,
        valid_until=at + timedelta(minutes=minutes) if minutes else None,
    )
    return JsonResponse(answer.model_dump(mode="json"))  # described as it is: nothing is read a second time


def _lines(lines: list[SaleLine], found: Quote) -> list[QuoteLineOut]:
    return [
        QuoteLineOut(
            product=full.product,
            amount=_money(full.amount_minor, found.currency),
            discount=_money(full.amount_minor - paid.amount_minor, found.currency),
            to_pay=_money(paid.amount_minor, found.currency),
        )
        for full, paid in zip(lines, found.lines, strict=True)
    ]


def _program(one: ProgramQuote, currency: str) -> QuoteProgramOut:
    names = {offer.code: offer.name for offer in (*one.document.discounts, *one.document.specials)}
    units = {unit.code: unit for unit in one.document.units}
    return QuoteProgramOut(
        program=one.program.code,
        version=one.version.number,
        applied=[
            OfferAppliedOut(
                offer=has.offer, name=names[has.offer], amount=_money(has.amount_minor, currency), reason=has.reason, cut_by=has.cut_by
            )
            for has in one.priced.applied
        ],
        not_applied=[
            OfferNotAppliedOut(offer=no.offer, name=names[no.offer], reason=no.reason, lacks=no.lacks, limit=no.limit, by=list(no.by))
            for no in one.priced.not_applied
        ],
        earned=[
            QuoteEarnedOut(unit=has.unit, name=units[has.unit].name, units=shown_units(units[has.unit], has.units), why=has.why)
            for has in one.earned
        ],
        stamps=[
            QuoteStampsOut(card=card.code, name=card.name, stamps=has.count, reasons=[asdict(reason) for reason in has.reasons])
            for card, has in one.stamps
        ],
    )


def _money(minor: int, currency: str) -> str:
    return str(Money(minor, currency).major)
