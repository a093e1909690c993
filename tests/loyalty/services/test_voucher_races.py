"""The last reward, the last use, one key, two channels at once: for real, on connections of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction

from regulars.customers.queries import Customer
from regulars.loyalty.models import RewardStock, Voucher, VoucherUse
from regulars.loyalty.services import expire_vouchers, void_voucher
from regulars.loyalty.services.redeeming import return_use

from tests.cast import ACTOR, Cast, enrol
from tests.loyalty.club import kinds, usable
from tests.loyalty.rewarding import JUNE, batch_codes, catalogue, code, given, had, held, rich, used
from tests.loyalty.services.test_loyalty_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def crowd(cast: Cast, count: int) -> list[Customer]:
    return [enrol(cast.business, f"Guest{number}", "Crowd", f"G-{number}", None) for number in range(count)]


def test_29_the_last_reward_goes_once_and_the_others_keep_their_points(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    members = crowd(cast, 10)
    rich(cast, *members)
    said = Counter(together(*[lambda who=who: had(program, who) for who in members]))  # type: ignore[misc] # one for each
    assert said == {"done": 1, "out_of_stock": 9}
    assert sorted(usable(who, JUNE) for who in members) == [0] + [500] * 9
    assert RewardStock.objects.get().taken == 1
    assert sum(len(held(who)) for who in members) == 1


def test_30_one_members_points_buy_one_reward_however_many_ask(cast: Cast) -> None:
    program = catalogue(cast, stock=100)
    rich(cast, cast.ada)
    acts: list[Callable[[], object]] = [lambda n=n: had(program, cast.ada, key=str(n)) for n in range(8)]  # type: ignore[misc] # one for each
    assert Counter(together(*acts)) == {"done": 1, "insufficient": 7}
    assert (usable(cast.ada, JUNE), held(cast.ada), RewardStock.objects.get().taken) == (0, ["coffee"], 1)


def test_one_key_redeems_once_when_it_is_fired_at_once(cast: Cast) -> None:
    program = catalogue(cast, stock=100)
    rich(cast, cast.ada, points="5000")
    assert together(*[lambda: had(program, cast.ada, key="k")] * 8) == ["done"] * 8
    assert (usable(cast.ada, JUNE), held(cast.ada), RewardStock.objects.get().taken) == (4500, ["coffee"], 1)


def test_56_a_limit_holds_on_web_and_till_at_once(cast: Cast) -> None:
    program = catalogue(cast, per_member_max=2)
    rich(cast, cast.ada, points="5000")
    assert Counter(together(*[lambda: had(program, cast.ada)] * 6)) == {"done": 2, "reward_limit_reached": 4}
    assert usable(cast.ada, JUNE) == 4000


def test_32_a_code_for_ten_is_used_ten_times_and_by_nobody_twice(cast: Cast) -> None:
    program = catalogue(cast)
    members = crowd(cast, 12)
    (text,) = batch_codes(program, 1, uses_max=8, per_member_once=True)
    said = Counter(together(*[lambda who=who: used(cast, text, who) for who in members for _twice in range(2)]))  # type: ignore[misc] # one for each
    assert said == {"done": 8, "voucher_refused": 16}
    assert Voucher.objects.get().uses_count == 8
    assert len(set(VoucherUse.objects.values_list("customer", flat=True))) == 8
    assert held(cast.ada) == []


def test_b2_three_uses_are_three_uses(cast: Cast) -> None:
    program = catalogue(cast)
    (text,) = batch_codes(program, 1, uses_max=3)
    assert Counter(together(*[lambda: used(cast, text)] * 15)) == {"done": 3, "voucher_refused": 12}
    assert VoucherUse.objects.filter(state="used").count() == 3


def test_b3_a_use_comes_back_once_when_many_give_it_back(cast: Cast) -> None:
    program = catalogue(cast)
    (text,) = batch_codes(program, 1, uses_max=3)
    uses = [used(cast, text) for _use in range(2)]
    assert together(*[lambda: return_use(use=VoucherUse.objects.get(pk=uses[0].pk), at=JUNE, actor=ACTOR)] * 6) == ["done"] * 6
    assert Voucher.objects.get().uses_count == 1


def test_a_voucher_is_either_used_or_withdrawn(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    rich(cast, cast.ada)
    voucher = had(program, cast.ada).voucher
    text = code(voucher)

    def withdraw() -> object:
        return void_voucher(voucher=Voucher.objects.get(pk=voucher.pk), reason="test", at=JUNE, actor=ACTOR)

    together(*[lambda: used(cast, text, cast.ada), withdraw] * 4)
    voucher.refresh_from_db()
    was_used = voucher.state == "redeemed"
    assert voucher.state in {"redeemed", "voided"}
    assert (usable(cast.ada, JUNE), RewardStock.objects.get().taken) == ((0, 1) if was_used else (500, 0))
    assert len([one for one in kinds(cast.ada) if one[0] == "restored"]) == (0 if was_used else 1)
    assert held(cast.ada) == []


def test_one_key_issues_one_voucher_when_a_card_is_told_of_twice(cast: Cast) -> None:
    program = catalogue(cast)
    assert together(*[lambda: given(program, cast.ada)] * 6) == ["done"] * 6
    assert held(cast.ada) == ["coffee"]


def test_two_jobs_end_vouchers_once(cast: Cast) -> None:
    program = catalogue(cast, valid_days=0)
    batch_codes(program, 20)
    later = JUNE.replace(month=7)
    assert together(*[lambda: expire_vouchers(at=later)] * 4) == ["done"] * 4
    assert Voucher.objects.filter(state="expired").count() == 20


def test_39_what_breaks_off_after_the_points_leaves_nothing_behind(cast: Cast) -> None:
    program = catalogue(cast, stock=1)
    rich(cast, cast.ada)
    with pytest.raises(RuntimeError), transaction.atomic():
        had(program, cast.ada, key="k")
        raise RuntimeError("the process died here")
    assert (usable(cast.ada, JUNE), held(cast.ada), RewardStock.objects.filter(taken__gt=0).count()) == (500, [], 0)
    assert had(program, cast.ada, key="k").made
