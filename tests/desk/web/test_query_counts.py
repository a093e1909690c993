"""Pages fetch on purpose: the number of queries doesn't grow with what they show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.purchases.queries import Sale, SaleLine
from regulars.purchases.services import record_purchase

from tests.cast import ACTOR, NOON, Cast, enrol


def fill(cast: Cast, start: int, count: int) -> None:
    for n in range(start, start + count):
        row = enrol(cast.business, f"Person{n}", "Crowd", f"P-{n}", cast.market)
        for customer in (row, cast.ada):
            sale = Sale(
                at=NOON - timedelta(days=n),
                currency="EUR",
                amount_minor=500,
                receipt=f"{n}-{customer.pk}",
                lines=[SaleLine(amount_minor=500, product="Bun")],
            )
            record_purchase(customer=customer, branch=cast.market, sale=sale, at=NOON, actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 21),
        ("/customers/", 6),
        ("/customers/?q=crowd", 7),
        ("/customers/{ada}/", 21),
        ("/customers/duplicates/", 4),
        ("/purchases/", 6),
        ("/settings/", 8),
        ("/settings/staff/", 10),
        ("/certificates/", 8),
        ("/account/training/", 8),
    ],
)
def test_a_page_costs_the_same_queries_with_little_and_with_much(desk: Client, cast: Cast, path: str, most: int) -> None:
    path = path.format(ada=cast.ada.public_id)
    fill(cast, 0, 2)
    desk.get(path)
    with CaptureQueriesContext(connection) as little:
        desk.get(path)
    fill(cast, 10, 12)
    with CaptureQueriesContext(connection) as much:
        assert desk.get(path).status_code == 200
    assert len(much) == len(little), "\n".join(query["sql"][:150] for query in much)
    assert len(much) <= most, "\n".join(query["sql"][:150] for query in much)
