"""Web shops tell their orders: webhooks of WooCommerce and Shopify, let in by the signature over their raw body alone."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.queries import ShopKind, is_ping, shop_signing
from regulars.loyalty.services import Told, take_delivery
from regulars.till.api.asking import REFUSALS
from regulars.till.api.root import Unreadable, api
from regulars.till.api.shapes import Identity, Problem

# A thousand lines with all that a shop says of them stay well below.
BODY_MAX = 2 * 1024 * 1024
ANSWERS = {**REFUSALS, 413: Problem, 415: Problem}
WORDS = "Answers 200 with the outcome, refusals of the order itself included, so that the shop does not repeat what repeating can't mend."


class NotSigned(Refusal):
    """One answer for an unknown shop, a removed one, a missing and a wrong signature."""

    code = "not_signed"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            _("The signature doesn't fit this address and body. Compare the secret and the address in the shop with those here.")
        )


class BodyTooLarge(Refusal):
    code = "body_too_large"
    status = 413

    def __init__(self) -> None:
        super().__init__(_("A delivery has two megabytes at most."))


class NotJson(Refusal):
    code = "not_json"
    status = 415

    def __init__(self) -> None:
        super().__init__(_("Deliveries are JSON (content type application/json)."))


class DeliveryOut(Schema):
    """What became of a delivery: `outcome` taken, ignored, waiting, refused or ping; `reason` is a code."""

    outcome: str
    reason: str


@api.post(
    "/shops/{id}/woocommerce",
    auth=None,
    response={200: DeliveryOut, **ANSWERS},
    url_name="shop_woocommerce",
    tags=["shops"],
    summary="Webhooks of WooCommerce",
    description=f"Topics order.created, order.updated, order.restored; signed in `X-WC-Webhook-Signature`. {WORDS}",
)
def woocommerce(request: HttpRequest, id: Identity) -> DeliveryOut:
    """A delivery of a WooCommerce shop; its first, unsigned call is answered and does nothing."""
    body = _body(request)
    if "X-WC-Webhook-Signature" not in request.headers and is_ping(body):
        return DeliveryOut(outcome="ping", reason="")
    told = Told(
        body=body, topic=request.headers.get("X-WC-Webhook-Topic", ""), delivery=request.headers.get("X-WC-Webhook-Delivery-ID", "")
    )
    return _taken(request, ShopKind.WOOCOMMERCE, id, request.headers.get("X-WC-Webhook-Signature", ""), told)


@api.post(
    "/shops/{id}/shopify",
    auth=None,
    response={200: DeliveryOut, **ANSWERS},
    url_name="shop_shopify",
    tags=["shops"],
    summary="Webhooks of Shopify",
    description=f"Topics orders/create, orders/paid, orders/updated, orders/cancelled, refunds/create; signed in `X-Shopify-Hmac-Sha256`. {WORDS}",
)
def shopify(request: HttpRequest, id: Identity) -> DeliveryOut:
    """A delivery of a Shopify shop."""
    told = Told(
        body=_body(request),
        topic=request.headers.get("X-Shopify-Topic", ""),
        delivery=request.headers.get("X-Shopify-Webhook-Id", ""),
        domain=request.headers.get("X-Shopify-Shop-Domain", ""),
    )
    return _taken(request, ShopKind.SHOPIFY, id, request.headers.get("X-Shopify-Hmac-Sha256", ""), told)


def _body(request: HttpRequest) -> bytes:
    """The very bytes that came. Nothing has read them before: what is read and written again has another signature."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > BODY_MAX:
        raise BodyTooLarge
    return request.body


def _taken(request: HttpRequest, kind: ShopKind, public_id: str, signature: str, told: Told) -> DeliveryOut:
    at = clock.now()
    shop = shop_signing(kind=kind, public_id=public_id, body=told.body, signature=signature, at=at)
    if shop is None:
        raise NotSigned
    if request.content_type != "application/json":
        raise NotJson
    row = retried(lambda: take_delivery(shop=shop, told=told, at=at))
    if row.reason == "unreadable":
        raise Unreadable(_("The body can't be read as JSON."))
    return DeliveryOut(outcome=row.state, reason=row.reason)
