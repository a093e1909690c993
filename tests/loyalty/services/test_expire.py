"""Lots end together as they would one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from regulars.loyalty.models import Account, Entry, Lot, LotUse
from regulars.loyalty.queries import account_faults
from regulars.loyalty.services import expire_lots, expiring, hold_units, spend_units

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, bought, local, opened

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = local("2026-05-10 10:00"), local("2026-06-10 09:00"), local("2026-07-11 00:00")


class Undone(Exception):
    """What was only tried."""


def books() -> list[Any]:
    """All that is in the books, but for numbers that any run gives anew."""
    entry = ("account", "seq", "kind", "units", "at", "booked_at", "booked_on", "version", "purchase", "key", "why", "actor")
    return [
        list(Entry.objects.order_by("account", "seq").values_list(*entry)),
        list(Lot.objects.order_by("pk").values_list("account", "left", "held", "expires_at")),
        list(LotUse.objects.order_by("lot", "entry__seq").values_list("lot", "entry__seq", "units")),
        list(Account.objects.order_by("pk").values_list("balance", "held", "debt", "entries_count", "moved_at")),
    ]


def told(cast: Cast) -> None:
    """Ada has two lots that end, half of one spent; of Bo's one half is reserved beyond the end; Cleo's live on."""
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    for customer, times in ((cast.ada, (MAY, MAY + DAY, JUNE)), (cast.bo, (MAY, JUNE)), (cast.cleo, (JUNE,))):
        for at in times:
            bought(cast, customer, "100", at=at)
    spend_units(program=program, customer=cast.ada, unit="points", units=50, why={}, at=JUNE, actor=ACTOR)
    hold_units(program=program, customer=cast.bo, unit="points", units=40, at=local("2026-06-10 23:50"), actor=ACTOR)


@pytest.mark.parametrize("at", [local("2026-06-11 00:00"), local("2026-06-12 00:00"), JULY], ids=["hold stands", "hold over", "all"])
@pytest.mark.parametrize("by_sets", [1, 1000])
def test_by_sets_the_books_end_as_one_by_one(cast: Cast, monkeypatch: pytest.MonkeyPatch, at: Any, by_sets: int) -> None:
    told(cast)
    alone: list[Any] = []
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Undone), transaction.atomic():
        patch.setattr(expiring, "_expire_many", lambda numbers, _at: set(numbers))
        expire_lots(at=at)
        alone = books()
        raise Undone
    monkeypatch.setattr(expiring, "BY_SETS", by_sets)
    assert expire_lots(at=at) >= 2
    assert books() == alone
    assert any(entry[2] == "expired" for entry in alone[0])
    assert expire_lots(at=at) == 0
    assert books() == alone
    assert list(account_faults()) == []


def test_who_has_nothing_reserved_goes_by_sets(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told(cast)
    singly: list[int] = []
    monkeypatch.setattr(expiring, "_expire", lambda number, _at: singly.append(number))
    expire_lots(at=local("2026-06-11 00:00"))
    assert singly == [Account.objects.get(customer=cast.bo).pk]
    assert Account.objects.get(customer=cast.ada).balance == 200
