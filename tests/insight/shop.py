"""Purchases in the database, for tests of insight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.business.models import Business
from regulars.business.services import found_business
from regulars.customers.models import Customer, ExternalId
from regulars.purchases.models import Purchase

from tests.insight.published import Sales

ACTOR = "system:test"
AT = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def shop(name: str = "Corner Books", *, zone: str = "America/New_York", currency: str = "USD") -> Business:
    """A business without customers."""
    return found_business(name=name, zone=zone, currency=currency, at=AT - timedelta(days=900), actor=ACTOR)


def sell(business: Business, number: str, visits: Iterable[date | datetime], *, minor: int = 1000, currency: str = "") -> Customer:
    """A customer of this number who bought on these days (at noon) or instants."""
    known = ExternalId.objects.filter(business=business, value=number).select_related("customer").first()
    customer = known.customer if known else enrol(business, [number])[0]
    zone = ZoneInfo(business.zone)
    start = Purchase.objects.count()
    Purchase.objects.bulk_create(
        Purchase(
            business=business,
            customer=customer,
            at=visit if isinstance(visit, datetime) else datetime.combine(visit, time(12), tzinfo=zone),
            currency=currency or business.currency,
            amount_minor=minor,
            kind="refund" if minor < 0 else "sale",
            source="test",
            source_key=f"{number}-{start + place}",
        )
        for place, visit in enumerate(visits)
    )
    return customer


def enrol(business: Business, numbers: list[str]) -> list[Customer]:
    """Customers who are known by a number alone."""
    customers = Customer.objects.bulk_create(
        [Customer(business=business, display_name=f"Customer {number}", sort_name=f"customer {number}") for number in numbers]
    )
    ExternalId.objects.bulk_create(
        [
            ExternalId(business=business, customer=customer, source="import", value=number)
            for customer, number in zip(customers, numbers, strict=True)
        ]
    )
    return customers


def load(business: Business, sales: Sales) -> None:
    """All sales of a published set, at noon of the shop's clock."""
    numbers = sorted({int(number) for number in sales.customer})
    customers = dict(zip(numbers, enrol(business, [f"{number:04d}" for number in numbers]), strict=True))
    zone, epoch = ZoneInfo(business.zone), date(1970, 1, 1)
    rows = zip(sales.customer.tolist(), sales.day.tolist(), sales.amount_minor.tolist(), strict=True)
    Purchase.objects.bulk_create(
        [
            Purchase(
                business=business,
                customer=customers[number],
                at=datetime.combine(epoch + timedelta(days=day), time(12), tzinfo=zone),
                currency=business.currency,
                amount_minor=amount,
                source="test",
                source_key=str(place),
            )
            for place, (number, day, amount) in enumerate(rows)
        ],
        batch_size=5000,
    )
