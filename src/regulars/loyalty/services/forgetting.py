"""A forgotten member leaves balanced books: what was left is forfeited, what was owed written off (decision D20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from regulars.loyalty.models import Account, AdjustmentRequest, Dispute, ExpiryNotice, Membership
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.services.booking import Line, Terms, free_hold, holds_in, open_purse
from regulars.loyalty.services.shop_deliveries import clear_deliveries
from regulars.loyalty.services.withdrawing import void_vouchers_of


def forfeit_accounts(*, customer_ids: Sequence[int], at: datetime, actor: str) -> int:
    """Book the balances of forgotten customers as forfeited. Gives how many accounts had one; again changes nothing."""
    forfeited = 0
    with transaction.atomic():
        Membership.objects.filter(customer__in=customer_ids, left_at__isnull=True).update(left_at=at)
        for account in Account.objects.filter(customer__in=customer_ids).select_related("customer", "program").order_by("pk"):
            version = version_at(program=account.program, at=at)
            assert version is not None
            terms = Terms(version=version, document=document_of(version))
            purse = open_purse(terms=terms, customer=account.customer, unit=account.unit, at=at, actor=actor)
            for hold in holds_in(purse):
                free_hold(purse, hold)
            uses = [(lot.id, lot.left) for lot in purse.open_lots() if lot.left]
            if uses:
                purse.take(uses, Line(kind="forfeited", other="forfeited", at=at))
                forfeited += 1
            for owing in [one for one in purse.accounts if one.debt]:
                line = Line(kind="written_off", other="written_off", at=at)
                purse.note(owing, owing.debt, line, giver="written_off", getter="member")
                purse.forgive(owing, owing.debt)
        clear_deliveries(customer_ids=customer_ids)
        _end_requests(customer_ids, at, actor)
        ExpiryNotice.objects.filter(account__customer__in=customer_ids).update(proof="")
        void_vouchers_of(customer_ids=customer_ids, reason="forgotten", at=at, actor=actor)
        return forfeited


def _end_requests(customer_ids: Sequence[int], at: datetime, actor: str) -> None:
    """What still waits is refused, and what people wrote about the member goes."""
    rows = AdjustmentRequest.objects.filter(customer__in=customer_ids)
    rows.filter(state="asked").update(state="refused", decided_at=at, decided_by=actor)
    rows.update(reason="", decided_why="")
    Dispute.objects.filter(customer__in=customer_ids).update(settled_why="")
