"""Web shops from outside: who signs the raw body is let in, everybody else gets one answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError

from regulars.loyalty.models import ShopDelivery
from regulars.loyalty.services import renew_secret
from regulars.purchases.models import Purchase

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, usable
from tests.loyalty.shop_payloads import sent, shopify_order, woo_order
from tests.loyalty.web_shop import NOW, SECRET, WebShop, web_shop

pytestmark = pytest.mark.django_db
UPDATED = "order.updated"


def refused(answer: Any) -> tuple[int, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(("kind", "payload", "topic"), [("woocommerce", woo_order(), UPDATED), ("shopify", shopify_order(), "orders/paid")])
def test_the_signature_is_over_the_very_bytes_that_came(cast: Cast, kind: str, payload: dict[str, Any], topic: str) -> None:
    shop = web_shop(cast, kind)
    spaced = json.dumps(payload, indent=1).encode()
    assert json.loads(spaced) == json.loads(sent(payload))
    assert refused(shop.send(spaced, topic, signed=sent(payload))) == (401, "not_signed")
    assert not ShopDelivery.objects.exists()
    assert shop.tell(spaced, topic) == ("taken", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "a-secret-of-somebody-else"},
        {"headers": {"X-WC-Webhook-Signature": ""}},
        {"headers": {"X-WC-Webhook-Signature": "%%%ü"}},
        {"id": "0190b5c4-0000-7000-8000-000000000000"},
        {"id": "no-id"},
        {"kind": "shopify"},
    ],
    ids=["wrong secret", "no signature", "no base64", "unknown shop", "no id", "another kind"],
)
def test_whoever_does_not_sign_gets_one_answer(cast: Cast, wrong: dict[str, Any]) -> None:
    shop = web_shop(cast)
    answer = shop.send(woo_order(), UPDATED, **wrong)
    assert refused(answer) == (401, "not_signed")
    assert answer.json()["detail"] == shop.send(woo_order(), UPDATED, secret="yet another secret").json()["detail"]
    assert not Purchase.objects.exists()
    assert not ShopDelivery.objects.exists()


def test_a_foreign_shop_cannot_sign_for_this_one(cast: Cast) -> None:
    mine = web_shop(cast)
    theirs = renew_secret(shop=web_shop(cast, program=False).shop, secret="", at=NOW, actor=ACTOR)
    assert refused(mine.send(woo_order(), UPDATED, secret=theirs)) == (401, "not_signed")


def test_a_key_of_the_api_opens_no_shop(cast: Cast) -> None:
    shop = web_shop(cast)
    answer = shop.send(woo_order(), UPDATED, secret="wrong" * 5, headers={"Authorization": "Bearer something"})
    assert refused(answer) == (401, "not_signed")


def test_the_first_unsigned_call_of_woocommerce_is_answered(cast: Cast) -> None:
    shop = web_shop(cast)
    path = f"/api/v1/shops/{shop.shop.public_id}/woocommerce"
    answer = shop.client.post(path, b"webhook_id=17", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ping")
    assert not ShopDelivery.objects.exists()
    other = shop.client.post(path, b"webhook_id=17&id=4", content_type="application/x-www-form-urlencoded")
    assert refused(other) == (401, "not_signed")


def test_what_is_no_json_is_a_400_and_kept(cast: Cast) -> None:
    shop = web_shop(cast)
    for _again in range(2):
        assert refused(shop.send(b'{"id": 4', UPDATED)) == (400, "unreadable")
    row = ShopDelivery.objects.get()
    assert (row.state, row.reason, row.times) == ("refused", "unreadable", 2)


def test_what_is_no_order_is_kept_with_its_reason_and_not_asked_for_again(cast: Cast) -> None:
    shop = web_shop(cast)
    assert shop.tell(woo_order(total="12.345"), UPDATED) == ("refused", "amount_refused")
    assert ShopDelivery.objects.get().detail == "total"


def test_other_topics_are_ignored(cast: Cast) -> None:
    shop = web_shop(cast)
    assert shop.tell({"id": 9}, "product.updated") == ("ignored", "topic")
    assert shop.tell({"id": 4711}, "order.deleted") == ("ignored", "deleted")


def test_only_json_of_a_bearable_size_is_read(cast: Cast) -> None:
    shop = web_shop(cast)
    assert refused(shop.send(woo_order(), UPDATED, content_type="text/plain")) == (415, "not_json")
    assert refused(shop.send(b" " * (2 * 1024 * 1024 + 1), UPDATED)) == (413, "body_too_large")


def test_only_a_post_is_taken(cast: Cast) -> None:
    shop = web_shop(cast)
    assert shop.client.get(f"/api/v1/shops/{shop.shop.public_id}/woocommerce").status_code in (401, 405)


def test_a_former_secret_holds_for_a_day(cast: Cast) -> None:
    shop = web_shop(cast)
    fresh = renew_secret(shop=shop.shop, secret="", at=NOW, actor=ACTOR)
    assert shop.tell(woo_order(1), UPDATED, secret=SECRET, at=NOW + DAY / 2) == ("taken", "")
    assert shop.tell(woo_order(2), UPDATED, secret=fresh, at=NOW + DAY / 2) == ("taken", "")
    assert refused(shop.send(woo_order(3), UPDATED, secret=SECRET, at=NOW + DAY)) == (401, "not_signed")


def test_a_secret_that_leaked_ends_at_once(cast: Cast) -> None:
    shop = web_shop(cast)
    renew_secret(shop=shop.shop, secret="", at=NOW, actor=ACTOR, at_once=True)
    assert refused(shop.send(woo_order(), UPDATED)) == (401, "not_signed")


def test_a_secret_sealed_under_another_key_opens_nothing(cast: Cast, settings: Any) -> None:
    shop = web_shop(cast)
    settings.SECRET_KEY = "another key of this installation"
    assert refused(shop.send(woo_order(), UPDATED)) == (401, "not_signed")
    assert refused(shop.send(woo_order(), UPDATED, secret="")) == (401, "not_signed")


def test_a_fault_of_the_database_keeps_nothing_and_asks_the_shop_to_come_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = web_shop(cast)

    def broken(**_given: Any) -> Any:
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr("regulars.loyalty.services.shop_orders.record_sale", broken)
        assert shop.send(woo_order(), UPDATED).status_code >= 500
    assert not ShopDelivery.objects.exists()
    assert shop.tell(woo_order(), UPDATED) == ("taken", "")
    assert usable(cast.ada, NOW) == 24


def test_the_secret_stands_nowhere_as_it_is(cast: Cast) -> None:
    shop: WebShop = web_shop(cast)
    shop.shop.refresh_from_db()
    assert SECRET not in "".join(str(value) for value in vars(shop.shop).values())
