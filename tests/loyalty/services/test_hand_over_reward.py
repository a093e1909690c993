"""A reward handed over at the counter: had and used in one act, once for a key; taken back, both go and the price comes back."""

from __future__ import annotations

import pytest

from regulars.loyalty.models import RewardStock, Voucher, VoucherUse
from regulars.loyalty.queries import member_shown, rewards_for, voucher_faults
from regulars.loyalty.services import (
    NotEnoughUnits,
    OutOfStock,
    RewardNotHere,
    Usage,
    VoucherUsage,
    hand_over_reward,
    redeem_reward,
    take_use_back,
)

from tests.cast import ACTOR, Cast
from tests.loyalty.club import balance
from tests.loyalty.rewarding import JUNE, catalogue, code, given, rich, used

pytestmark = pytest.mark.django_db


def handed(cast: Cast, *, key: str = "once", reward: str = "coffee") -> VoucherUsage:
    from regulars.loyalty.queries import program_coded

    program = program_coded(scope=cast.scope, code="crumbs")
    assert program is not None
    usage = Usage(customer=cast.ada, branch=cast.market, channel="till")
    return hand_over_reward(program=program, customer=cast.ada, reward=reward, usage=usage, at=JUNE, actor=ACTOR, key=key)


def test_it_is_paid_used_and_counted_once_for_a_key(cast: Cast) -> None:
    catalogue(cast, stock=3)
    rich(cast, cast.ada, points="1200")
    first, again, other = handed(cast), handed(cast), handed(cast, key="twice")
    assert (first.made, again.made, other.made) == (True, False, True)
    assert first.use.pk == again.use.pk != other.use.pk
    assert balance(cast.ada, JUNE).usable == 200
    assert RewardStock.objects.get().taken == 2
    assert list(voucher_faults()) == []


def test_what_was_kept_by_the_same_click_is_used_not_had_again(cast: Cast) -> None:
    program = catalogue(cast)
    rich(cast, cast.ada, points="1200")
    redeem_reward(program=program, customer=cast.ada, reward="coffee", at=JUNE, actor=ACTOR, key="once")
    handed(cast)
    assert Voucher.objects.get().state == "redeemed"
    assert balance(cast.ada, JUNE).usable == 700


def test_too_few_points_or_no_stock_leave_nothing_behind(cast: Cast) -> None:
    catalogue(cast, stock=1)
    rich(cast, cast.ada, points="499")
    with pytest.raises(NotEnoughUnits):
        handed(cast)
    rich(cast, cast.ada, points="800")
    handed(cast)
    with pytest.raises(OutOfStock):
        handed(cast, key="twice")
    assert (Voucher.objects.count(), VoucherUse.objects.count()) == (1, 1)
    assert balance(cast.ada, JUNE).usable == 799


def test_at_a_place_where_its_vouchers_are_not_used_it_is_refused_before_anything_is_paid(cast: Cast) -> None:
    catalogue(cast, where={"branches": ["station"]})
    rich(cast, cast.ada)
    with pytest.raises(RewardNotHere):
        handed(cast)
    assert balance(cast.ada, JUNE).usable == 500


def test_taken_back_the_price_and_the_piece_return_once_and_it_can_be_had_again(cast: Cast) -> None:
    program = catalogue(cast, stock=1, per_member_max=1)
    rich(cast, cast.ada)
    use = handed(cast).use
    assert [take_use_back(use=use, at=JUNE, actor=ACTOR) for _click in range(2)] == [True, False]
    assert balance(cast.ada, JUNE).usable == 500
    assert (Voucher.objects.get().state, RewardStock.objects.get().taken) == ("voided", 0)
    assert [one.why_not for one in rewards_for(customer=cast.ada, shown=member_shown(customer=cast.ada, at=JUNE), at=JUNE)] == [""]
    handed(cast, key="again")
    assert list(voucher_faults(program=program)) == []


def test_a_use_of_what_was_theirs_already_leaves_them_the_voucher(cast: Cast) -> None:
    program = catalogue(cast)
    rich(cast, cast.ada)
    use = used(cast, code(given(program, cast.ada)), cast.ada)
    assert take_use_back(use=use, at=JUNE, actor=ACTOR)
    assert Voucher.objects.get().state == "assigned"
    assert balance(cast.ada, JUNE).usable == 500
