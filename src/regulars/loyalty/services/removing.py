"""What came with the demo goes with it: its programs, with all that was booked in them."""

from __future__ import annotations

from django.db import models, transaction

from regulars.groundwork.kernel.bulk.dialect import count_rows_for_planner
from regulars.loyalty.models import (
    Account,
    AdjustmentRequest,
    ClosedDay,
    Dispute,
    Entry,
    ExpiryNotice,
    Hold,
    HoldLot,
    Lot,
    LotUse,
    Membership,
    OfferUse,
    Program,
    ProgramVersion,
    RewardStock,
    TierStanding,
    Voucher,
    VoucherBatch,
    VoucherUse,
)

# Each table by the way to its program, those first that others don't point to.
OF_PROGRAM: tuple[tuple[type[models.Model], str], ...] = (
    (AdjustmentRequest, "program"),
    (Dispute, "program"),
    (ExpiryNotice, "account__program"),
    (VoucherUse, "program"),
    (Voucher, "program"),
    (VoucherBatch, "program"),
    (RewardStock, "program"),
    (HoldLot, "hold__account__program"),
    (Hold, "account__program"),
    (OfferUse, "program"),
    (LotUse, "entry__account__program"),
    (Lot, "account__program"),
    (Entry, "account__program"),
    (Account, "program"),
    (TierStanding, "program"),
    (Membership, "program"),
    (ClosedDay, "program"),
    (ProgramVersion, "program"),
)


def withdraw_programs(*, business_id: int, origin: str) -> int:
    """Take away the programs of an origin with their books, whoever moved something in them meanwhile. Gives how many programs went.

    The triggers let nothing of any other program go.
    """
    with transaction.atomic():
        for model, _way in OF_PROGRAM:
            # Each row that goes is looked for in the tables that point to it: without statistics by reading them whole, row by row.
            count_rows_for_planner(model._meta.db_table)
        programs = list(Program.objects.filter(business_id=business_id, origin=origin).values_list("pk", flat=True))
        for model, way in OF_PROGRAM:
            rows = model._default_manager.filter(**{f"{way}__in": programs})
            if model is Entry:
                rows.filter(reverses__isnull=False)._raw_delete(rows.db)
            numbers = rows.values("pk")
            model._default_manager.filter(pk__in=numbers)._raw_delete(rows.db)
        Program.objects.filter(pk__in=programs).delete()
        return len(programs)
