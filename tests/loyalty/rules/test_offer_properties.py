"""What holds for any basket, member and offers: nothing depends on order, nothing is lost, nobody pays less than nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.loyalty.rules import baskets as reasons
from regulars.loyalty.rules.baskets import Basket, Line, Member, Priced
from regulars.loyalty.rules.eligibility import Due, due
from regulars.loyalty.rules.offer_index import OfferIndex
from regulars.loyalty.rules.offers import Offer, Stacking
from regulars.loyalty.rules.parts import exact
from regulars.loyalty.rules.pricing import price, refund_of
from regulars.loyalty.rules.stack import outcome_of, rank_of

from tests.loyalty.rules.offering import BASKETS, BERLIN, MEMBERS, NOON, STACKINGS, offers, special

pytestmark = pytest.mark.pure
INSTANTS = st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 23), timezones=st.just(UTC))
SHUFFLES = st.randoms(use_true_random=False)
# Reasons of offers that an index never looks at.
FAR = {reasons.NOT_HERE, reasons.NOT_IN_PERIOD, reasons.OTHER_GOODS, reasons.OTHER_TIER, reasons.OTHER_TRAIT}


def priced(basket: Basket, given_offers: list[Offer], member: Member | None, stacking: Stacking) -> Priced:
    return price(basket, given_offers, member, NOON, BERLIN, stacking)


@given(BASKETS, offers(), MEMBERS, STACKINGS, SHUFFLES)
def test_the_order_in_which_offers_are_stored_changes_nothing(
    basket: Basket, found: list[Offer], member: Member, stacking: Stacking, chance: random.Random
) -> None:
    before = priced(basket, found, member, stacking)
    chance.shuffle(found)
    assert priced(basket, found, member, stacking) == before


@given(BASKETS, offers(), MEMBERS, STACKINGS, SHUFFLES)
def test_a_cart_in_another_order_costs_the_same(
    basket: Basket, found: list[Offer], member: Member, stacking: Stacking, chance: random.Random
) -> None:
    lines = list(basket.lines)
    chance.shuffle(lines)
    before = priced(basket, found, member, stacking)
    after = priced(Basket(lines=tuple(lines), currency="EUR", channel=basket.channel, branch=basket.branch), found, member, stacking)
    assert (after.total_minor, after.applied, after.not_applied) == (before.total_minor, before.applied, before.not_applied)


@given(BASKETS, offers(), MEMBERS, STACKINGS)
def test_figures_add_up_and_no_cap_is_passed(basket: Basket, found: list[Offer], member: Member, stacking: Stacking) -> None:
    result = priced(basket, found, member, stacking)
    assert result.total_minor == sum(line.amount_minor for line in basket.lines) - result.discount_minor
    for one in result.applied:
        assert one.amount_minor == sum(share for line in result.lines for offer, share in line.shares if offer == one.offer) > 0
    for line, before in zip(result.lines, basket.lines, strict=True):
        assert 0 <= line.paid_minor <= line.amount_minor == before.amount_minor
        assert before.counts or not line.shares
        assert all(share > 0 for _, share in line.shares)
    whole, caps = result.order_minor, {offer.code: offer.cap_percent for offer in found}
    assert stacking.cap_percent is None or result.discount_minor * 100 <= whole * exact(stacking.cap_percent)
    for one in result.applied:
        cap = caps[one.offer]
        assert cap is None or one.amount_minor * 100 <= whole * exact(cap)
    assert len(result.applied) <= stacking.max_offers
    named = [one.offer for one in (*result.applied, *result.not_applied)]
    assert sorted(named) == sorted(offer.code for offer in found)


@given(BASKETS, offers(), MEMBERS, STACKINGS)
def test_what_is_applied_may_stand_together_and_nothing_better_might(
    basket: Basket, found: list[Offer], member: Member, stacking: Stacking
) -> None:
    result = priced(basket, found, member, stacking)
    kinds = {offer.code: offer.stacking for offer in found}
    applied = [kinds[one.offer] for one in result.applied]
    assert applied.count("best") <= 1
    assert "exclusive" not in applied or len(applied) == 1
    dues = [one for offer in sorted(found, key=rank_of) if isinstance(one := due(offer, basket, member, NOON, BERLIN), Due)]
    stack = [one for one in dues if one.offer.stacking == "stack"]
    rivals = [stack]
    rivals += [sorted([*stack, one], key=lambda one: rank_of(one.offer)) for one in dues if one.offer.stacking == "best"]
    rivals += [[one] for one in dues if one.offer.stacking == "exclusive"]
    order = sorted(range(len(basket.lines)), key=lambda place: (-basket.lines[place].amount_minor, basket.lines[place].product))
    # Cents of rounding may fall otherwise in another order of lines: what is best is compared to within one for each offer.
    slack = len(dues)
    assert all(outcome_of(rival, basket, order, stacking).total_minor <= result.discount_minor + slack for rival in rivals)


@given(BASKETS, offers(), st.one_of(st.none(), MEMBERS), STACKINGS)
@example(Basket(lines=(Line(amount_minor=5, reward=True),), currency="EUR"), [special(percent="5")], Member(), Stacking())
def test_the_index_answers_as_all_offers_do(basket: Basket, found: list[Offer], member: Member | None, stacking: Stacking) -> None:
    index = OfferIndex(found)
    naive = priced(basket, found, member, stacking)
    quick = priced(basket, list(index.candidates(basket, member, NOON, BERLIN)), member, stacking)
    assert (quick.lines, quick.applied, quick.order_minor) == (naive.lines, naive.applied, naive.order_minor)
    near = [one for one in naive.not_applied if one.reason not in FAR]
    assert [one for one in quick.not_applied if one.reason not in FAR] == near


@given(BASKETS, offers(), st.one_of(st.none(), MEMBERS), INSTANTS)
def test_the_index_drops_nothing_that_is_due_at_any_instant(
    basket: Basket, found: list[Offer], member: Member | None, at: datetime
) -> None:
    kept = {offer.code for offer in OfferIndex(found).candidates(basket, member, at, BERLIN)}
    assert kept >= {offer.code for offer in found if isinstance(due(offer, basket, member, at, BERLIN), Due)}


@given(BASKETS, offers(), MEMBERS, st.data())
def test_refunding_everything_in_any_parts_gives_back_what_was_paid(
    basket: Basket, found: list[Offer], member: Member, chance: st.DataObject
) -> None:
    result = priced(basket, found, member, Stacking())
    back = 0
    for line in result.lines:
        gone = 0
        while gone < line.quantity_milli:
            part = chance.draw(st.integers(min(200, line.quantity_milli - gone), line.quantity_milli - gone))
            refund = refund_of(result.lines, {line.position: part}, {line.position: gone})
            assert refund.amount_minor >= 0
            back, gone = back + refund.amount_minor, gone + part
    assert back == result.total_minor


@given(BASKETS, offers(most=4), STACKINGS)
def test_a_guest_pays_the_full_price(basket: Basket, found: list[Offer], stacking: Stacking) -> None:
    result = priced(basket, found, None, stacking)
    assert (result.applied, result.discount_minor) == ((), 0)


@given(BASKETS, offers(most=5), MEMBERS)
def test_fewer_offers_never_make_an_uncapped_cart_cheaper(basket: Basket, found: list[Offer], member: Member) -> None:
    """Without limits on their number, an offer more is never to the customer's harm, but for a cent of rounding for each offer."""
    full = priced(basket, found, member, Stacking()).total_minor
    for fewer in combinations(found, max(len(found) - 1, 0)):
        assert priced(basket, list(fewer), member, Stacking()).total_minor >= full - len(found)
