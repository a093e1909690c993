"""Questions about web shops: which there are, whether a delivery is signed, who bought, and what became of what they told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, customer_by_external_id, customer_kept, customers_at
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.loyalty.models import DeliveryState, Shop, ShopDelivery
from regulars.loyalty.queries.shop_secrets import unsealed
from regulars.loyalty.rules.shop_orders import ShopBuyer
from regulars.loyalty.rules.signatures import is_signed
from regulars.purchases.queries import Kind, Purchase, purchase_with_receipt

OPEN = (DeliveryState.WAITING, DeliveryState.REFUSED)
LISTED = 50


@dataclass(frozen=True, kw_only=True)
class ShopShown:
    """A shop with how many of its deliveries somebody has to look at, when it was last heard of, and whether its secret can still be read."""

    shop: Shop
    open: int
    heard_at: datetime | None
    readable: bool


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """What a shop told last: what is open, and the rest."""

    open: Sequence[ShopDelivery]
    settled: Sequence[ShopDelivery]


def shops_of(*, scope: Scope) -> list[ShopShown]:
    """The shops of a business, by name. They belong to the business as a whole: who sees but some branches sees none of the others' shops."""
    return [_shown(shop) for shop in _seen(scope).order_by("name", "pk")]


def shop_with_id(*, scope: Scope, public_id: str) -> Shop:
    """One shop that was not removed. Raises NotFound."""
    uuid = parsed(public_id)
    found = _seen(scope).filter(public_id=uuid).first() if uuid else None
    if found is None:
        raise NotFound(_("There is no such shop."))
    return found


def shop_signing(*, kind: str, public_id: str, body: bytes, signature: str, at: datetime) -> Shop | None:
    """The shop that signed these very bytes; None for an unknown or removed shop, one of another kind, and a wrong signature."""
    uuid = parsed(public_id)
    shop = Shop.objects.select_related("branch").filter(public_id=uuid, kind=kind, removed_at__isnull=True).first() if uuid else None
    secrets = [unsealed(shop.secret_sealed)] if shop else ["nobody's"]
    if shop and shop.former_until and at < shop.former_until:
        secrets.append(unsealed(shop.former_sealed))
    # Compared for a shop that there is not as well: how long the answer takes tells nothing.
    signed = is_signed(body, signature, secrets)
    return shop if shop and signed else None


def deliveries_of(*, shop: Shop) -> Deliveries:
    """What a shop told last, the newest first: what is open, and what is settled."""
    rows = ShopDelivery.objects.filter(shop=shop).select_related("purchase", "customer").order_by("-last_at", "-pk")
    return Deliveries(open=list(rows.filter(state__in=OPEN)[:LISTED]), settled=list(rows.exclude(state__in=OPEN)[:LISTED]))


def delivery_with_id(*, shop: Shop, public_id: str) -> ShopDelivery:
    """One delivery of a shop. Raises NotFound."""
    uuid = parsed(public_id)
    found = ShopDelivery.objects.filter(shop=shop, public_id=uuid).first() if uuid else None
    if found is None:
        raise NotFound(_("There is no such delivery."))
    return found


def buyers_known(*, shop: Shop, buyer: ShopBuyer) -> list[Customer]:
    """Who this buyer may be: by their number in this very shop, else by their e-mail address. Several share an address: nobody guesses."""
    scope = Scope(shop.business_id)
    if buyer.number:
        numbered = customer_by_external_id(scope=scope, value=buyer.number, source=shop.source)
        if numbered:
            return [customer_kept(scope=scope, public_id=str(numbered.public_id))]
    if not buyer.email:
        return []
    there = customers_at(business_id=shop.business_id, addresses=[buyer.email]).get(buyer.email, [])
    kept = [customer_kept(scope=scope, public_id=str(one.public_id)) for one in there]
    return list({one.pk: one for one in kept}.values())


def sale_told(*, shop: Shop, order_ref: str) -> Purchase | None:
    """The sale that was recorded for an order of a shop; its number there may change, its id never does."""
    rows = ShopDelivery.objects.filter(shop=shop, order_ref=order_ref, purchase__isnull=False).order_by("pk")
    row = rows.select_related("purchase__customer", "purchase__branch").first() if order_ref else None
    return row.purchase if row else None


def refund_told(*, shop: Shop, sale: Purchase, receipt: str) -> Purchase | None:
    """The refund that was recorded under a receipt."""
    code = sale.branch.code if sale.branch else ""
    return purchase_with_receipt(business_id=shop.business_id, source=sale.source, branch_code=code, receipt=receipt, kind=Kind.REFUND)


def waiting_of_order(*, shop: Shop, order_ref: str) -> list[int]:
    """The numbers of what waits for something of an order, in the order in which it came."""
    rows = ShopDelivery.objects.filter(shop=shop, order_ref=order_ref, state=DeliveryState.WAITING).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:LISTED]) if order_ref else []


def waiting_since(*, since: datetime, limit: int = 500) -> list[int]:
    """The numbers of what waits, not longer than `since`, in the order in which it came."""
    rows = ShopDelivery.objects.filter(state=DeliveryState.WAITING, received_at__gte=since, shop__removed_at__isnull=True)
    return list(rows.order_by("received_at", "pk").values_list("pk", flat=True)[:limit])


def _seen(scope: Scope) -> QuerySet[Shop]:
    rows = Shop.objects.filter(business_id=scope.business_id, removed_at__isnull=True).select_related("branch")
    return rows if scope.branch_ids is None else rows.filter(branch_id__in=scope.branch_ids)


def _shown(shop: Shop) -> ShopShown:
    rows = ShopDelivery.objects.filter(shop=shop)
    newest = rows.order_by("-last_at").values_list("last_at", flat=True).first()
    return ShopShown(shop=shop, open=rows.filter(state__in=OPEN).count(), heard_at=newest, readable=bool(unsealed(shop.secret_sealed)))
