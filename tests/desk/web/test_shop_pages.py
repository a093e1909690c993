"""Web shops in the desk: connected, looked at, tried again, given another secret, removed; by those who manage, and by nobody else."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from regulars.desk.web.shop_words import PLACED, REASONS
from regulars.loyalty.models import Shop, ShopDelivery
from regulars.loyalty.rules.signatures import signature_of

from tests.cast import PASSWORD, Cast, enrol
from tests.loyalty.club import DAY, opened
from tests.loyalty.shop_payloads import sent, woo_order
from tests.loyalty.web_shop import NOW, WebShop, web_shop

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def code(answer: Any, name: str) -> str:
    found = re.search(rf'<code id="{name}">([^<]+)</code>', answer.content.decode())
    assert found
    return html.unescape(found[1])


def test_a_shop_is_connected_and_its_secret_is_shown_once(cast: Cast, desk: Client) -> None:
    opened(cast)
    assert "No web shop yet" in text_of(desk.get("/settings/shops/"))
    made = desk.post("/settings/shops/new/woocommerce/", {"name": "Fennel online", "branch": str(cast.market.public_id)})
    assert made.status_code == 200
    row = Shop.objects.get()
    secret, address = code(made, "secret"), code(made, "address")
    assert len(secret) >= 32
    assert address.endswith(f"/api/v1/shops/{row.public_id}/woocommerce")
    assert secret not in desk.get(f"/settings/shops/{row.public_id}/").content.decode()
    # What the page shows opens the very door that it names.
    body = sent(woo_order())
    headers = {"X-WC-Webhook-Signature": signature_of(body, secret), "X-WC-Webhook-Topic": "order.created"}
    answer = Client().post("/" + address.split("/", 3)[3], body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert ShopDelivery.objects.filter(shop=row).exists()


def test_shopify_s_secret_is_carried_over(cast: Cast, desk: Client) -> None:
    told = {"name": "Fennel", "domain": "fennel.myshopify.com", "secret": "short", "branch": ""}
    refused = desk.post("/settings/shops/new/shopify/", told)
    assert (refused.status_code, "16 to 200 characters" in text_of(refused)) == (422, True)
    wrong = desk.post("/settings/shops/new/shopify/", told | {"secret": "x" * 32, "domain": "no address"})
    assert (wrong.status_code, Shop.objects.count()) == (422, 0)
    assert desk.post("/settings/shops/new/shopify/", told | {"secret": "x" * 32}).status_code == 200
    assert Shop.objects.get().domain == "fennel.myshopify.com"


def test_what_waits_is_said_in_words_and_can_be_tried_again(cast: Cast, desk: Client) -> None:
    shop: WebShop = web_shop(cast)
    shop.tell(woo_order(1), "order.created")
    shop.tell(woo_order(2, customer_id=0, billing={"email": "dora@mail.example"}), "order.created")
    shop.tell(woo_order(3, total="1.005"), "order.created")
    shop.tell(woo_order(4), "order.created", at=NOW + 60 * DAY)
    page = text_of(desk.get(f"/settings/shops/{shop.shop.public_id}/"))
    assert "Nobody here has this customer number or e-mail address" in page
    assert "too many decimals. total" in page
    assert "It is in the books" in page
    assert "3 to look at" in text_of(desk.get("/settings/shops/"))
    enrol(cast.business, "Dora", "Quist", "D-1", None)
    row = ShopDelivery.objects.get(order_ref="2")
    retry = f"/settings/shops/{shop.shop.public_id}/deliveries/{row.public_id}/retry/"
    assert retry in desk.get(f"/settings/shops/{shop.shop.public_id}/").content.decode()
    ShopDelivery.objects.filter(pk=row.pk).update(content={})
    assert retry not in desk.get(f"/settings/shops/{shop.shop.public_id}/").content.decode()


def test_trying_again_books_what_can_be_booked_now(cast: Cast, desk: Client) -> None:
    from django.utils import timezone

    shop = web_shop(cast)
    now = timezone.now()
    told = woo_order(customer_id=0, billing={"email": "dora@mail.example"}, date_paid_gmt=now.strftime("%Y-%m-%dT%H:%M:%S"))
    shop.tell(told, "order.created", at=now)
    row = ShopDelivery.objects.get()
    enrol(cast.business, "Dora", "Quist", "D-1", None)
    answer = desk.post(f"/settings/shops/{shop.shop.public_id}/deliveries/{row.public_id}/retry/", follow=True)
    assert "It is in the books" in text_of(answer)
    row.refresh_from_db()
    assert row.state == "taken"


def test_a_shop_is_described_anew_given_a_secret_and_removed(cast: Cast, desk: Client) -> None:
    shop = web_shop(cast)
    base = f"/settings/shops/{shop.shop.public_id}"
    assert desk.post(f"{base}/edit/", {"name": "Rye online", "enrols": "on", "branch": ""}).status_code == 302
    shop.shop.refresh_from_db()
    assert (shop.shop.name, shop.shop.enrols) == ("Rye online", True)
    fresh = code(desk.post(f"{base}/secret/", {"at_once": "on"}), "secret")
    assert shop.send(woo_order(), "order.created").status_code == 401
    assert shop.tell(woo_order(), "order.created", secret=fresh) == ("taken", "")
    assert desk.post(f"{base}/remove/").status_code == 302
    assert shop.send(woo_order(2), "order.created", secret=fresh).status_code == 401
    assert desk.get(f"{base}/").status_code == 404


def test_who_does_not_manage_or_is_of_another_business_sees_no_shop(cast: Cast) -> None:
    shop = web_shop(cast)
    tom, mallory = Client(), Client()
    tom.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD})
    mallory.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    assert tom.get("/settings/shops/").status_code == 403
    assert "Fennel online" not in text_of(mallory.get("/settings/shops/"))
    for path in ("", "edit/"):
        assert mallory.get(f"/settings/shops/{shop.shop.public_id}/{path}").status_code == 404
    for path in ("secret/", "remove/"):
        assert mallory.post(f"/settings/shops/{shop.shop.public_id}/{path}").status_code == 404
    assert Shop.objects.get().removed_at is None


@pytest.mark.pure
def test_every_reason_of_a_reader_has_its_words() -> None:
    assert set(REASONS) >= PLACED
