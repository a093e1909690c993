from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.insight.rules.calendar_days import day_number
from regulars.insight.rules.rfm import rfm_at
from regulars.insight.rules.visit_history import VisitHistory, fold_purchases

from tests.insight.published import CDNOW_END, CDNOW_SPLIT, cdnow_calibration, cdnow_master, cdnow_sample

CUSTOMERS = 4
rows = st.lists(
    st.tuples(
        st.integers(0, CUSTOMERS - 1),
        st.integers(0, 40),
        st.integers(-500, 5000),
        st.booleans(),
        st.booleans(),
    ),
    max_size=60,
)


def folded(purchases: list[tuple[int, int, int, bool, bool]]) -> VisitHistory:
    history = VisitHistory.empty(CUSTOMERS)
    fold_into(history, purchases)
    return history


def fold_into(history: VisitHistory, purchases: list[tuple[int, int, int, bool, bool]]) -> None:
    columns = list(zip(*purchases, strict=True)) if purchases else [(), (), (), (), ()]
    customer, day, amount = (np.array(column, dtype=np.int64) for column in columns[:3])
    refund, own = (np.array(column, dtype=bool) for column in columns[3:])
    fold_purchases(history, customer=customer, day=day, amount_minor=amount, is_refund=refund, own_currency=own)


@given(rows, st.integers(0, 41))
def test_t26_joining_the_records_of_two_stretches_gives_the_record_of_both(purchases, cut):
    early = [row for row in purchases if row[1] < cut]
    late = [row for row in purchases if row[1] >= cut]
    assert np.array_equal(folded(early).joined_with(folded(late)).records, folded(purchases).records)


@given(rows, st.integers(0, 60))
def test_t26_even_a_day_may_be_cut_in_two(purchases, cut):
    ordered = sorted(purchases, key=lambda row: row[1])
    joined = folded(ordered[:cut]).joined_with(folded(ordered[cut:]))
    assert np.array_equal(joined.records, folded(purchases).records)


@given(rows, st.lists(st.integers(0, 40), max_size=5))
def test_t26_folding_day_after_day_into_one_record_equals_folding_all_at_once(purchases, cuts):
    history = VisitHistory.empty(CUSTOMERS)
    borders = [-1, *sorted(cuts), 40]
    for after, until in itertools.pairwise(borders):
        fold_into(history, [row for row in purchases if after < row[1] <= until])
    assert np.array_equal(history.records, folded(purchases).records)


@given(rows)
def test_a_fold_counts_what_a_plain_reading_counts(purchases):
    history = folded(purchases)
    for customer in range(CUSTOMERS):
        own = [row for row in purchases if row[0] == customer]
        days = sorted({day for _, day, _, refund, _ in own if not refund})
        assert history.visits[customer] == len(days)
        assert history.net_amount[customer] == sum(amount for *_, amount, _, counts in own if counts)
        gaps = [later - earlier for earlier, later in itertools.pairwise(days)]
        assert history.column("gap_squares")[customer] == sum(gap * gap for gap in gaps)
        assert history.column("longest_gap")[customer] == max(gaps, default=0)


def test_t27_a_row_before_a_stored_last_day_is_left_out_and_its_customer_named_for_a_new_fold():
    stored = [(0, 10, 100, False, True), (0, 20, 100, False, True), (1, 20, 100, False, True)]
    late = (0, 15, 100, False, True)
    history = folded(stored)
    fold_into(history, [late])
    touched = np.flatnonzero(history.column("late_rows"))
    assert touched.tolist() == [0]
    rebuilt = folded([row for row in [*stored, late] if row[0] in touched])
    history.records[touched] = rebuilt.records[touched]
    assert np.array_equal(history.records, folded([*stored, late]).records)


def test_t20_two_receipts_on_one_day_are_one_visit_and_a_refund_is_none():
    first = day_number(datetime(2026, 1, 1, tzinfo=UTC).date())
    refund_day = day_number(datetime(2026, 2, 1, tzinfo=UTC).date())
    history = folded([(0, first, 1000, False, True), (0, first, 500, False, True), (0, refund_day, -700, True, True)])
    rfm = rfm_at(history, end_day=refund_day)
    assert (rfm.frequency[0], rfm.recency[0], rfm.net_amount[0], rfm.refunds[0]) == (0, 0, 800, 1)


def test_a_visit_paid_in_foreign_money_is_a_visit_but_no_money():
    history = folded([(0, 1, 1000, False, True), (0, 5, 9900, False, False), (0, 9, 2000, False, True)])
    rfm = rfm_at(history, end_day=9)
    assert (rfm.frequency[0], rfm.paid_repeats[0], rfm.mean_spend[0], rfm.net_amount[0]) == (
        2,
        1,
        2000.0,
        3000,
    )


def test_a_customer_with_nothing_but_a_refund_has_never_come():
    assert len(rfm_at(folded([(0, 3, -700, True, True)]), end_day=9)) == 0


def test_t22_age_counts_to_the_stated_end_and_later_visits_are_refused():
    history = folded([(0, 1, 1000, False, True), (0, 5, 1000, False, True)])
    assert rfm_at(history, end_day=30).age[0] == 29
    with pytest.raises(ValueError, match="stated end"):
        rfm_at(history, end_day=4)


def test_t1_cdnow_has_the_published_counts():
    rfm = cdnow_calibration()
    held_back = cdnow_sample().history(first=date(1997, 10, 1), last=CDNOW_END)
    assert len(rfm) == 2357
    assert int(rfm.frequency.sum()) == 2457
    assert int(rfm.repeats.sum()) == 946
    assert int(held_back.visits[rfm.position].sum()) == 1882


def test_cdnows_first_customer_has_the_published_figures():
    rfm = cdnow_calibration()
    assert rfm.frequency[0] == 2
    assert rfm.recency[0] / 7 == pytest.approx(30.43, abs=0.005)
    assert rfm.age[0] / 7 == pytest.approx(38.86, abs=0.005)


def test_all_of_cdnow_adds_up_to_its_published_total():
    master = cdnow_master()
    history = master.history()
    assert len(history.records) == 23_570
    assert int(history.net_amount.sum()) == 250_031_563
    assert history.joined_with(VisitHistory.empty(23_570)).records is not history.records


def test_cdnow_cut_at_any_day_joins_to_the_same_records():
    sales = cdnow_sample()
    whole = sales.history()
    for cut in (date(1997, 2, 14), CDNOW_SPLIT, date(1998, 1, 1)):
        after = date.fromordinal(cut.toordinal() + 1)
        assert np.array_equal(sales.history(last=cut).joined_with(sales.history(first=after)).records, whole.records)
