"""The ledger: accounts, entries that go from one book to another, lots, and which entry used which lot (decision D1)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.groundwork.kernel.ids import new_id


class Account(models.Model):
    """What one customer has of one unit of one program. The figures are kept with every entry in the same transaction and re-proved by
    `regulars verify`: `balance` = what is left in its lots, `held` = of that, reserved; `debt` = taken back beyond what was left."""

    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="accounts", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=40)
    balance = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    entries_count = models.IntegerField(default=0)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "program", "unit"], name="loyalty_account_once"),
            models.CheckConstraint(condition=Q(held__gte=0) & Q(balance__gte=F("held")), name="loyalty_account_held"),
            models.CheckConstraint(condition=Q(debt__gte=0), name="loyalty_account_debt"),
        ]
        indexes = [models.Index(fields=["program", "unit"], name="loyalty_account_program")]


class Entry(models.Model):
    """So many units go from one book to another; one of both is the member's account, so each entry balances by its form. Never changed.

    `kind` says what happened, `seq` counts within the account, `key` names what may happen once only (a purchase's earning, a lot's end).
    `at` is when it counts, `booked_at` when it was written, `booked_on` the accounting day. `why` explains it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.IntegerField()
    act = models.UUIDField(default=new_id, editable=False)
    kind = models.CharField(max_length=12)
    giver = models.CharField(max_length=12)
    getter = models.CharField(max_length=12)
    units = models.BigIntegerField()
    at = models.DateTimeField()
    booked_at = models.DateTimeField()
    booked_on = models.DateField()
    version = models.ForeignKey("loyalty.ProgramVersion", on_delete=models.PROTECT, related_name="+", db_index=False)
    purchase = models.ForeignKey("purchases.Purchase", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals", db_index=False)
    key = models.CharField(max_length=120, blank=True, default="")
    why = models.JSONField(default=dict)
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "seq"], name="loyalty_entry_order"),
            models.UniqueConstraint(fields=["account", "key"], name="loyalty_entry_key", condition=~Q(key="")),
            models.CheckConstraint(condition=Q(units__gte=0), name="loyalty_entry_units"),
            models.CheckConstraint(
                condition=(Q(giver="member") | Q(getter="member")) & ~Q(giver=F("getter")), name="loyalty_entry_balances"
            ),
        ]
        indexes = [
            models.Index(fields=["purchase"], name="loyalty_entry_purchase", condition=Q(purchase__isnull=False)),
            models.Index(fields=["booked_on", "account"], name="loyalty_entry_day"),
            models.Index(fields=["reverses"], name="loyalty_entry_reverses", condition=Q(reverses__isnull=False)),
        ]

    @property
    def signed(self) -> int:
        """What it changes for the member."""
        return self.units if self.getter == "member" else -self.units


class Lot(models.Model):
    """Units that came together and end together. `left` is what was not used yet, `held` what of it is reserved.

    `due_at`: where an end needs a notice, when they would end; `expires_at` is empty until the notice was sent, and then says when they do.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lots", db_index=False)
    quantity = models.BigIntegerField()
    left = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    priority = models.SmallIntegerField(default=0)
    earned_at = models.DateTimeField()
    active_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0) & Q(left__gte=F("held")) & Q(quantity__gte=F("left")), name="loyalty_lot_left"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="loyalty_lot_size"),
        ]
        indexes = [
            models.Index(fields=["account"], name="loyalty_lot_open", condition=Q(left__gt=0)),
            models.Index(fields=["expires_at", "account"], name="loyalty_lot_ends", condition=Q(left__gt=0)),
            models.Index(fields=["entry"], name="loyalty_lot_entry"),
            models.Index(
                fields=["due_at"], name="loyalty_lot_due", condition=Q(left__gt=0) & Q(due_at__isnull=False) & Q(expires_at__isnull=True)
            ),
        ]


class LotUse(models.Model):
    """An entry took units from a lot, or gave them back (below zero). Quantity less all uses is what is left. Never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="uses", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses", db_index=False)
    units = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "lot"], name="loyalty_use_once"),
            models.CheckConstraint(condition=~Q(units=0), name="loyalty_use_moves"),
        ]
        indexes = [models.Index(fields=["lot"], name="loyalty_use_lot")]


class ExpiryNotice(models.Model):
    """That units of an account end: due to be told since `wanted_at`, and told at `sent_at`, with how and where the proof lies."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="notices", db_index=False)
    due_at = models.DateTimeField()
    wanted_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    way = models.CharField(max_length=40, blank=True, default="")
    proof = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "due_at"], name="loyalty_notice_once", condition=Q(sent_at=None)),
            models.CheckConstraint(
                condition=Q(sent_at=None, ends_at=None) | Q(sent_at__isnull=False, ends_at__gte=F("due_at")) & ~Q(way=""),
                name="loyalty_notice_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["wanted_at"], name="loyalty_notice_open", condition=Q(sent_at=None)),
            models.Index(fields=["account"], name="loyalty_notice_account"),
        ]


class ClosedDay(models.Model):
    """An accounting day that is closed: what its statement said stays so. Entries are booked on the day on which they are written."""

    program = models.ForeignKey("loyalty.Program", on_delete=models.PROTECT, related_name="closed_days", db_index=False)
    unit = models.CharField(max_length=40)
    closed_on = models.DateField()
    movements = models.JSONField(default=dict)
    closing_units = models.BigIntegerField()
    closed_at = models.DateTimeField()
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "unit", "closed_on"], name="loyalty_day_once")]
