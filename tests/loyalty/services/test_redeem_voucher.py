"""Codes: used as often as they allow, given back, kept for a purchase, ended; and one answer for whatever is wrong with them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.business.queries import Scope
from regulars.customers.services import merge_customers
from regulars.groundwork.kernel.idempotency import KeyReused
from regulars.loyalty.models import Voucher, VoucherBatch, VoucherUse
from regulars.loyalty.queries import voucher_with_code, vouchers_of
from regulars.loyalty.services import (
    BadBatch,
    BadUnits,
    ProgramFrozen,
    Usage,
    VoucherRefused,
    adjust_units,
    apply_program,
    confirm_use,
    expire_vouchers,
    forfeit_accounts,
    freeze_program,
    make_batch,
    redeem_voucher,
    reserve_voucher,
    return_use,
    void_voucher,
    withdraw_programs,
)
from regulars.staff.services import TooManyTries

from tests.cast import ACTOR, Cast
from tests.loyalty.club import DAY, POINTS, SHORT, START, recorded
from tests.loyalty.rewarding import COFFEE, JUNE, batch_codes, catalogue, code, given, had, held, used

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def refused(cast: Cast, text: str, customer: Any = None, **how: Any) -> str:
    with pytest.raises(VoucherRefused) as no:
        used(cast, text, customer, **how)
    return no.value.sentence


def test_b1_a_code_is_used_once_however_it_is_typed(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    use = used(cast, f" {code(voucher).lower()} ", cast.ada, branch=cast.market)
    voucher.refresh_from_db()
    assert (voucher.state, voucher.uses_count, use.customer_id, use.branch_id) == ("redeemed", 1, cast.ada.pk, cast.market.pk)
    refused(cast, code(voucher), cast.ada)
    assert held(cast.ada) == []


def test_b4_whatever_is_wrong_the_answer_is_the_same(cast: Cast) -> None:
    program = catalogue(cast)
    spent, ended, foreign, voided = (given(program, cast.ada, key=str(n)) for n in range(4))
    used(cast, code(spent), cast.ada)
    Voucher.objects.filter(pk=ended.pk).update(ends_at=JUNE)
    void_voucher(voucher=voided, reason="test", at=JUNE, actor=ACTOR)
    said = {refused(cast, code(one), cast.ada) for one in (spent, ended, voided)}
    said |= {refused(cast, code(foreign), cast.bo), refused(cast, "hello"), refused(cast, ""), refused(cast, code(foreign)[:-1] + "?")}
    mallory = Scope(business_id=cast.other.pk)
    with pytest.raises(VoucherRefused) as no:
        redeem_voucher(scope=mallory, code=code(foreign), at=JUNE, actor=ACTOR)
    assert said == {no.value.sentence}
    assert VoucherUse.objects.count() == 1


def test_b4_guessing_is_slowed_before_the_thirtieth_try_and_a_customer_elsewhere_still_redeems(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    answers: list[str] = []
    for _guess in range(200):
        try:
            redeem_voucher(scope=cast.scope, code="7K3M-9QTX-2B0F-W", at=JUNE, actor=ACTOR, caller="key:1")
        except (VoucherRefused, TooManyTries) as no:
            answers.append(no.code)
    assert answers.index("too_many_tries") < 30
    with pytest.raises(TooManyTries):
        redeem_voucher(scope=cast.scope, code=code(voucher), at=JUNE, actor=ACTOR, caller="key:1")
    assert redeem_voucher(scope=cast.scope, code=code(voucher), at=JUNE, actor=ACTOR, caller="key:2").made


def test_right_codes_slow_nobody_down(cast: Cast) -> None:
    program = catalogue(cast)
    for text in batch_codes(program, 60):
        redeem_voucher(scope=cast.scope, code=text, at=JUNE, actor=ACTOR, caller="key:1")


def test_a_key_uses_once_and_never_two_vouchers(cast: Cast) -> None:
    program = catalogue(cast)
    one, other = batch_codes(program, 2, uses_max=5)
    assert used(cast, one, key="k").pk == used(cast, one, key="k").pk
    with pytest.raises(KeyReused):
        used(cast, other, key="k")
    assert VoucherUse.objects.count() == 1


def test_32_a_code_for_many_is_used_once_by_each_member_merged_records_too(cast: Cast) -> None:
    program = catalogue(cast)
    (text,) = batch_codes(program, 1, uses_max=3, per_member_once=True)
    refused(cast, text)  # nobody's in particular
    used(cast, text, cast.ada)
    refused(cast, text, cast.ada)
    merge_customers(scope=cast.scope, loser_id=cast.bo.pk, survivor_id=cast.ada.pk, at=JUNE, actor=ACTOR)
    refused(cast, text, cast.bo)
    used(cast, text, cast.cleo)
    assert Voucher.objects.get().uses_count == 2


def test_33_34_b3_a_use_comes_back_once_and_may_be_used_again(cast: Cast) -> None:
    program = catalogue(cast)
    (text,) = batch_codes(program, 1, uses_max=5, per_member_once=True)
    sale = recorded(cast, cast.ada, "5", at=JUNE)
    use = used(cast, text, cast.ada, purchase=sale)
    assert (use.purchase_id, use.branch_id) == (sale.pk, cast.market.pk)
    assert [return_use(use=use, at=JUNE, actor=ACTOR) for _again in range(3)] == [True, False, False]
    used(cast, text, cast.ada)
    assert Voucher.objects.get().uses_count == 1
    assert held(cast.ada) == []


def test_a_member_whose_voucher_ended_before_the_sale_was_cancelled_gets_days_of_grace_and_a_public_code_none(cast: Cast) -> None:
    program = catalogue(cast, valid_days=1)
    own, (public,) = given(program, cast.ada), batch_codes(program, 1)
    uses = [used(cast, code(own), cast.ada), used(cast, public, cast.ada)]
    later = JUNE + 10 * DAY
    for use in uses:
        return_use(use=use, at=later, actor=ACTOR)
    own.refresh_from_db()
    assert (own.state, own.ends_at) == ("assigned", later + 30 * DAY)
    assert Voucher.objects.get(customer=None).state == "expired"
    refused(cast, public, cast.ada, at=later)


@pytest.mark.parametrize(
    ("where", "branch", "channel", "may"),
    [
        ({"branches": ["market"]}, "market", "", True),
        ({"branches": ["market"]}, "station", "", False),
        ({"branches": ["market"]}, "", "", False),
        ({"channels": ["till"]}, "", "till", True),
        ({"channels": ["till"]}, "", "shop", False),
    ],
)
def test_a_voucher_is_used_where_its_reward_may_be(cast: Cast, where: dict[str, Any], branch: str, channel: str, may: bool) -> None:
    program = catalogue(cast, where=where)
    voucher = given(program, cast.ada)
    usage = {"branch": {"market": cast.market, "station": cast.station, "": None}[branch], "channel": channel}
    if may:
        used(cast, code(voucher), cast.ada, **usage)
    else:
        refused(cast, code(voucher), cast.ada, **usage)


def test_what_a_voucher_promised_stays_when_the_program_changes(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    catalogue(cast, at=JUNE + DAY, where={"branches": ["station"]}, cost="2")
    kept = vouchers_of(customer=cast.ada, at=JUNE + 2 * DAY)[0]
    assert (str(kept.reward.cost), kept.voucher.cost_minor) == ("0.80", 80)
    assert used(cast, code(voucher), cast.ada, branch=cast.market, at=JUNE + 2 * DAY)


def test_36_a_reservation_keeps_the_last_use_until_it_ends(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    Voucher.objects.filter(pk=voucher.pk).update(ends_at=JUNE + 5 * MINUTE)

    def reserve(at: Any) -> VoucherUse:
        return reserve_voucher(scope=cast.scope, code=code(voucher), minutes=15, at=at, actor=ACTOR, usage=Usage(customer=cast.ada)).use

    use = reserve(JUNE)
    voucher.refresh_from_db()
    assert voucher.state == "reserved"
    refused(cast, code(voucher), cast.ada)
    assert confirm_use(use=use, purchase=None, at=JUNE + 10 * MINUTE, actor=ACTOR).state == "used"
    assert confirm_use(use=use, purchase=None, at=JUNE + 40 * MINUTE, actor=ACTOR).state == "used"
    assert held(cast.ada) == []


def test_36_a_reservation_that_ended_is_free_again_and_confirms_no_more(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    use = reserve_voucher(scope=cast.scope, code=code(voucher), minutes=15, at=JUNE, actor=ACTOR).use
    with pytest.raises(VoucherRefused):
        confirm_use(use=use, purchase=None, at=JUNE + 16 * MINUTE, actor=ACTOR)
    expire_vouchers(at=JUNE + 16 * MINUTE)
    assert held(cast.ada, JUNE + 16 * MINUTE) == ["coffee"]
    with pytest.raises(BadUnits):
        reserve_voucher(scope=cast.scope, code=code(voucher), minutes=0, at=JUNE, actor=ACTOR)
    assert used(cast, code(voucher), cast.ada, at=JUNE + 16 * MINUTE)


def test_reserving_again_and_again_moves_no_end(cast: Cast) -> None:
    program = catalogue(cast, valid_days=0)
    voucher = given(program, cast.ada)
    reserve_voucher(scope=cast.scope, code=code(voucher), minutes=1440, at=JUNE, actor=ACTOR)
    expire_vouchers(at=JUNE + 2 * DAY)
    voucher.refresh_from_db()
    assert (voucher.state, voucher.uses_count) == ("expired", 0)


def test_24_what_has_ended_is_refused_before_any_job_and_dated_at_its_own_end_after_it(cast: Cast) -> None:
    program = catalogue(cast, valid_days=1)
    voucher = given(program, cast.ada)
    later = JUNE + 5 * DAY
    refused(cast, code(voucher), cast.ada, at=later)
    assert held(cast.ada, later) == []
    assert [expire_vouchers(at=later) for _again in range(2)] == [1, 0]
    voucher.refresh_from_db()
    assert (voucher.state, voucher.settled_at) == ("expired", voucher.ends_at)


def test_ends_are_booked_by_sets_of_a_size(cast: Cast) -> None:
    program = catalogue(cast, valid_days=1)
    batch_codes(program, 5)
    assert [expire_vouchers(at=JUNE + 5 * DAY, limit=2) for _round in range(4)] == [2, 2, 1, 0]


def test_a_frozen_program_takes_no_voucher(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    freeze_program(program=program, reason="test", at=JUNE, actor=ACTOR)
    with pytest.raises(ProgramFrozen):
        used(cast, code(voucher), cast.ada)


def test_a_forgotten_member_leaves_no_voucher_to_use(cast: Cast) -> None:
    program = catalogue(cast)
    voucher = given(program, cast.ada)
    forfeit_accounts(customer_ids=[cast.ada.pk], at=JUNE, actor=ACTOR)
    refused(cast, code(voucher))
    assert held(cast.ada) == []


def test_b6_a_thousand_codes_share_no_pattern_and_catch_each_wrong_sign(cast: Cast) -> None:
    program = catalogue(cast)
    codes = batch_codes(program, 1000)
    assert len(set(codes)) == 1000
    assert len({one[:4] for one in codes}) > 990  # of a million beginnings, few twice
    for place in range(12):
        assert len({one.replace("-", "")[place] for one in codes}) == 32
    for text in codes[:20]:
        for place, sign in enumerate(text):
            wrong = text[:place] + ("0" if sign != "0" else "1") + text[place + 1 :]
            assert sign == "-" or voucher_with_code(scope=cast.scope, code=wrong) is None
    assert all(voucher_with_code(scope=cast.scope, code=one) for one in codes[:50])


def test_a_copy_of_the_database_holds_no_code(cast: Cast) -> None:
    program = catalogue(cast)
    text = code(given(program, cast.ada)).replace("-", "")
    stored = repr(list(Voucher.objects.values()))
    assert text not in stored
    assert text[:6] not in stored


def test_a_code_is_found_by_one_question(cast: Cast) -> None:
    program = catalogue(cast)
    text = batch_codes(program, 50)[17]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert voucher_with_code(scope=cast.scope, code=text)
    assert len(asked) == 1


def test_21_a_batch_lasts_until_the_end_of_its_last_day_in_the_programs_zone(cast: Cast) -> None:
    program = catalogue(cast, valid_days=3)
    dated = make_batch(program=program, reward="coffee", count=2, at=JUNE, actor=ACTOR, ends_on=(JUNE + 10 * DAY).date())
    assert dated.ends_at == JUNE.replace(hour=0) + 11 * DAY
    assert make_batch(program=program, reward="coffee", count=1, at=JUNE, actor=ACTOR).ends_at == JUNE.replace(hour=0) + 4 * DAY


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": True}, "count"),
        ({"count": 1_000_001}, "count"),
        ({"uses_max": 0}, "uses_max"),
        ({"ends_on": (JUNE - DAY).date()}, "ends_on"),
    ],
)
def test_a_batch_that_can_not_be_is_refused_whole(cast: Cast, terms: dict[str, Any], field: str) -> None:
    program = catalogue(cast)
    with pytest.raises(BadBatch) as no:
        make_batch(program=program, reward=COFFEE["code"], at=JUNE, actor=ACTOR, **({"count": 5} | terms))  # type: ignore[arg-type] # bad on purpose
    assert list(no.value.fields) == [field]
    assert not VoucherBatch.objects.exists()


def test_vouchers_of_the_demo_go_with_it(cast: Cast) -> None:
    text = json.dumps(SHORT | {"units": [POINTS], "rewards": [COFFEE | {"stock": 5}]})
    program = apply_program(scope=cast.scope, text=text, at=START, actor=ACTOR, origin="demo").version.program
    adjust_units(program=program, customer=cast.ada, unit="points", units=500, reason="test", at=JUNE, actor=ACTOR)
    used(cast, code(had(program, cast.ada).voucher), cast.ada)
    batch_codes(program, 3)
    assert withdraw_programs(business_id=cast.business.pk, origin="demo") == 1
    assert not Voucher.objects.exists()
