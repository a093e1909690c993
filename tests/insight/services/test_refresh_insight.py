from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.business.queries import Scope
from regulars.customers.models import Trait
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.models import FactRow
from regulars.groundwork.kernel.schedules import SCHEDULES
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.insight.models import CustomerScore, Refresh, RefreshState
from regulars.insight.queries import current_refresh, customer_report, freshness_of, report
from regulars.insight.services import NoSuchDay, refresh_insight, request_refresh
from regulars.insight.services.refreshing import compute_refresh

from tests.insight.published import CDNOW_END, CDNOW_SPLIT, cdnow_sample
from tests.insight.shop import ACTOR, AT, load, sell, shop

pytestmark = pytest.mark.django_db


def refreshed(business, **asked):
    return refresh_insight(business_id=business.pk, at=AT, actor=ACTOR, **asked)


def test_cdnow_with_a_calibration_end_gives_the_published_figures():
    business = shop()
    load(business, cdnow_sample())
    refreshed(business, calibration_end=CDNOW_SPLIT)
    found = report(scope=Scope(business.pk))
    assert (found["as_of"], found["models_until"]) == (CDNOW_END.isoformat(), CDNOW_SPLIT.isoformat())
    assert (found["customers"], found["repeat_customers"], found["repeat_visits"]) == (2357, 946, 2457)
    bg = found["bg_nbd"]
    assert [bg["r"], bg["alpha"], bg["a"], bg["b"]] == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], rel=1e-3)
    assert bg["log_likelihood"] == pytest.approx(-9582.43, abs=0.05)
    assert (bg["time_unit"], bg["converged"]) == ("weeks", True)
    gg = found["gamma_gamma"]
    assert [gg["p"], gg["q"], gg["v"]] == pytest.approx([6.2496, 3.7442, 15.4435], rel=1e-3)
    assert gg["log_likelihood"] == pytest.approx(-4055.92, abs=0.05)
    held = found["holdout"]
    assert (held["from"], held["to"], held["actual_purchases"]) == ("1997-10-01", "1998-06-30", 1882)
    assert held["expected_purchases"] == pytest.approx(1653.4, rel=1e-3)
    assert held["correlation"] == pytest.approx(0.626, abs=1e-3)
    assert sum(found["segments"].values()) == 2357
    first = customer_report(scope=Scope(business.pk), external_id="0001")
    assert first["frequency"] == 2
    assert (first["recency"], first["T"]) == (pytest.approx(30.43, abs=0.005), pytest.approx(38.86, abs=0.005))
    assert first["p_alive"] == pytest.approx(0.7266, abs=1e-3)


def test_without_a_calibration_end_the_models_see_everything_and_test_themselves_beside():
    business = shop()
    load(business, cdnow_sample())
    refresh = refreshed(business)
    found = report(scope=Scope(business.pk))
    assert refresh.as_of == refresh.models_until == CDNOW_END
    assert "holdout" not in found
    assert found["back_test"]["to"] == CDNOW_END.isoformat()
    assert found["as_of_reason"] == "newest purchase"
    assert "30 June 1998" in freshness_of(scope=Scope(business.pk), at=AT).as_of
    assert CustomerScore.objects.filter(refresh=refresh).count() == 2357
    slipping = found["segments"]["slipping away"]
    assert 0 < slipping < 2357
    assert Trait.objects.filter(business=business, name="segment", value="slipping away").count() == slipping
    fact = FactRow.objects.get(name="insight.InsightRefreshed")
    assert fact.body["slipping_away"] == slipping


def test_as_of_a_day_shows_what_was_known_then():
    business = shop()
    load(business, cdnow_sample())
    refreshed(business, as_of=CDNOW_SPLIT)
    found = report(scope=Scope(business.pk))
    assert (found["as_of"], found["repeat_customers"]) == (CDNOW_SPLIT.isoformat(), 946)
    assert found["bg_nbd"]["r"] == pytest.approx(0.2426, rel=1e-3)
    assert found["quarantined"]["after_the_end"] > 1882


def test_a_second_refresh_replaces_the_scores_of_the_first():
    business = shop()
    days = [date(2026, 6, 1) - timedelta(days=7 * week) for week in range(10)]
    for number in range(40):
        sell(business, str(number), days[: number % 10 + 1])
    first = refreshed(business)
    second = refreshed(business)
    assert not CustomerScore.objects.filter(refresh=first).exists()
    assert CustomerScore.objects.filter(refresh=second).count() == 40
    assert current_refresh(scope=Scope(business.pk)) == second


def test_no_purchases_are_no_error_but_a_sentence():
    business = shop()
    refresh = refreshed(business)
    found = report(scope=Scope(business.pk))
    assert (refresh.state, found["customers"], found["value"]) == (RefreshState.DONE, 0, 0)
    assert found["bg_nbd"]["r"] is None
    assert "too few" in freshness_of(scope=Scope(business.pk), at=AT).verdict


def test_one_customer_gets_figures_from_their_own_rate_and_says_so():
    business = shop()
    sell(business, "7", [date(2026, 6, 14) - timedelta(days=7 * week) for week in range(30)])
    refreshed(business)
    figures = customer_report(scope=Scope(business.pk), external_id="7")
    assert figures["p_alive"] is None
    assert figures["segment"] == "regular"
    assert figures["expected_purchases"] == pytest.approx(365 / 7, rel=0.1)


def test_all_purchases_on_one_day_determine_nothing_and_break_nothing():
    business = shop()
    for number in range(60):
        sell(business, str(number), [date(2026, 6, 10), date(2026, 6, 10)])
    refreshed(business)
    found = report(scope=Scope(business.pk))
    assert found["bg_nbd"]["status"] == "not identifiable"
    assert found["segments"]["new"] == 60
    assert found["bg_nbd"]["a"] is None


def test_foreign_money_counts_as_a_visit_but_not_as_value_and_is_told():
    business = shop()
    days = [date(2026, 5, 1), date(2026, 5, 15), date(2026, 6, 1)]
    sell(business, "1", days[:1], minor=1000)
    sell(business, "1", days[1:2], minor=90_000, currency="CHF")
    sell(business, "1", days[2:], minor=2000)
    refreshed(business)
    score = CustomerScore.objects.get()
    assert (score.frequency, score.net_minor) == (2, 3000)
    assert report(scope=Scope(business.pk))["quarantined"]["other_currency"] == 1


def test_a_purchase_dated_after_the_end_is_quarantined_and_counted():
    business = shop()
    sell(business, "1", [date(2026, 6, 1), date(2027, 1, 1)])
    refreshed(business)
    assert CustomerScore.objects.get().frequency == 0
    assert report(scope=Scope(business.pk))["quarantined"]["after_the_end"] == 1


def test_refunds_lower_the_value_and_are_no_visits():
    business = shop()
    sell(business, "1", [date(2026, 5, 1), date(2026, 5, 20)], minor=1000)
    sell(business, "1", [date(2026, 6, 1)], minor=-500)
    refresh = refreshed(business)
    score = CustomerScore.objects.get()
    assert (score.frequency, score.net_minor, score.refunds) == (1, 1500, 1)
    assert refresh.findings["rhythm"]["refund_share"] == pytest.approx(0.25)


def test_a_customer_who_only_brought_something_back_is_counted_apart():
    business = shop()
    sell(business, "1", [date(2026, 6, 1)], minor=-500)
    refresh = refreshed(business)
    assert refresh.findings["counted"]["customers_without_sale"] == 1
    assert not CustomerScore.objects.exists()


@pytest.mark.parametrize(("zone", "frequency"), [("UTC", 1), ("Europe/Berlin", 0)])
def test_days_are_those_of_the_shops_calendar(zone, frequency):
    business = shop(zone=zone)
    instants = [datetime(2026, 3, 29, 23, 30, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]
    sell(business, "1", instants)
    refreshed(business)
    assert CustomerScore.objects.get().frequency == frequency


def test_a_calibration_end_on_or_after_the_last_day_is_refused():
    business = shop()
    sell(business, "1", [date(2026, 6, 1)])
    with pytest.raises(NoSuchDay):
        refreshed(business, as_of=date(2026, 6, 1), calibration_end=date(2026, 6, 1))
    with pytest.raises(NoSuchDay):
        refreshed(business, calibration_end=date(2030, 1, 1))
    assert current_refresh(scope=Scope(business.pk)) is None


def test_businesses_do_not_see_each_others_figures():
    ours, theirs = shop("Ours"), shop("Theirs")
    sell(ours, "1", [date(2026, 6, 1)])
    sell(theirs, "2", [date(2026, 6, 1), date(2026, 6, 3)])
    refreshed(ours)
    refresh = refreshed(theirs)
    assert [score.frequency for score in CustomerScore.objects.filter(refresh=refresh)] == [1]
    assert report(scope=Scope(ours.pk))["customers"] == 1


def test_a_refresh_that_is_asked_for_twice_is_queued_once_and_runs_in_the_worker(transactional_db):
    business = shop()
    sell(business, "1", [date(2026, 6, 1)])
    now = datetime.now(UTC)
    first = request_refresh(business_id=business.pk, at=now, actor=ACTOR)
    assert request_refresh(business_id=business.pk, at=now, actor=ACTOR) == first
    run_until_idle()
    first.refresh_from_db()
    assert (first.state, first.percent) == (RefreshState.DONE, 100)
    assert request_refresh(business_id=business.pk, at=now, actor=ACTOR) != first


def test_a_refresh_that_dies_half_way_leaves_the_old_figures_and_can_be_performed_again(monkeypatch):
    business = shop()
    sell(business, "1", [date(2026, 6, 1)])
    old = refreshed(business)

    def dying(percent: int, stage: str) -> None:
        if stage == "publishing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refreshed(business, progress=dying)
    dead = Refresh.objects.order_by("-pk").first()
    assert dead.state == RefreshState.FAILED
    assert current_refresh(scope=Scope(business.pk)) == old
    compute_refresh(refresh_id=dead.pk, at=AT)
    assert current_refresh(scope=Scope(business.pk)) == dead
    assert CustomerScore.objects.count() == 1


def test_a_regular_who_stays_away_counts_as_slipping_away_with_their_own_figures():
    business = shop()
    today = date(2026, 6, 15)
    for number in range(30):
        sell(business, f"R{number}", [today - timedelta(days=number % 7 + 7 * week) for week in range(20)])
    cleo = sell(business, "C", [today - timedelta(days=41 + 9 * visit) for visit in range(20)])
    refreshed(business)
    figures = customer_report(scope=Scope(business.pk), external_id="C")
    assert figures["slipping_away"] is True
    assert figures["reason"].startswith("Customer C came every 9 days or so; it has been 41 days, longer than ")
    assert Trait.objects.get(customer=cleo, name="segment").value == "slipping away"


def test_every_night_every_business_is_computed_anew(transactional_db):
    ours, theirs = shop("Ours"), shop("Theirs")
    sell(ours, "1", [date(2026, 6, 1)])
    enqueue("insight.refresh_all", {}, key="tonight")
    run_until_idle()
    assert {row.business_id for row in Refresh.objects.filter(state=RefreshState.DONE)} == {ours.pk, theirs.pk}
    assert SCHEDULES["insight.nightly"].kind == "insight.refresh_all"
