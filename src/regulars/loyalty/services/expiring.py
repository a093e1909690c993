"""Lots end: their rest is booked as expired, dated at the lot's own end however late the job comes (P6, case 24)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from regulars.loyalty.models import Account, Hold, Lot
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.services.booking import Line, Terms, let_go, open_purse

ACTOR = "system:loyalty"
AT_ONCE = 200


def expire_lots(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Book the end of lots that have ended, for up to `limit` accounts, and settle their ended holds. Gives how many accounts had some.

    Twice equals once; what a hold that still stands reserves lives until the hold has ended (P7).
    """
    ended = Lot.objects.filter(left__gt=F("held"), expires_at__lte=at)
    lapsed = Hold.objects.filter(state="held", ends_at__lte=at)
    numbers = set(ended.order_by("expires_at").values_list("account_id", flat=True)[:limit])
    numbers |= set(lapsed.order_by("ends_at").values_list("account_id", flat=True)[:limit])
    for number in sorted(numbers):
        _expire(number, at)
    return len(numbers)


def _expire(number: int, at: datetime) -> None:
    with transaction.atomic():
        account = Account.objects.select_related("customer", "program").get(pk=number)
        version = version_at(program=account.program, at=at)
        assert version is not None
        terms = Terms(version=version, document=document_of(version))
        purse = open_purse(terms=terms, customer=account.customer, unit=account.unit, at=at, actor=ACTOR)
        let_go(purse)  # also where the kept figure says that nothing is held: books that differ must fail here, not be looked at for ever
        for lot in purse.open_lots():
            if lot.free and lot.expires_at is not None and lot.expires_at <= at:
                line = Line(kind="expired", other="expired", at=lot.expires_at, key=f"end:{lot.id}:{lot.left}", why={"lot": lot.id})
                purse.take([(lot.id, lot.free)], line)
