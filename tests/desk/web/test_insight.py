from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client

from regulars.insight.models import CustomerScore, Refresh, RefreshState
from regulars.insight.services import refresh_insight
from regulars.purchases.models import Purchase
from regulars.staff.queries import Role

from tests.cast import PASSWORD, employ
from tests.insight.shop import AT, sell

PAGES = ["/insight/", "/insight/slipping-away/", "/insight/value/", "/insight/trust/"]
TODAY = AT.date()


@pytest.fixture
def regulars(cast):
    """Forty weekly customers, two of whom stay away; Cleo among them."""
    business = cast.business
    for number in range(40):
        sell(business, f"W{number}", [TODAY - timedelta(days=number % 7 + 7 * week) for week in range(30)])
    sell(business, "C-1003", [TODAY - timedelta(days=41 + 9 * visit) for visit in range(20)])
    sell(business, "=cmd()", [TODAY - timedelta(days=60 + 8 * visit) for visit in range(20)])
    for number in range(30):
        sell(business, f"O{number}", [TODAY - timedelta(days=5 + number * 9)])
    refresh_insight(business_id=business.pk, at=AT, actor="system:test")
    return cast


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_refresh_each_page_says_what_insight_is_for(desk, page):
    answer = desk.get(page)
    assert answer.status_code == 200
    assert "Nothing has been computed yet" in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_each_page_shows_its_figures(regulars, desk, page):
    answer = desk.get(page)
    assert answer.status_code == 200
    assert "The figures stand as of 15 June 2026." in answer.content.decode()


def test_whoever_sees_the_whole_business_sees_its_sums(regulars, desk):
    assert "Bought so far" in desk.get("/insight/value/").content.decode()
    assert "Turnover that came" in desk.get("/insight/trust/").content.decode()


def test_the_overview_says_how_many_slip_away_and_who(regulars, desk):
    text = desk.get("/insight/").content.decode()
    assert "2 of 72 customers are slipping away" in text
    assert "Cleo Marsh came every 9 days or so; it has been 41 days" in text


def test_the_list_can_be_ordered_filtered_and_downloaded_without_living_formulas(regulars, desk):
    assert "Cleo Marsh" in desk.get("/insight/slipping-away/?order=name&visits=10").content.decode()
    assert "Cleo" not in desk.get("/insight/slipping-away/?segment=gone+quiet").content.decode()
    answer = desk.get("/insight/slipping-away/export/?order=name")
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1 + 2
    assert rows[0][0] == "Customer"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("query", ["?page=0", "?page=99", "?page=x", "?page=-1", "?page=9999999999"])
def test_a_page_that_does_not_exist_is_not_found(regulars, desk, query):
    assert desk.get("/insight/slipping-away/" + query).status_code == 404


def test_words_that_do_not_exist_mean_the_default(regulars, desk):
    answer = desk.get("/insight/slipping-away/?order=drop+table&segment=%00&visits=-3")
    assert answer.status_code == 200
    assert "Cleo Marsh" in answer.content.decode()


def test_a_refresh_is_asked_for_by_a_button_and_shows_its_progress(regulars, desk):
    answer = desk.post("/insight/refresh/", follow=True)
    text = answer.content.decode()
    assert "Computing insight anew" in text
    assert Refresh.objects.filter(state=RefreshState.QUEUED).count() == 1
    part = desk.get("/insight/progress/", headers={"HX-Request": "true"}).content.decode()
    assert "Waiting for the worker" in part
    assert "<html" not in part
    Refresh.objects.filter(state=RefreshState.QUEUED).update(state=RefreshState.FAILED)
    assert "failed" in desk.get("/insight/progress/", headers={"HX-Request": "true"}).content.decode()
    assert desk.get("/insight/progress/").status_code == 302


def test_a_customers_page_says_in_one_sentence_why_they_slip_away(regulars, desk):
    text = desk.get(f"/customers/{regulars.cleo.public_id}/").content.decode()
    assert "Cleo Marsh came every 9 days or so; it has been 41 days, longer than " in text
    assert "of their own gaps would explain." in text


def test_todays_page_shows_who_slips_away(regulars, desk):
    text = desk.get("/").content.decode()
    assert "Cleo Marsh came every 9 days or so" in text


def test_the_neighbour_sees_nothing_of_it(regulars):
    client = Client()
    client.post("/sign-in/", {"email": regulars.mallory.email, "password": PASSWORD})
    for page in PAGES:
        text = client.get(page).content.decode()
        assert "Nothing has been computed yet" in text
        assert "Cleo" not in text
    assert client.get("/insight/slipping-away/export/").status_code == 404


def test_an_employee_of_one_branch_sees_its_customers_only(regulars):
    agent = employ(regulars.business, "Nina Frost", Role.AGENT, branches=[regulars.market])
    client = Client()
    client.post("/sign-in/", {"email": agent.email, "password": PASSWORD})
    text = client.get("/insight/slipping-away/").content.decode()
    assert "Cleo Marsh" not in text  # at home in the other branch
    assert "71 customers" in client.get("/insight/").content.decode()
    for page in ("/insight/value/", "/insight/trust/"):
        text = client.get(page).content.decode()
        assert "Bought so far" not in text
        assert "Turnover" not in text


def test_pages_ask_the_database_no_more_for_many_people(regulars, desk, django_assert_max_num_queries):
    for page in PAGES:
        with django_assert_max_num_queries(14):
            desk.get(page)


def test_a_business_without_a_fitted_model_shows_pages_with_the_reason(cast, desk):
    sell(cast.business, "A-1001", [date(2026, 6, 1), date(2026, 6, 8)])
    refresh_insight(business_id=cast.business.pk, at=AT, actor="system:test")
    for page in PAGES:
        text = desk.get(page).content.decode()
        assert "too few" in text
    assert CustomerScore.objects.get().p_alive is None
    assert Purchase.objects.count() == 2
    assert desk.get(f"/customers/{cast.ada.public_id}/").status_code == 200


def test_a_refresh_that_nobody_works_on_is_told_and_can_be_asked_for_again(regulars, desk):
    desk.post("/insight/refresh/")
    Refresh.objects.filter(state=RefreshState.QUEUED).update(touched_at=AT)
    text = desk.get("/insight/").content.decode()
    assert "The computation stands still" in text
    assert "Compute anew" in text
    desk.post("/insight/refresh/")
    assert Refresh.objects.filter(state=RefreshState.QUEUED).count() == 2
