"""Vouchers: what a member may use, how often it was used, and how much of a reward's stock has gone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id

OPEN = ("created", "assigned")  # nobody has used them up, ended or withdrawn them
BY_PRICE = "price"  # the cause of what a member had for units
HANDED_OVER = "handed:"  # how the key of a use begins whose voucher was had in the same act
STATES = (*OPEN, "reserved", "redeemed", "expired", "voided")


class VoucherBatch(models.Model):
    """Codes that were made together, to be given out on paper, by mail or to a partner."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="batches", db_index=False)
    version = models.ForeignKey("loyalty.ProgramVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    reward = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    count = models.IntegerField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(count__gte=1), name="loyalty_batch_count")]
        indexes = [models.Index(fields=["program", "made_at"], name="loyalty_batch_program")]


class Voucher(models.Model):
    """The right to a reward, for one use or several. Of its code only a keyed digest is stored; who has the key makes the code again.

    `version` is the one that gave it: what it is worth stays what it was. `cause` says why it was given ("price", "card:coffee", "batch"), `key`
    names what gives one voucher only. `settled_at`: when it was used up, ended or was withdrawn.
    """

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="vouchers", db_index=False)
    version = models.ForeignKey("loyalty.ProgramVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(VoucherBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="vouchers", db_index=False)
    reward = models.CharField(max_length=40)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    code_digest = models.CharField(max_length=32)
    state = models.CharField(max_length=8)
    uses_max = models.IntegerField(default=1)
    uses_count = models.IntegerField(default=0)
    per_member_once = models.BooleanField(default=False)
    # One of the reward's stock is this voucher's.
    took_stock = models.BooleanField(default=False)
    cost_minor = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=80)
    key = models.CharField(max_length=120, blank=True, default="")
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_digest"], name="loyalty_voucher_code"),
            models.UniqueConstraint(fields=["program", "key"], name="loyalty_voucher_key", condition=~Q(key="")),
            models.CheckConstraint(condition=Q(uses_count__gte=0) & Q(uses_count__lte=F("uses_max")), name="loyalty_voucher_uses"),
            models.CheckConstraint(condition=Q(uses_max__gte=1) & Q(cost_minor__gte=0), name="loyalty_voucher_size"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="loyalty_voucher_state"),
        ]
        indexes = [
            models.Index(fields=["customer", "program", "reward"], name="loyalty_voucher_member", condition=Q(customer__isnull=False)),
            models.Index(fields=["ends_at"], name="loyalty_voucher_ends", condition=Q(state__in=OPEN) & Q(ends_at__isnull=False)),
            models.Index(fields=["program", "made_at"], name="loyalty_voucher_made"),
            models.Index(fields=["batch"], name="loyalty_voucher_batch", condition=Q(batch__isnull=False)),
        ]


class VoucherUse(models.Model):
    """A voucher was used, or is reserved for a purchase until an instant; what was given back stays as `returned` and counts no more."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="uses", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    purchase = models.ForeignKey("purchases.Purchase", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    branch = models.ForeignKey("business.Branch", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    state = models.CharField(max_length=8)
    # The voucher's `per_member_once`, here so that a constraint can read it.
    once = models.BooleanField(default=False)
    at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=120, blank=True, default="")
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="loyalty_use_key", condition=~Q(key="")),
            models.UniqueConstraint(
                fields=["voucher", "customer"],
                name="loyalty_use_once_each",
                condition=Q(once=True) & Q(state__in=["reserved", "used"]) & Q(customer__isnull=False),
            ),
            models.CheckConstraint(condition=Q(state__in=["reserved", "used", "returned"]), name="loyalty_use_state"),
            models.CheckConstraint(condition=Q(held_until__isnull=False) | ~Q(state="reserved"), name="loyalty_use_held"),
        ]
        indexes = [
            models.Index(fields=["voucher"], name="loyalty_use_voucher"),
            models.Index(fields=["program", "at"], name="loyalty_use_at"),
            models.Index(fields=["purchase"], name="loyalty_use_purchase", condition=Q(purchase__isnull=False)),
            models.Index(fields=["held_until"], name="loyalty_use_lapses", condition=Q(state="reserved")),
        ]

    @property
    def handed_over(self) -> bool:
        """Whether the voucher was had for its price in the act that used it."""
        return self.key.startswith(HANDED_OVER)


class RewardStock(models.Model):
    """How many of a reward's stock have gone, less what came back. How many there are says the program's version; what is left follows.

    The row that all members of a program may want at once: whoever takes it takes it last.
    """

    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="+", db_index=False)
    reward = models.CharField(max_length=40)
    taken = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "reward"], name="loyalty_stock_once"),
            models.CheckConstraint(condition=Q(taken__gte=0), name="loyalty_stock_taken"),
        ]
