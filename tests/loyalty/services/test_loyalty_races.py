"""Two and more at once, for real: the last points, crossing transfers, refunds of one sale, one hold, one purchase."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.models import Entry
from regulars.loyalty.services import capture_hold, earn_by_purchase, expire_lots, hold_units, spend_units, transfer_units

from tests.cast import ACTOR, Cast
from tests.loyalty.club import balance, bought, kinds, local, opened, recorded, refunded, usable

pytestmark = pytest.mark.django_db(transaction=True)
JUNE = local("2026-06-15 12:00")


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each over a connection of its own; what refuses answers its code."""
    start = threading.Barrier(len(acts))
    said: list[object] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            retried(act)
            said.append("done")
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


def test_30_a3_the_last_points_are_spent_once(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "500", at=JUNE)

    def spend() -> object:
        return spend_units(program=program, customer=cast.ada, unit="points", units=500, why={}, at=JUNE, actor=ACTOR)

    said = together(*[spend] * 8)
    assert sorted(map(str, said)) == ["done"] + ["insufficient"] * 7
    assert usable(cast.ada, JUNE) == 0


def test_crossing_transfers_wait_in_no_ring(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "100", at=JUNE)
    bought(cast, cast.bo, "100", at=JUNE)

    def move(giver: object, getter: object) -> Callable[[], object]:
        return lambda: transfer_units(program=program, giver=giver, getter=getter, unit="points", units=10, at=JUNE, actor=ACTOR)  # type: ignore[arg-type] # customers

    said = together(*[move(cast.ada, cast.bo), move(cast.bo, cast.ada)] * 4)
    assert said == ["done"] * 8
    assert (usable(cast.ada, JUNE), usable(cast.bo, JUNE)) == (100, 100)


def test_refunds_of_one_sale_take_back_together_what_it_earned(cast: Cast) -> None:
    opened(cast)
    sale = bought(cast, cast.ada, "10", at=JUNE)
    said = together(*[lambda: refunded(cast, sale, "2.50", at=JUNE)] * 6)
    assert sorted(map(str, said)) == ["done"] * 4 + ["refund_too_large"] * 2
    assert -sum(units for kind, units in kinds(cast.ada) if kind == "clawed") == 10
    assert balance(cast.ada, JUNE).total == 0


def test_one_hold_is_captured_once(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "100", at=JUNE)
    hold = hold_units(program=program, customer=cast.ada, unit="points", units=60, at=JUNE, actor=ACTOR)

    def capture() -> object:
        return capture_hold(scope=cast.scope, public_id=str(hold.public_id), at=JUNE, actor=ACTOR)

    assert together(*[capture] * 5) == ["done"] * 5
    assert Entry.objects.filter(kind="redeemed").count() == 1
    assert usable(cast.ada, JUNE) == 40


def test_12_one_purchase_earns_once_however_many_tell_of_it(cast: Cast) -> None:
    opened(cast)
    sale = recorded(cast, cast.ada, "10", at=JUNE)
    said = together(*[lambda: earn_by_purchase(purchase=sale, at=JUNE, actor=ACTOR)] * 6)
    assert said == ["done"] * 6
    assert kinds(cast.ada) == [("issued", 10)]


def test_two_jobs_book_an_end_once(cast: Cast) -> None:
    opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "10", at=local("2026-05-01 10:00"))
    assert together(*[lambda: expire_lots(at=JUNE)] * 4) == ["done"] * 4
    assert kinds(cast.ada) == [("issued", 10), ("expired", -10)]
