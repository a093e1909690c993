"""Two and more at once, for real: the last points, crossing transfers, refunds of one sale, one hold, one purchase."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.loyalty.models import Entry, ProgramVersion
from regulars.loyalty.services import (
    adjust_units,
    apply_program,
    approve_adjustment,
    capture_hold,
    earn_by_purchase,
    expire_lots,
    hold_units,
    join_program,
    spend_units,
    transfer_units,
)

from tests.cast import ACTOR, Cast
from tests.loyalty.club import BASE, balance, bought, document, kinds, local, opened, recorded, refunded, usable

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


def test_of_two_who_approve_at_once_one_books(cast: Cast) -> None:
    program = opened(cast, adjustment_units_max=100)
    bought(cast, cast.ada, "40", at=JUNE)
    done = adjust_units(program=program, customer=cast.ada, unit="points", units=500, reason="Oven", at=JUNE, actor="employee:1")
    assert done.request is not None
    number = str(done.request.public_id)
    said = together(
        *(
            lambda who=who: approve_adjustment(scope=cast.scope, public_id=number, at=JUNE, actor=f"employee:{who}")  # type: ignore[misc]
            for who in (2, 3)
        )
    )
    assert sorted(map(str, said)) == ["adjustment_settled", "done"]
    assert usable(cast.ada, JUNE) == 540


def test_50_who_joins_while_something_worse_is_published_was_there_before_it_or_after_it(cast: Cast) -> None:
    """Either the member comes first and the version is refused, or the version stands and the member joined under it."""
    program = opened(cast, notice_days=30)
    poorer = document(notice_days=30, earning=[BASE | {"points": "0.5"}])
    said = together(
        lambda: join_program(program=program, customer=cast.ada, at=JUNE, actor=ACTOR),
        lambda: apply_program(scope=cast.scope, text=poorer, at=JUNE, actor=ACTOR),
    )
    assert sorted(map(str, said)) in (["done", "done"], ["done", "notice_too_short"])
    refused = "notice_too_short" in said
    assert ProgramVersion.objects.filter(program=program).count() == (1 if refused else 2)
