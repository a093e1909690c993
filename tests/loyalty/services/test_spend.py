"""Spending, holds, and what lots do meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.customers.queries import Customer
from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import Hold, Lot, Program
from regulars.loyalty.services import (
    BadUnits,
    NotEnoughUnits,
    ProgramFrozen,
    UnknownUnit,
    adjust_units,
    capture_hold,
    expire_lots,
    freeze_program,
    hold_units,
    release_hold,
    restore_spending,
    spend_units,
    transfer_units,
)
from regulars.loyalty.services.adjusting import ReasonMissing, ToThemselves
from regulars.loyalty.services.spending import HoldExpired, HoldNotFound, HoldSettled, Spent

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, balance, bought, kinds, local, opened, usable

pytestmark = pytest.mark.django_db
JUNE = local("2026-06-15 12:00")
MINUTE = timedelta(minutes=1)


def spent(program: Program, customer: Customer, units: Any, at: datetime = JUNE, key: str = "") -> Spent:
    return spend_units(program=program, customer=customer, unit="points", units=units, why={}, at=at, actor=ACTOR, key=key)


def held(program: Program, customer: Customer, units: int, at: datetime = JUNE) -> Hold:
    return hold_units(program=program, customer=customer, unit="points", units=units, at=at, actor=ACTOR)


def captured(cast: Cast, hold: Hold, units: int | None = None, at: datetime = JUNE) -> Hold:
    return capture_hold(scope=cast.scope, public_id=str(hold.public_id), units=units, at=at, actor=ACTOR)[0]


def test_a2_more_than_there_is_can_not_be_spent(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "30", at=JUNE)
    with pytest.raises(NotEnoughUnits) as refused:
        spent(program, cast.ada, 31)
    assert refused.value.extra == {"needed": "31", "usable": "30"}
    assert kinds(cast.ada) == [("issued", 30)]


@pytest.mark.parametrize("units", [0, -1, True, 10**16], ids=["nothing", "below zero", "a yes", "huge"])
def test_a7_amounts_that_are_none_are_refused(cast: Cast, units: Any) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "30", at=JUNE)
    with pytest.raises(BadUnits):
        spent(program, cast.ada, units)
    assert kinds(cast.ada) == [("issued", 30)]


def test_a_key_spends_once(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "30", at=JUNE)
    assert [spent(program, cast.ada, 10, key="one").made for _again in range(3)] == [True, False, False]
    assert usable(cast.ada, JUNE) == 20


def test_15_a8_what_ends_first_goes_first_and_what_never_ends_last(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "100", at=local("2026-05-30 10:00"))  # A, to 30 June
    bought(cast, cast.ada, "100", at=local("2026-04-30 10:00"))  # B, to 30 May
    adjust_units(program=program, customer=cast.ada, unit="points", units=100, reason="C", at=local("2026-05-30 11:00"), actor=ACTOR)
    Lot.objects.filter(entry__kind="adjusted").update(expires_at=None)
    spent(program, cast.ada, 150, at=local("2026-05-30 12:00"))
    assert list(Lot.objects.order_by("pk").values_list("left", flat=True)) == [50, 0, 100]


@pytest.mark.parametrize(
    ("earned", "last_good", "first_bad"),
    [
        ("2026-01-31 10:00", "2026-02-28 23:59", "2026-03-01 00:00"),
        ("2026-01-28 10:00", "2026-02-28 23:59", "2026-03-01 00:00"),
        ("2026-02-28 00:30", "2026-03-28 23:59", "2026-03-29 00:00"),
    ],
    ids=["22 month end", "22 plain", "over the clock change"],
)
def test_a_month_ends_with_its_day(cast: Cast, earned: str, last_good: str, first_bad: str) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "10", at=local(earned))
    assert usable(cast.ada, local(last_good)) == 10
    assert usable(cast.ada, local(first_bad)) == 0
    with pytest.raises(NotEnoughUnits):
        spent(program, cast.ada, 1, at=local(first_bad))


def test_24_a_late_job_dates_the_end_at_the_lots_own(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "10", at=local("2026-05-10 10:00"))
    late = local("2026-06-14 09:00")
    with pytest.raises(NotEnoughUnits):
        spent(program, cast.ada, 1, at=late)
    assert expire_lots(at=late) == 1
    assert expire_lots(at=late) == 0
    assert kinds(cast.ada) == [("issued", 10), ("expired", -10)]
    entry = Lot.objects.get().uses.get().entry
    assert (entry.at, entry.booked_at) == (local("2026-06-11 00:00"), late)


def test_35_a_hold_is_captured_in_part_and_the_rest_is_free(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "300", at=JUNE)
    hold = held(program, cast.ada, 200)
    with pytest.raises(NotEnoughUnits):
        held(program, cast.ada, 150)
    assert (usable(cast.ada, JUNE), balance(cast.ada, JUNE).held) == (100, 200)
    for _again in range(2):
        assert captured(cast, hold, 120).captured_units == 120
    assert (usable(cast.ada, JUNE), balance(cast.ada, JUNE).held) == (180, 0)
    with pytest.raises(HoldSettled):
        captured(cast, hold, 100)
    with pytest.raises(HoldSettled):
        release_hold(scope=cast.scope, public_id=str(hold.public_id), at=JUNE, actor=ACTOR)


def test_36_a_hold_keeps_its_lots_alive_until_it_ends(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "200", at=local("2026-05-14 10:00"))
    begun = local("2026-06-14 23:55")
    hold, other = held(program, cast.ada, 150, at=begun), held(program, cast.ada, 50, at=begun)
    expire_lots(at=begun + 6 * MINUTE)
    assert captured(cast, hold, at=begun + 10 * MINUTE).state == "captured"
    with pytest.raises(HoldExpired):
        captured(cast, other, at=begun + 16 * MINUTE)
    expire_lots(at=begun + 16 * MINUTE)
    assert kinds(cast.ada) == [("issued", 200), ("redeemed", -150), ("expired", -50)]
    assert balance(cast.ada, begun + 16 * MINUTE).total == 0


def test_a9_a_hold_that_ran_out_is_free_again_once(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "60", at=JUNE)
    held(program, cast.ada, 50)
    with pytest.raises(NotEnoughUnits):
        held(program, cast.ada, 20)
    after = JUNE + 15 * MINUTE
    assert usable(cast.ada, after) == 60
    for _again in range(2):
        expire_lots(at=after)
    assert usable(cast.ada, after) == 60


def test_a_released_hold_is_free_and_another_business_knows_no_hold(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "60", at=JUNE)
    hold = held(program, cast.ada, 50)
    strange = cast.scope.__class__(business_id=cast.other.pk)
    for scope, number in ((strange, str(hold.public_id)), (cast.scope, "nonsense")):
        with pytest.raises(HoldNotFound):
            release_hold(scope=scope, public_id=number, at=JUNE, actor=ACTOR)
    for _again in range(2):
        assert release_hold(scope=cast.scope, public_id=str(hold.public_id), at=JUNE, actor=ACTOR).state == "released"
    assert usable(cast.ada, JUNE) == 60


def test_a1_33_a_cancelled_spending_comes_back_once_to_its_own_lots(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "100", at=JUNE)
    entry = spent(program, cast.ada, 30).entries[0]
    for _again in range(2):
        restore_spending(entry=entry, at=JUNE, actor=ACTOR, why={})
    assert kinds(cast.ada) == [("issued", 100), ("redeemed", -30), ("restored", 30)]
    assert list(Lot.objects.values_list("left", flat=True)) == [100]


def test_what_comes_back_to_a_lot_that_has_ended_has_days_of_grace(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "100", at=local("2026-05-14 10:00"))
    entry = spent(program, cast.ada, 30, at=local("2026-06-01 10:00")).entries[0]
    later = local("2026-06-20 10:00")
    expire_lots(at=later)
    restore_spending(entry=entry, at=later, actor=ACTOR, why={})
    assert balance(cast.ada, later).ends_next_at == later + 30 * DAY
    assert (usable(cast.ada, later), usable(cast.ada, later + 30 * DAY)) == (30, 0)


def test_spending_keeps_points_alive_that_live_by_activity(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "activity", "months": 6}})
    bought(cast, cast.ada, "100", at=local("2026-01-10 10:00"))
    spent(program, cast.ada, 10, at=local("2026-07-01 10:00"))
    assert usable(cast.ada, local("2026-12-31 12:00")) == 90
    assert usable(cast.ada, local("2027-01-02 00:00")) == 0


def test_buying_keeps_points_alive_that_live_by_activity(cast: Cast) -> None:
    opened(cast, points={"expiry": {"kind": "activity", "months": 6}})
    bought(cast, cast.ada, "100", at=local("2026-01-10 10:00"))
    bought(cast, cast.ada, "1", at=local("2026-07-01 10:00"))
    assert usable(cast.ada, local("2026-12-31 12:00")) == 101


def test_16_a_hand_can_not_take_more_than_there_is(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "20", at=JUNE)
    with pytest.raises(NotEnoughUnits):
        adjust_units(program=program, customer=cast.ada, unit="points", units=-30, reason="Wrong card", at=JUNE, actor=ACTOR)
    assert kinds(cast.ada) == [("issued", 20)]


@pytest.mark.parametrize(
    ("units", "reason", "refusal"),
    [(5, " ", ReasonMissing), (5, "x" * 401, ReasonMissing), (0, "x", BadUnits), (-201, "x", NotEnoughUnits)],
)
def test_an_adjustment_has_a_reason_and_moves_what_is_there(cast: Cast, units: int, reason: str, refusal: type[Refusal]) -> None:
    program = opened(cast, adjustment_units_max=100)
    bought(cast, cast.ada, "200", at=JUNE)
    with pytest.raises(refusal):
        adjust_units(program=program, customer=cast.ada, unit="points", units=units, reason=reason, at=JUNE, actor=ACTOR)
    assert kinds(cast.ada) == [("issued", 200)]


def test_points_move_to_another_member_with_the_ends_that_they_had(cast: Cast) -> None:
    program = opened(cast, points={"expiry": {"kind": "fixed", "months": 1}})
    bought(cast, cast.ada, "100", at=JUNE)
    for _again in range(2):
        transfer_units(program=program, giver=cast.ada, getter=cast.bo, unit="points", units=40, at=JUNE + DAY, actor=ACTOR, key="gift")
    assert (usable(cast.ada, JUNE + DAY), usable(cast.bo, JUNE + DAY)) == (60, 40)
    assert balance(cast.bo, JUNE + DAY).ends_next_at == balance(cast.ada, JUNE + DAY).ends_next_at
    with pytest.raises(ToThemselves):
        transfer_units(program=program, giver=cast.ada, getter=cast.ada, unit="points", units=1, at=JUNE, actor=ACTOR)


def test_a_frozen_program_lets_members_earn_but_not_spend(cast: Cast) -> None:
    program = opened(cast)
    bought(cast, cast.ada, "100", at=JUNE)
    hold = held(program, cast.ada, 10)
    assert freeze_program(program=program, reason="account 1", at=JUNE, actor=ACTOR)
    for act in (lambda: spent(program, cast.ada, 1), lambda: held(program, cast.ada, 1), lambda: captured(cast, hold)):
        with pytest.raises(ProgramFrozen):
            act()
    bought(cast, cast.ada, "100", at=JUNE)
    assert balance(cast.ada, JUNE).total == 200


def test_what_is_no_unit_can_not_be_spent(cast: Cast) -> None:
    program = opened(cast)
    with pytest.raises(UnknownUnit):
        spend_units(program=program, customer=cast.ada, unit="miles", units=1, why={}, at=JUNE, actor=ACTOR)
