"""Web shops that tell their orders, and what became of each thing that they told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.groundwork.kernel.ids import new_id


class ShopKind(models.TextChoices):
    WOOCOMMERCE = "woocommerce"
    SHOPIFY = "shopify"


class Shop(models.Model):
    """A web shop of the business. `source` names it in the books of purchases and among customers' numbers. A removed one keeps its deliveries.

    The former secret holds until an instant, so that nothing is lost while the new one is carried over to the shop.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    business = models.ForeignKey("business.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=ShopKind.choices)
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    domain = models.CharField(max_length=255, blank=True, default="")
    secret_sealed = models.TextField()
    former_sealed = models.TextField(blank=True, default="")
    former_until = models.DateTimeField(null=True, blank=True)
    enrols = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source"], name="loyalty_shop_source", condition=Q(removed_at__isnull=True)),
            models.CheckConstraint(condition=Q(kind__in=["woocommerce", "shopify"]), name="loyalty_shop_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """taken: it is in the books · ignored: it asks for nothing · waiting: something is missing that may come · refused: somebody has to look."""

    TAKEN = "taken"
    IGNORED = "ignored"
    WAITING = "waiting"
    REFUSED = "refused"


class ShopDelivery(models.Model):
    """A state of an order that a shop told, once for its `key`, with what became of it. `content` is kept only until it is settled."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    key = models.CharField(max_length=64)
    delivery = models.CharField(max_length=80, blank=True, default="")
    topic = models.CharField(max_length=60)
    order_ref = models.CharField(max_length=40, blank=True, default="")
    order_number = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=8, choices=DeliveryState.choices)
    reason = models.CharField(max_length=60, blank=True, default="")
    detail = models.CharField(max_length=400, blank=True, default="")
    content = models.JSONField(default=dict)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    purchase = models.ForeignKey("purchases.Purchase", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="loyalty_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["taken", "ignored", "waiting", "refused"]), name="loyalty_delivery_state"),
            models.CheckConstraint(condition=Q(times__gte=1), name="loyalty_delivery_times"),
        ]
        indexes = [
            models.Index(fields=["shop", "-last_at"], name="loyalty_delivery_newest"),
            models.Index(fields=["shop", "order_ref"], name="loyalty_delivery_order"),
            models.Index(fields=["received_at"], name="loyalty_delivery_open", condition=Q(state__in=["waiting", "refused"])),
            models.Index(fields=["customer"], name="loyalty_delivery_customer", condition=Q(customer__isnull=False)),
        ]
