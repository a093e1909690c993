"""Discounts for frequent buyers and members' specials at the till: within their limits, as quoted, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.customers.queries import Customer
from regulars.loyalty.models import OfferUse
from regulars.loyalty.queries import Quote, quote_for
from regulars.loyalty.services import Offers, PointsPaid, TotalDiffers, record_sale, refund_sale
from regulars.loyalty.services.selling import Sold
from regulars.purchases.queries import Sale, SaleLine
from regulars.purchases.services import ReceiptTaken

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, bought, cents, kinds, local, opened
from tests.loyalty.services.test_loyalty_races import together

JUNE = local("2026-06-15 12:00")
TENTH = {"code": "tenth", "name": "Every third purchase", "every": 3, "percent": 10}
WEEK = {"code": "week", "name": "Members' bread", "goods": {"products": ["bread"]}, "unit_price": "2.00", "limit": 2}


def selling(cast: Cast, **changes: Any) -> Any:
    return opened(cast, discounts=[TENTH], specials=[WEEK], **changes)


def quoted(cast: Cast, customer: Customer | None, *lines: tuple[str, str], at: datetime = JUNE) -> Quote:
    return quote_for(scope=cast.scope, customer=customer, lines=as_sold(lines), currency="EUR", channel="till", branch=cast.market, at=at)


def as_sold(lines: Any) -> list[SaleLine]:
    return [SaleLine(product=product, amount_minor=cents(amount)) for product, amount in lines]


def sold(
    cast: Cast,
    customer: Customer,
    *lines: tuple[str, str],
    at: datetime = JUNE,
    receipt: str = "",
    offers: Offers | None = None,
    paid: PointsPaid | None = None,
) -> Sold:
    goods = as_sold(lines)
    sale = Sale(
        at=at, currency="EUR", amount_minor=sum(one.amount_minor for one in goods), source="till", receipt=receipt or f"r{at}", lines=goods
    )
    return record_sale(customer=customer, branch=cast.market, sale=sale, paid=paid, at=at, actor=ACTOR, offers=offers or Offers())


@pytest.mark.django_db
def test_every_third_purchase_is_discounted_by_itself_and_counting_begins_anew(cast: Cast) -> None:
    selling(cast)
    amounts = [sold(cast, cast.ada, ("cake", "10"), at=JUNE + n * DAY).purchase.amount_minor for n in range(6)]
    assert amounts == [1000, 1000, 900, 1000, 1000, 900]
    assert [units for _kind, units in kinds(cast.ada)] == [10, 10, 9, 10, 10, 9]


@pytest.mark.django_db
def test_the_quote_says_what_will_be_and_what_is_missing(cast: Cast) -> None:
    selling(cast)
    bought(cast, cast.ada, "10", at=JUNE - DAY)
    quote = quoted(cast, cast.ada, ("bread", "3.00"), ("cake", "10"))
    (program,) = quote.programs
    assert (quote.total_minor, quote.discount_minor) == (1200, 100)
    assert [(one.offer, one.amount_minor) for one in program.priced.applied] == [("week", 100)]
    assert [(one.offer, one.lacks) for one in program.priced.not_applied] == [("tenth", 1)]
    assert [one.units for one in program.earned] == [12]
    assert sold(cast, cast.ada, ("bread", "3.00"), ("cake", "10")).purchase.amount_minor == quote.total_minor
    assert quoted(cast, None, ("bread", "3.00")).total_minor == 300


@pytest.mark.django_db
def test_56_a_limit_per_member_holds_over_several_sales(cast: Cast) -> None:
    selling(cast)
    first = sold(cast, cast.ada, ("bread", "3.00"), at=JUNE)
    second = sold(cast, cast.ada, ("bread", "3.00"), ("bread", "3.00"), at=JUNE + DAY)
    assert (first.purchase.amount_minor, second.purchase.amount_minor) == (200, 500)
    assert sold(cast, cast.bo, ("bread", "3.00"), at=JUNE + DAY, receipt="bo").purchase.amount_minor == 200


@pytest.mark.django_db(transaction=True)
def test_56_two_tills_at_once_share_the_limit(cast: Cast) -> None:
    selling(cast)
    acts = [lambda n=n: sold(cast, cast.ada, ("bread", "3.00"), ("bread", "3.00"), receipt=f"r{n}") for n in range(3)]
    assert together(*acts) == ["done"] * 3
    assert sum(OfferUse.objects.values_list("units_milli", flat=True)) == 2000


@pytest.mark.django_db
def test_a_repeat_is_not_priced_again(cast: Cast) -> None:
    selling(cast)
    lines = [("bread", "3.00"), ("bread", "3.00")]
    made = [sold(cast, cast.ada, *lines, receipt="one").made for _again in range(3)]
    assert made == [True, False, False]
    assert OfferUse.objects.count() == 1
    with pytest.raises(ReceiptTaken):
        sold(cast, cast.ada, ("bread", "3.00"), receipt="one")


@pytest.mark.django_db
def test_27_what_was_quoted_before_midnight_holds_for_its_quarter_of_an_hour(cast: Cast) -> None:
    last = WEEK | {"period": {"until_on": "2026-06-15"}}
    opened(cast, specials=[last])
    quoted_at = local("2026-06-15 23:55")
    late, too_late = quoted_at + timedelta(minutes=9), quoted_at + timedelta(minutes=16)
    assert sold(cast, cast.ada, ("bread", "3.00"), at=late, offers=Offers(quoted_at=quoted_at)).purchase.amount_minor == 200
    with pytest.raises(TotalDiffers) as refused:
        sold(cast, cast.bo, ("bread", "3.00"), at=too_late, offers=Offers(quoted_at=quoted_at, expected_minor=200))
    assert refused.value.extra["total"] == "3.00"


@pytest.mark.django_db
def test_54_the_shares_of_an_offer_stay_when_a_line_goes_back(cast: Cast) -> None:
    opened(cast, discounts=[{"code": "ten", "name": "Ten off", "after_purchases": 1, "amount": "10"}])
    bought(cast, cast.ada, "5", at=JUNE - DAY)
    sale = sold(cast, cast.ada, ("cake", "60"), ("tart", "40")).purchase
    assert [line.amount_minor for line in sale.lines.order_by("position")] == [5400, 3600]
    from regulars.loyalty.services import Piece

    back = refund_sale(sale=sale, receipt="back", refunded_at=JUNE, at=JUNE, actor=ACTOR, pieces=[Piece(position=2, quantity_milli=None)])
    assert back.amount_minor == 3600


@pytest.mark.django_db
def test_34_a_cancelled_sale_gives_its_limit_back_once(cast: Cast) -> None:
    selling(cast)
    sale = sold(cast, cast.ada, ("bread", "3.00"), ("bread", "3.00")).purchase
    assert quoted(cast, cast.ada, ("bread", "3.00"), at=JUNE + DAY).total_minor == 300
    refund_sale(sale=sale, receipt="back", refunded_at=JUNE + DAY, at=JUNE + DAY, actor=ACTOR)
    assert quoted(cast, cast.ada, ("bread", "3.00"), at=JUNE + 2 * DAY).total_minor == 200


@pytest.mark.django_db
def test_offers_come_first_and_points_pay_of_what_is_left(cast: Cast) -> None:
    program = selling(cast)
    bought(cast, cast.ada, "100", at=JUNE - DAY)
    done = sold(cast, cast.ada, ("bread", "3.00"), ("cake", "10"), paid=PointsPaid(program=program, unit="points", units=20))
    assert (done.purchase.amount_minor, done.worth_minor) == (1000, 200)
