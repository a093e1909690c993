"""Rewards in figures, and the proof that vouchers, uses and stock agree (R15, I5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regulars.groundwork.kernel.invariants import faults
from regulars.loyalty.models import RewardStock, Voucher, VoucherUse
from regulars.loyalty.queries import Figure, reward_figures
from regulars.loyalty.services import ProgramFrozen, expire_vouchers, prove_books, reserve_voucher, return_use, void_voucher

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY
from tests.loyalty.rewarding import COFFEE, JUNE, batch_codes, catalogue, code, given, had, rich, used

pytestmark = pytest.mark.django_db
TODAY = JUNE.date()
CAKE = COFFEE | {"code": "cake", "name": "A cake", "cost": "2", "valid_days": 0}


def test_r15_what_was_given_used_ended_and_withdrawn_is_counted_with_its_cost(cast: Cast) -> None:
    program = catalogue(cast, extra=(CAKE,))
    rich(cast, cast.ada)
    one, two, three, four = (given(program, cast.ada, key=str(n)) for n in range(4))
    given(program, cast.ada, key="cake", reward="cake")
    batch_codes(program, 3, uses_max=10)
    used(cast, code(one), branch=cast.market)
    return_use(use=used(cast, code(two), branch=cast.market), at=JUNE, actor=ACTOR)
    reserve_voucher(scope=cast.scope, code=code(three), minutes=60, at=JUNE, actor=ACTOR)
    void_voucher(voucher=four, reason="test", at=JUNE, actor=ACTOR)
    void_voucher(voucher=had(program, cast.ada).voucher, reason="test", at=JUNE, actor=ACTOR)
    used(cast, code(two), branch=cast.station, at=JUNE + DAY)
    expire_vouchers(at=JUNE)
    today = {one.name: one for one in reward_figures(program=program, first=TODAY, last=TODAY)}
    assert today["coffee"].issued == Figure(uses=35, cost_minor=35 * 80)
    assert today["coffee"].reserved == Figure(uses=1, cost_minor=80)
    assert today["coffee"].redeemed == Figure(uses=1, cost_minor=80)
    assert today["coffee"].revoked == Figure(uses=2, cost_minor=160)
    assert today["coffee"].expired == today["cake"].expired == Figure()
    expire_vouchers(at=JUNE + 3 * DAY)
    tomorrow = {one.name: one for one in reward_figures(program=program, first=TODAY + DAY, last=TODAY + 3 * DAY)}
    assert tomorrow["cake"].expired == Figure(uses=1, cost_minor=200)
    assert tomorrow["coffee"].redeemed == Figure(uses=1, cost_minor=80)
    both = {one.name: one for one in reward_figures(program=program, first=TODAY, last=TODAY + DAY, by="branch")}
    assert (both["market"].redeemed.uses, both["station"].redeemed.uses, both[""].issued.uses) == (1, 1, 36)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda: VoucherUse.objects.update(state="returned"), "counts 1 uses of 1, it has 0"),
        (lambda: Voucher.objects.filter(state="redeemed").update(uses_count=0), "is redeemed and has uses left"),
        (lambda: RewardStock.objects.update(taken=3), "were taken, its vouchers took 1"),
        (lambda: Voucher.objects.filter(took_stock=True).update(took_stock=False), "were taken, its vouchers took 0"),
    ],
    ids=["a use is gone", "a count is wrong", "stock is wrong", "stock was not taken"],
)
def test_i5_whoever_spoils_a_count_is_found(cast: Cast, spoil: Callable[[], int], word: str) -> None:
    program = catalogue(cast, stock=5)
    rich(cast, cast.ada)
    used(cast, code(had(program, cast.ada).voucher))
    assert [one for one in faults() if one[0] == "loyalty.vouchers"] == []
    spoil()
    assert any(word in sentence for name, sentence in faults() if name == "loyalty.vouchers")


def test_a_stock_that_does_not_agree_stops_spending_in_its_program(cast: Cast) -> None:
    program = catalogue(cast, stock=5)
    rich(cast, cast.ada, points="1000")
    had(program, cast.ada)
    assert [proof.froze for proof in prove_books(at=JUNE, actor=ACTOR)] == [False]
    RewardStock.objects.update(taken=3)
    proofs = prove_books(at=JUNE, actor=ACTOR)
    assert [(proof.froze, proof.voucher_faults) for proof in proofs] == [(True, ["of “coffee” 3 were taken, its vouchers took 1"])]
    with pytest.raises(ProgramFrozen):
        had(program, cast.ada)
