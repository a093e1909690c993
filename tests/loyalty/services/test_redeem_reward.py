"""Members get rewards for their points: what it costs, who may, how often, while there are any."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.groundwork.kernel.refusals import Refusal
from regulars.loyalty.models import RewardStock, Voucher
from regulars.loyalty.queries import stock_of
from regulars.loyalty.services import (
    NotEnoughUnits,
    OutOfStock,
    ProgramFrozen,
    RewardLimitReached,
    RewardNotNow,
    RewardNotTheirs,
    RewardWithoutPrice,
    UnknownReward,
    VoucherSettled,
    freeze_program,
    issue_voucher,
    redeem_reward,
    void_voucher,
)

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, changed, kinds, opened, usable
from tests.loyalty.rewarding import COFFEE, JUNE, catalogue, code, given, had, held, rich, used

pytestmark = pytest.mark.django_db


def test_a_reward_takes_its_price_and_gives_a_voucher_that_says_what_it_costs(cast: Cast) -> None:
    program = catalogue(cast, valid_days=30, stock=3)
    rich(cast, cast.ada, points="620")
    found = had(program, cast.ada)
    assert usable(cast.ada, JUNE) == 120
    assert (found.voucher.reward, found.voucher.cost_minor, found.voucher.state) == ("coffee", 80, "assigned")
    assert found.voucher.ends_at == JUNE.replace(hour=0) + 31 * DAY
    assert found.entries[0].why == {"reward": "coffee", "voucher": str(found.voucher.public_id)}
    assert held(cast.ada) == ["coffee"]
    assert [one.left for one in stock_of(program=program, at=JUNE)] == [2]


def test_the_price_is_read_at_the_units_own_decimals(cast: Cast) -> None:
    program = opened(cast, points={"scale": 1}, rewards=[COFFEE | {"price": {"unit": "points", "units": "2.5"}}])
    rich(cast, cast.ada, points="5")
    had(program, cast.ada)
    assert kinds(cast.ada) == [("issued", 50), ("redeemed", -25)]


def test_too_few_points_give_nothing_and_take_nothing(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    rich(cast, cast.ada, points="499")
    with pytest.raises(NotEnoughUnits):
        had(program, cast.ada)
    assert (usable(cast.ada, JUNE), held(cast.ada), RewardStock.objects.get().taken) == (499, [], 0)


def test_a_key_redeems_once_and_another_members_same_key_is_their_own(cast: Cast) -> None:
    program = catalogue(cast, stock=2)
    rich(cast, cast.ada, cast.ada, cast.bo)
    first, again, other = had(program, cast.ada, key="k"), had(program, cast.ada, key="k"), had(program, cast.bo, key="k")
    assert (first.made, again.made, other.made) == (True, False, True)
    assert first.voucher.pk == again.voucher.pk != other.voucher.pk
    assert [one.pk for one in first.entries] == [one.pk for one in again.entries]
    assert usable(cast.ada, JUNE) == 500


def test_29_what_is_gone_is_refused_and_the_points_stay(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    rich(cast, cast.ada, cast.bo)
    had(program, cast.ada)
    with pytest.raises(OutOfStock):
        had(program, cast.bo)
    assert (usable(cast.bo, JUNE), held(cast.bo), RewardStock.objects.get().taken) == (500, [], 1)


def test_a_version_with_more_of_it_lets_more_members_have_it_and_none_twice_over(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    rich(cast, cast.ada, cast.ada, cast.ada)
    had(program, cast.ada)
    changed(cast, at=JUNE + DAY, rewards=[COFFEE | {"stock": 2}])
    had(program, cast.ada, at=JUNE + DAY)
    with pytest.raises(OutOfStock):
        had(program, cast.ada, at=JUNE + DAY)


@pytest.mark.parametrize(("limits", "per"), [({"per_member_max": 2}, "member"), ({"per_member_day_max": 2}, "day")])
def test_56_a_member_may_have_it_so_often(cast: Cast, limits: dict[str, Any], per: str) -> None:
    program = catalogue(cast, **limits)
    rich(cast, cast.ada, points="2000")
    rich(cast, cast.bo)
    had(program, cast.ada)
    had(program, cast.ada)
    with pytest.raises(RewardLimitReached) as refused:
        had(program, cast.ada)
    assert refused.value.extra == {"limit": 2, "per": per}
    assert usable(cast.ada, JUNE) == 1000
    had(program, cast.bo)
    tomorrow = JUNE + DAY
    if per == "day":
        had(program, cast.ada, at=tomorrow)
    else:
        with pytest.raises(RewardLimitReached):
            had(program, cast.ada, at=tomorrow)


def test_what_a_card_gives_counts_towards_no_limit_and_no_stock(cast: Cast) -> None:
    program = catalogue(cast, per_member_max=1, stock=1)
    rich(cast, cast.ada)
    given(program, cast.ada, key="card:1")
    given(program, cast.ada, key="card:2")
    had(program, cast.ada)
    given(program, cast.ada, key="card:3")
    assert held(cast.ada) == ["coffee"] * 4


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"price": None}, RewardWithoutPrice),
        ({"period": {"weekdays": ["tue"]}}, RewardNotNow),
        ({"where": {"traits": {"risk": ["low"]}}}, RewardNotTheirs),
    ],
)
def test_what_may_not_be_had_is_refused_with_its_reason(cast: Cast, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    program = catalogue(cast, **changes)
    rich(cast, cast.ada)
    with pytest.raises(refusal):
        had(program, cast.ada)
    assert usable(cast.ada, JUNE) == 500


def test_an_unknown_reward_and_a_frozen_program_give_nothing(cast: Cast) -> None:
    program = catalogue(cast)
    rich(cast, cast.ada)
    with pytest.raises(UnknownReward):
        redeem_reward(program=program, customer=cast.ada, reward="tea", at=JUNE, actor=ACTOR)
    freeze_program(program=program, reason="test", at=JUNE, actor=ACTOR)
    with pytest.raises(ProgramFrozen):
        had(program, cast.ada)
    assert not Voucher.objects.exists()


def test_what_a_card_owes_is_given_once_for_its_key(cast: Cast) -> None:
    program = catalogue(cast, price=None)
    assert given(program, cast.ada).pk == given(program, cast.ada).pk
    with pytest.raises(UnknownReward):
        issue_voucher(program=program, customer=cast.ada, reward="tea", key="x", cause="gift", at=JUNE, actor=ACTOR)
    assert held(cast.ada) == ["coffee"]


def test_33_a_voucher_that_is_withdrawn_gives_points_and_stock_back_once(cast: Cast) -> None:
    program = catalogue(cast, stock=1, per_member_max=1)
    rich(cast, cast.ada)
    voucher = had(program, cast.ada).voucher
    assert [void_voucher(voucher=voucher, reason="order cancelled", at=JUNE, actor=ACTOR) for _again in range(3)] == [True, False, False]
    assert (usable(cast.ada, JUNE), RewardStock.objects.get().taken, held(cast.ada)) == (500, 0, [])
    had(program, cast.ada)  # neither the stock nor the limit remembers it


def test_24_a_voucher_that_has_ended_is_withdrawn_no_more_whatever_a_job_has_done(cast: Cast) -> None:
    program = catalogue(cast, valid_days=1)
    rich(cast, cast.ada)
    voucher = had(program, cast.ada).voucher
    with pytest.raises(VoucherSettled):
        void_voucher(voucher=voucher, reason="too late", at=JUNE + 3 * DAY, actor=ACTOR)
    assert usable(cast.ada, JUNE + 3 * DAY) == 0


def test_a_voucher_that_was_used_is_withdrawn_no_more(cast: Cast) -> None:
    program = catalogue(cast)
    rich(cast, cast.ada)
    voucher = had(program, cast.ada).voucher
    used(cast, code(voucher), cast.ada)
    with pytest.raises(VoucherSettled):
        void_voucher(voucher=voucher, reason="too late", at=JUNE, actor=ACTOR)
    assert usable(cast.ada, JUNE) == 0
