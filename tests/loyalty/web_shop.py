"""A web shop of the bakery that sends what a test wants it to, signed as it should be."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import Shop, ShopDelivery, ShopKind
from regulars.loyalty.rules.signatures import signature_of
from regulars.loyalty.services import ShopParticulars, add_shop

from tests.cast import ACTOR, NOON, Cast
from tests.loyalty.club import local, opened
from tests.loyalty.shop_payloads import sent

SECRET = "a-secret-of-the-bakery"
NOW = local("2026-06-15 13:00")
SIGNED = {"woocommerce": "X-WC-Webhook-Signature", "shopify": "X-Shopify-Hmac-Sha256"}
TOPIC = {"woocommerce": "X-WC-Webhook-Topic", "shopify": "X-Shopify-Topic"}
DELIVERY = {"woocommerce": "X-WC-Webhook-Delivery-ID", "shopify": "X-Shopify-Webhook-Id"}


@dataclass
class WebShop:
    """The shop, and the clock at which it sends."""

    shop: Shop
    at: datetime = NOW
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    numbers: Any = field(default_factory=itertools.count)

    def send(self, payload: Any, topic: str, *, secret: str = SECRET, signed: bytes | None = None, **more: Any) -> Any:
        """A webhook; `signed`: the bytes that the signature was made of, if not those that are sent."""
        body = payload if isinstance(payload, bytes) else sent(payload)
        kind = self.shop.kind
        headers = {
            SIGNED[kind]: signature_of(body if signed is None else signed, secret),
            TOPIC[kind]: topic,
            DELIVERY[kind]: f"d-{next(self.numbers)}",
        } | more.pop("headers", {})
        path = f"/api/v1/shops/{more.pop('id', self.shop.public_id)}/{more.pop('kind', kind)}"
        with clock.standing_at(more.pop("at", self.at)):
            return self.client.post(path, body, content_type=more.pop("content_type", "application/json"), headers=headers)

    def tell(self, payload: Any, topic: str, **more: Any) -> tuple[str, str]:
        """What became of a webhook that was let in."""
        answer = self.send(payload, topic, **more)
        assert answer.status_code == 200, answer.content
        return answer.json()["outcome"], answer.json()["reason"]

    def states(self) -> list[tuple[str, str]]:
        """All deliveries as they stand, in the order in which they came."""
        return list(ShopDelivery.objects.filter(shop=self.shop).order_by("pk").values_list("state", "reason"))


def web_shop(cast: Cast, kind: str = "woocommerce", *, program: bool = True, **more: Any) -> WebShop:
    """A shop of the bakery; its program gives a point for each euro."""
    if program:
        opened(cast)
    particulars = ShopParticulars(name="Fennel online", **more)
    made = add_shop(business_id=cast.business.pk, kind=ShopKind(kind), particulars=particulars, secret=SECRET, at=NOON, actor=ACTOR)
    return WebShop(made[0])
