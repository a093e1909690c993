"""A shop that tells everything at once: each order, buyer and refund is there once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.customers.models import Customer
from regulars.loyalty.services import Told, retry_waiting, take_delivery
from regulars.purchases.models import Purchase

from tests.cast import Cast
from tests.loyalty.club import usable
from tests.loyalty.services.test_loyalty_races import together
from tests.loyalty.shop_payloads import sent, shopify_order, shopify_refund, woo_order
from tests.loyalty.web_shop import NOW, WebShop, web_shop

pytestmark = pytest.mark.django_db(transaction=True)


def telling(shop: WebShop, payload: dict[str, Any], topic: str) -> Callable[[], object]:
    told = Told(body=sent(payload), topic=topic)
    return lambda: take_delivery(shop=shop.shop, told=told, at=NOW)


def test_12_an_order_and_its_refunds_told_all_at_once(cast: Cast) -> None:
    shop = web_shop(cast, "shopify")
    refunds = [shopify_refund(31, "5.00"), shopify_refund(32, "10.00")]
    acts = [
        telling(shop, shopify_order(), "orders/paid"),
        telling(shop, shopify_order(), "orders/create"),
        telling(shop, refunds[0], "refunds/create"),
        telling(shop, refunds[1], "refunds/create"),
        telling(shop, shopify_order(financial_status="partially_refunded", refunds=refunds), "orders/updated"),
    ]
    assert together(*acts) == ["done"] * 5
    retry_waiting(at=NOW)
    assert sorted(Purchase.objects.values_list("amount_minor", flat=True)) == [-1000, -500, 2400]
    assert usable(cast.ada, NOW) == 9
    assert {state for state, _reason in shop.states()} == {"taken"}


def test_orders_of_one_new_buyer_make_one_customer(cast: Cast) -> None:
    shop = web_shop(cast, enrols=True)
    before = Customer.objects.count()
    stranger = {"email": "dora@mail.example", "first_name": "Dora"}
    acts = [telling(shop, woo_order(ref, customer_id=0, billing=stranger), "order.created") for ref in range(1, 7)]
    assert together(*acts) == ["done"] * 6
    assert Customer.objects.count() == before + 1
    assert usable(Customer.objects.get(given_name="Dora"), NOW) == 144
