"""What would happen: a basket priced with the offers of every program, and what it would earn and stamp. Pure: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from regulars.business.queries import Branch, Scope
from regulars.customers.queries import Customer, records_of, traits_of
from regulars.groundwork.kernel.bulk.dialect import instant_in, instant_value
from regulars.groundwork.kernel.bulk.instances import among
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.money import digits_of
from regulars.loyalty.models import Entry, Membership, Program, ProgramVersion
from regulars.loyalty.queries.programs import document_of, offers_of, programs_in_force
from regulars.loyalty.queries.tiers import standing_row
from regulars.loyalty.rules.baskets import Basket, Line, Member, Priced, Progress, Used
from regulars.loyalty.rules.calendars import end_of, local_day, start_of
from regulars.loyalty.rules.cards import Card, Stamps, stamps_for
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.earning import Earned, Standing, points_for
from regulars.loyalty.rules.eligibility import counted_from
from regulars.loyalty.rules.offers import Discount, Offer, Special
from regulars.loyalty.rules.pricing import price
from regulars.loyalty.rules.receipts import Receipt, ReceiptLine, without
from regulars.loyalty.rules.tiers import earning_multiplier
from regulars.purchases.queries import SaleLine

USES = """SELECT u.offer, MAX(u.at), CAST(SUM(u.units_milli) AS bigint), CAST(SUM(CASE WHEN u.at >= %s AND u.at < %s THEN u.units_milli ELSE 0 END) AS bigint)
FROM loyalty_offeruse u WHERE u.customer_id {} AND u.program_id = %s AND u.returned_at IS NULL GROUP BY u.offer"""
BOUGHT = """SELECT p.at, p.amount_minor,
       CAST((SELECT COALESCE(SUM(r.amount_minor), 0) FROM purchases_purchase r WHERE r.original_id = p.id) AS bigint)
FROM purchases_purchase p WHERE p.customer_id {} AND p.kind = 'sale' AND p.currency = %s AND p.at < %s ORDER BY p.at"""


@dataclass(frozen=True, kw_only=True)
class ProgramQuote:
    """What one program would do: its prices, and what is earned and stamped on what is paid."""

    program: Program
    version: ProgramVersion
    document: Document
    priced: Priced
    earned: tuple[Earned, ...]
    stamps: tuple[tuple[Card, Stamps], ...]


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What is to pay (`total_minor`), the lines as they would be paid, and each program's part."""

    currency: str
    lines: tuple[SaleLine, ...]
    total_minor: int
    programs: tuple[ProgramQuote, ...]

    @property
    def discount_minor(self) -> int:
        """What all offers take off."""
        return sum(one.priced.discount_minor for one in self.programs)


def quote_for(
    *,
    scope: Scope,
    customer: Customer | None,
    lines: Sequence[SaleLine],
    currency: str,
    channel: str,
    branch: Branch | None,
    at: datetime,
) -> Quote:
    """Price a basket at full prices for a member, or for a guest (None); the programs one after another, by code."""
    paid = tuple(lines)
    found = []
    for version in programs_in_force(scope=scope, at=at):
        program = version.program
        if program.currency != currency:
            continue
        document = document_of(version)
        priced = priced_by(program=program, version=version, customer=customer, lines=paid, channel=channel, branch=branch, at=at)
        paid = reduced(paid, [line.discount_minor for line in priced.lines])
        found.append((program, version, document, priced))
    place = (channel, branch.code if branch else "")
    return Quote(
        currency=currency,
        lines=paid,
        total_minor=sum(line.amount_minor for line in paid),
        programs=tuple(_with_earnings(one, customer, paid, place, currency, at) for one in found),
    )


def priced_by(
    *,
    program: Program,
    version: ProgramVersion,
    customer: Customer | None,
    lines: Sequence[SaleLine],
    channel: str,
    branch: Branch | None,
    at: datetime,
) -> Priced:
    """A basket priced with the offers of one program."""
    document = document_of(version)
    zone = document.tzinfo
    never = document.never_earn
    shapes = tuple(
        Line(
            amount_minor=line.amount_minor,
            product=line.product,
            category=line.category,
            quantity_milli=line.quantity_milli,
            excluded=bool(never and never.mean(line.product, line.category)),
        )
        for line in lines
    )
    basket = Basket(lines=shapes, currency=program.currency, channel=channel, branch=branch.code if branch else "")
    standing = standing_now(program=program, document=document, customer=customer) if customer else None
    plain = Member(tiers=standing.tiers, traits=standing.traits) if standing else None
    offers = offers_of(version).candidates(basket, plain, at, zone)
    member = _with_counts(plain, program, document, customer, offers, at) if plain and customer else None
    return price(basket, offers, member, at, zone, document.stacking)


def standing_now(*, program: Program, document: Document, customer: Customer) -> Standing:
    """What rules may know of a customer: the tier held, what it multiplies, and published traits."""
    asked = document.traits_asked
    known = traits_of(customer=customer).items() if asked else ()
    traits = {name: str(one.value) for name, one in known if name in asked}
    if document.ladder is None:
        return Standing(traits=traits)
    row = standing_row(program=program, ladder=document.ladder, customer_ids=records_of(customer=customer))
    tier = row.tier if row else ""
    return Standing(tiers=frozenset([tier] if tier else []), traits=traits, factor=earning_multiplier(document.ladder, tier))


def reduced(lines: Sequence[SaleLine], off: Sequence[int]) -> tuple[SaleLine, ...]:
    """The lines with so much taken off each."""
    return tuple(replace(line, amount_minor=line.amount_minor - part) for line, part in zip(lines, off, strict=True))


def _with_counts(plain: Member, program: Program, document: Document, customer: Customer, offers: Sequence[Offer], at: datetime) -> Member:
    """The member with what these offers ask: earlier purchases for discounts, units used for specials."""
    numbers = records_of(customer=customer)
    zone = document.tzinfo
    rows = _uses(program, numbers, [offer.code for offer in offers], at, zone)
    progress: dict[str, Progress] = {}
    discounts = [offer for offer in offers if isinstance(offer, Discount)]
    bought = _bought(numbers, program.currency, at) if discounts else []
    for offer in discounts:
        first = counted_from(offer, at, zone)
        given = rows[offer.code].last_at if offer.counts_since_given and offer.code in rows else None
        counted = [amount for when, amount in bought if (first is None or when >= first) and (given is None or when > given)]
        progress[offer.code] = Progress(purchases=len(counted), spend_minor=sum(counted))
    used = {
        offer.code: Used(total_milli=rows[offer.code].total_milli, today_milli=rows[offer.code].today_milli)
        for offer in offers
        if isinstance(offer, Special) and offer.code in rows
    }
    return replace(plain, progress=progress, used=used)


@dataclass(frozen=True)
class _Uses:
    """How an offer was used by a member: when last, how much in all and today."""

    last_at: datetime
    total_milli: int
    today_milli: int


def _uses(program: Program, numbers: Sequence[int], codes: Sequence[str], at: datetime, zone: ZoneInfo) -> dict[str, _Uses]:
    """The uses of these offers that stand, by offer."""
    if not codes:
        return {}
    whose, keys = among(list(numbers))
    today = local_day(at, zone)
    span = (instant_value(start_of(today, zone)), instant_value(end_of(today, zone)))
    rows = fetch_prepared(USES.format(whose), *span, *keys, program.pk)
    wanted = set(codes)
    return {code: _Uses(instant_in(last), total, now) for code, last, total, now in rows if code in wanted}


def _bought(numbers: Sequence[int], currency: str, at: datetime) -> list[tuple[datetime, int]]:
    """The purchases of a person before an instant, what was paid back taken off; one that went back altogether doesn't count."""
    whose, keys = among(list(numbers))
    rows = fetch_prepared(BOUGHT.format(whose), *keys, currency, instant_value(at))
    return [(instant_in(when), amount + back) for when, amount, back in rows if amount + back > 0 or not back]


def _with_earnings(
    one: tuple[Program, ProgramVersion, Document, Priced],
    customer: Customer | None,
    paid: Sequence[SaleLine],
    place: tuple[str, str],
    currency: str,
    at: datetime,
) -> ProgramQuote:
    program, version, document, priced = one
    lines = tuple(
        ReceiptLine(amount_minor=line.amount_minor, product=line.product, category=line.category, quantity_milli=line.quantity_milli)
        for line in paid
    )
    receipt = without(Receipt(lines=lines, currency=currency, channel=place[0], branch=place[1]), document.never_earn)
    if customer is None or not _earns(program, document, customer):
        return ProgramQuote(program=program, version=version, document=document, priced=priced, earned=(), stamps=())
    standing = standing_now(program=program, document=document, customer=customer)
    earned = points_for(receipt, document.earning, document.units, standing, at=at, zone=document.tzinfo, decimals=digits_of(currency))
    stamps = tuple((card, _stamps(program, card, customer, receipt, standing, document, at)) for card in document.cards)
    return ProgramQuote(program=program, version=version, document=document, priced=priced, earned=tuple(earned), stamps=stamps)


def _earns(program: Program, document: Document, customer: Customer) -> bool:
    """Whether a purchase of theirs counts in the program."""
    if document.joining == "by_purchase":
        return True
    return Membership.objects.filter(program=program, customer=customer, left_at__isnull=True).exists()


def _stamps(
    program: Program, card: Card, customer: Customer, receipt: Receipt, standing: Standing, document: Document, at: datetime
) -> Stamps:
    zone = document.tzinfo
    accounts = {"account__program": program, "account__unit": card.code, "account__customer__in": records_of(customer=customer)}
    entries = Entry.objects.filter(**accounts, kind="issued", units__gt=0)
    today, nearest = stamps_before(card=card, entries=entries, at=at, document=document)
    return stamps_for(card, receipt, holder=standing, today_so_far=today, last_stamp_at=nearest, at=at, zone=zone)


def stamps_before(*, card: Card, entries: QuerySet[Entry], at: datetime, document: Document) -> tuple[int, datetime | None]:
    """What a card's limits ask about: the stamps of the day so far, and the instant of the stamp nearest to this one. A card without such a
    limit asks nothing."""
    today = stamps_given_on(entries=entries, at=at, document=document) if card.per_day_max else 0
    return today, nearest_stamp(entries=entries, at=at) if card.minutes_between else None


def stamps_given_on(*, entries: QuerySet[Entry], at: datetime, document: Document) -> int:
    """The stamps of a local day so far, less what of them was taken back; `entries` are those that gave stamps on the card."""
    zone = document.tzinfo
    first, last = start_of(local_day(at, zone), zone), end_of(local_day(at, zone), zone)
    given = entries.filter(at__gte=first, at__lt=last)
    accounts = list(given.values_list("account", flat=True).distinct())
    taken = Entry.objects.filter(account__in=accounts, kind="clawed", purchase__at__gte=first, purchase__at__lt=last)
    return max((given.aggregate(sum=Sum("units"))["sum"] or 0) - (taken.aggregate(sum=Sum("units"))["sum"] or 0), 0)


def nearest_stamp(*, entries: QuerySet[Entry], at: datetime) -> datetime | None:
    """The instant of the stamp nearest to an instant, before or after it."""
    before = entries.filter(at__lte=at).order_by("-at").values_list("at", flat=True).first()
    after = entries.filter(at__gt=at).order_by("at").values_list("at", flat=True).first()
    return min((one for one in (before, after) if one), key=lambda one: abs(one - at), default=None)
