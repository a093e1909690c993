"""What a web shop tells, however often and in whatever order: the books say the same in the end."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from regulars.customers.models import Customer
from regulars.customers.services import NewCustomer, register_customer
from regulars.loyalty.models import DeliveryState, Entry, ShopDelivery
from regulars.loyalty.queries import shops_of
from regulars.loyalty.services import forfeit_accounts, give_up_deliveries, remove_shop, retry_delivery, retry_waiting
from regulars.purchases.models import Purchase

from tests.cast import ACTOR, Cast, enrol
from tests.loyalty.club import DAY, kinds, opened, usable
from tests.loyalty.shop_payloads import (
    shopify_line,
    shopify_order,
    shopify_refund,
    woo_line,
    woo_order,
    woo_refund,
)
from tests.loyalty.web_shop import NOW, web_shop

pytestmark = pytest.mark.django_db
UPDATED = "order.updated"
RYE = shopify_line(1, "Rye loaf", sku="RYE-1", price="5.00", quantity=2)


def test_a_paid_order_is_a_sale_that_earns(cast: Cast) -> None:
    shop = web_shop(cast, branch_id=cast.market.pk)
    assert shop.tell(woo_order(), "order.created") == ("taken", "")
    sale = Purchase.objects.get()
    assert (sale.source, sale.receipt, sale.amount_minor, sale.customer, sale.branch) == (
        "woocommerce",
        "4711",
        2400,
        cast.ada,
        cast.market,
    )
    assert sale.at.isoformat() == "2026-06-15T10:01:00+00:00"
    assert [(one.product, one.amount_minor) for one in sale.lines.order_by("position")] == [
        ("RYE-1", 1000),
        ("902", 1000),
        ("shipping", 400),
    ]
    assert usable(cast.ada, NOW) == 24


def test_12_paid_shipped_paid_again_and_each_three_times_earns_once(cast: Cast) -> None:
    shop = web_shop(cast)
    for status in ("processing", "shipped", "processing", "completed"):
        for _again in range(3):
            assert shop.tell(woo_order(status=status, date_modified_gmt="2026-06-15T10:30:00"), UPDATED) == ("taken", "")
    assert kinds(cast.ada) == [("issued", 24)]
    assert ShopDelivery.objects.get().times == 12


def test_an_order_that_is_not_paid_yet_waits_for_its_payment(cast: Cast) -> None:
    shop = web_shop(cast)
    unpaid = woo_order(status="on-hold", date_paid_gmt=None)
    assert shop.tell(unpaid, "order.created") == ("ignored", "not_paid")
    assert not Purchase.objects.exists()
    assert shop.tell(woo_order(), UPDATED) == ("taken", "")
    assert usable(cast.ada, NOW) == 24


def test_13_what_the_program_never_rewards_earns_nothing(cast: Cast) -> None:
    shop = web_shop(cast, "shopify", program=False)
    opened(cast, never_earn={"categories": ["gift card", "shipping"]})
    lines = [shopify_line(1, "Coffee", price="40.00"), shopify_line(2, "Card", price="50.00", gift_card=True)]
    assert shop.tell(shopify_order(total="94.00", line_items=lines), "orders/paid") == ("taken", "")
    assert usable(cast.ada, NOW) == 40


def test_4_refunds_of_woocommerce_are_taken_back_once_each_and_together(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    refunds: list[Any] = []
    for number in range(3):
        refunds.append(woo_refund(50 + number, "5.50"))
        for _again in range(2):
            assert shop.tell(woo_order(refunds=list(refunds)), UPDATED) == ("taken", "")
    assert Purchase.objects.filter(kind="refund").count() == 3
    # 24.00 - 16.50 keeps 7.50, which earns 7: what is clawed is the sum, never each refund rounded.
    assert usable(cast.ada, NOW) == 7


def test_a_refund_of_shopify_told_by_the_order_and_by_itself_is_one(cast: Cast) -> None:
    shop = web_shop(cast, "shopify")
    shop.tell(shopify_order(), "orders/paid")
    refund = shopify_refund(31, "5.00", goods=[(RYE, 1)])
    assert shop.tell(refund, "refunds/create") == ("taken", "")
    assert shop.tell(shopify_order(financial_status="partially_refunded", refunds=[refund]), "orders/updated") == ("taken", "")
    back = Purchase.objects.get(kind="refund")
    assert (back.amount_minor, back.receipt) == (-500, "#1001/31")
    assert [(one.product, one.quantity_milli, one.amount_minor) for one in back.lines.all()] == [("RYE-1", 1000, -500)]
    assert usable(cast.ada, NOW) == 19


def test_money_that_is_not_the_goods_worth_is_taken_back_as_money(cast: Cast) -> None:
    shop = web_shop(cast, "shopify")
    shop.tell(shopify_order(), "orders/paid")
    assert shop.tell(shopify_refund(31, "3.00", goods=[(RYE, 1)]), "refunds/create") == ("taken", "")
    assert Purchase.objects.get(kind="refund").amount_minor == -300
    assert usable(cast.ada, NOW) == 21


STORY: list[tuple[str, dict[str, Any]]] = [
    ("orders/create", shopify_order(financial_status="pending")),
    ("orders/paid", shopify_order()),
    ("refunds/create", shopify_refund(31, "5.00", goods=[(RYE, 1)])),
    (
        "orders/updated",
        shopify_order(financial_status="partially_refunded", refunds=[shopify_refund(31, "5.00", goods=[(RYE, 1)])]),
    ),
    ("refunds/create", shopify_refund(32, "10.00")),
]


@pytest.mark.parametrize("order", [*itertools.permutations(range(5))][::7], ids=str)
def test_whatever_comes_first_the_end_is_the_same(cast: Cast, order: tuple[int, ...]) -> None:
    shop = web_shop(cast, "shopify")
    for place in order:
        shop.tell(STORY[place][1], STORY[place][0])
    assert usable(cast.ada, NOW) == 9
    assert sorted(Purchase.objects.values_list("amount_minor", flat=True)) == [-1000, -500, 2400]
    assert {state for state, _reason in shop.states()} <= {"taken", "ignored"}


@pytest.mark.parametrize("first", ["paid", "cancelled"])
def test_an_order_that_was_cancelled_leaves_nothing_whichever_was_told_first(cast: Cast, first: str) -> None:
    shop = web_shop(cast)
    told = {"paid": woo_order(), "cancelled": woo_order(status="cancelled")}
    shop.tell(told.pop(first), UPDATED)
    shop.tell(told.popitem()[1], UPDATED)
    assert usable(cast.ada, NOW) == 0
    assert sum(Purchase.objects.values_list("amount_minor", flat=True)) == 0


def test_a_part_paid_back_and_then_the_rest_cancelled(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(refunds=[woo_refund(50, "4.00")]), UPDATED)
    assert shop.tell(woo_order(status="refunded", refunds=[woo_refund(50, "4.00")]), UPDATED) == ("taken", "")
    assert shop.tell(woo_order(status="refunded", refunds=[woo_refund(50, "4.00"), woo_refund(51, "20.00")]), UPDATED) == ("taken", "")
    assert usable(cast.ada, NOW) == 0
    assert sum(Purchase.objects.values_list("amount_minor", flat=True)) == 0


def test_what_is_paid_again_after_it_was_cancelled_is_for_a_person(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    shop.tell(woo_order(status="cancelled"), UPDATED)
    assert shop.tell(woo_order(date_paid_gmt="2026-06-15T10:40:00"), UPDATED) == ("ignored", "cancelled_before")
    assert usable(cast.ada, NOW) == 0


def test_an_order_changed_after_its_payment_is_shown_and_booked_no_more(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    assert shop.tell(woo_order(total="34.00"), UPDATED) == ("refused", "order_changed")
    assert usable(cast.ada, NOW) == 24


def test_more_paid_back_than_paid_is_refused_and_the_sale_stays(cast: Cast) -> None:
    shop = web_shop(cast)
    assert shop.tell(woo_order(refunds=[woo_refund(50, "25.00")]), UPDATED) == ("refused", "refund_too_large")
    assert usable(cast.ada, NOW) == 24


def test_a_refund_that_changes_its_amount_is_refused(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(refunds=[woo_refund(50, "2.00")]), UPDATED)
    assert shop.tell(woo_order(refunds=[woo_refund(50, "3.00")]), UPDATED) == ("refused", "refund_changed")
    assert usable(cast.ada, NOW) == 22


def test_an_unknown_buyer_waits_until_somebody_registers_them(cast: Cast) -> None:
    shop = web_shop(cast)
    stranger = {"email": "dora@mail.example", "first_name": "Dora"}
    assert shop.tell(woo_order(customer_id=99, billing=stranger), UPDATED) == ("waiting", "unknown_buyer")
    assert shop.tell(woo_order(customer_id=99, billing=stranger, refunds=[woo_refund(7, "4.00")]), UPDATED) == ("waiting", "unknown_buyer")
    assert (Purchase.objects.count(), retry_waiting(at=NOW)) == (0, 0)
    dora = enrol(cast.business, "Dora", "Quist", "D-1", None)
    assert retry_waiting(at=NOW) == 2
    assert usable(dora, NOW) == 20
    assert set(shop.states()) == {("taken", "")}


def test_a_number_of_the_shop_goes_before_an_address(cast: Cast) -> None:
    shop = web_shop(cast)
    numbered = register_customer(
        business_id=cast.business.pk, who=NewCustomer(external_ids={"woocommerce": "88"}), branch_id=None, at=NOW, actor=ACTOR
    )
    shop.tell(woo_order(), UPDATED)
    assert Purchase.objects.get().customer == numbered


def test_two_customers_with_one_address_are_not_guessed_between(cast: Cast) -> None:
    shop = web_shop(cast)
    who = NewCustomer(given_name="Ann", contact_points=[("email", "ada@mail.example")])
    register_customer(business_id=cast.business.pk, who=who, branch_id=None, at=NOW, actor=ACTOR)
    assert shop.tell(woo_order(), UPDATED) == ("waiting", "several_buyers")


@pytest.mark.parametrize("number", [99, 0], ids=["with an account", "guest"])
def test_a_shop_that_enrols_makes_one_customer_of_a_new_buyer(cast: Cast, number: int) -> None:
    shop = web_shop(cast, enrols=True, branch_id=cast.market.pk)
    before = Customer.objects.count()
    billing = {"email": "Dora@mail.example", "first_name": "Dora", "last_name": "Quist"}
    for ref in (1, 2, 3):
        assert shop.tell(woo_order(ref=ref, customer_id=number, billing=billing), UPDATED) == ("taken", "")
    assert Customer.objects.count() == before + 1
    dora = Customer.objects.get(given_name="Dora")
    assert (dora.home_branch, usable(dora, NOW)) == (cast.market, 72)


def test_a_sale_that_is_refused_makes_no_customer(cast: Cast) -> None:
    shop = web_shop(cast, enrols=True)
    before = Customer.objects.count()
    told = woo_order(customer_id=99, billing={"email": "dora@mail.example"})
    assert shop.tell(told, UPDATED, at=NOW + 60 * DAY) == ("refused", "too_late")
    assert Customer.objects.count() == before


def test_26_a_late_order_is_refused_with_its_reason_and_can_be_tried_again(cast: Cast) -> None:
    shop = web_shop(cast)
    assert shop.tell(woo_order(), UPDATED, at=NOW + 60 * DAY) == ("refused", "too_late")
    row = ShopDelivery.objects.get()
    assert row.detail
    assert not Purchase.objects.exists()
    assert retry_delivery(delivery=row, at=NOW).state == "taken"
    assert usable(cast.ada, NOW) == 24


def test_two_shops_may_have_orders_of_one_number(cast: Cast) -> None:
    first, second = web_shop(cast), web_shop(cast, program=False)
    assert [first.shop.source, second.shop.source] == ["woocommerce", "woocommerce-2"]
    for shop in (first, second):
        assert shop.tell(woo_order(), UPDATED) == ("taken", "")
    assert usable(cast.ada, NOW) == 48


def test_an_order_of_nothing_but_free_goods_earns_nothing(cast: Cast) -> None:
    shop = web_shop(cast)
    free = woo_order(total="0.00", line_items=[woo_line(1, "Roll", total="0.00", total_tax="0.00")], shipping_lines=[])
    assert shop.tell(free, UPDATED) == ("taken", "")
    assert usable(cast.ada, NOW) == 0


def test_a_test_order_and_another_shop_of_the_app_are_left_alone(cast: Cast) -> None:
    shop = web_shop(cast, "shopify", domain="fennel.myshopify.com")
    assert shop.tell(shopify_order(test=True), "orders/paid") == ("ignored", "test_order")
    foreign = {"X-Shopify-Shop-Domain": "other.myshopify.com"}
    assert shop.tell(shopify_order(), "orders/paid", headers=foreign) == ("ignored", "other_shop")
    assert not Purchase.objects.exists()
    own = {"X-Shopify-Shop-Domain": "Fennel.myshopify.com"}
    assert shop.tell(shopify_order(), "orders/paid", headers=own) == ("taken", "")


def test_what_is_settled_keeps_nothing_of_the_buyer(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    shop.tell(woo_order(ref=2, billing={"email": "who@mail.example"}, customer_id=0), UPDATED)
    taken, waiting = ShopDelivery.objects.order_by("pk")
    assert taken.content == {}
    assert "who@mail.example" in str(waiting.content)
    assert give_up_deliveries(at=NOW + timedelta(days=29)) == 0
    assert give_up_deliveries(at=NOW + timedelta(days=31)) == 1
    waiting.refresh_from_db()
    assert (waiting.content, waiting.state, waiting.reason) == ({}, DeliveryState.REFUSED, "unknown_buyer")
    assert retry_delivery(delivery=waiting, at=NOW).state == DeliveryState.REFUSED


def test_a_forgotten_buyer_is_forgotten_in_what_was_refused_too(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED, at=NOW + 60 * DAY)
    assert "ada@mail.example" in str(ShopDelivery.objects.get().content)
    forfeit_accounts(customer_ids=[cast.ada.pk], at=NOW, actor=ACTOR)
    assert ShopDelivery.objects.get().content == {}


def test_a_removed_shop_keeps_its_story_and_another_takes_its_place(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    remove_shop(shop=shop.shop, at=NOW, actor=ACTOR)
    assert shops_of(scope=cast.scope) == []
    assert shop.send(woo_order(ref=2), UPDATED).status_code == 401
    again = web_shop(cast, program=False)
    assert again.shop.source == "woocommerce"
    assert again.tell(woo_order(), UPDATED) == ("taken", "")
    assert kinds(cast.ada) == [("issued", 24)]


def test_another_business_hears_nothing(cast: Cast) -> None:
    shop = web_shop(cast)
    shop.tell(woo_order(), UPDATED)
    assert not Entry.objects.filter(account__customer__business=cast.other).exists()
