"""Warnings per relationship: each sign with its points and evidence, dismissed with a reason, and measured against what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.contacts.services import ContactParticulars, log_contact
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.insight.models import EarlyWarning
from regulars.insight.queries import hit_rates, warnings_open
from regulars.insight.rules.warning_points import Complaint, Evidence, second_similar, weighed
from regulars.insight.services import DismissalRefused, dismiss_warning, look_for_warnings
from regulars.service.services import assign_case, look_at_clocks, reject_answer

from tests.cast import Cast
from tests.desk.web.test_case_pages import signed_in
from tests.service.service_cast import NINE, Team, call_team, opened

DAY = timedelta(days=1)


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


@pytest.mark.parametrize(("gap", "topics", "found"), [(40, "pp", 1), (90, "pp", 1), (91, "pp", 0), (40, "pq", 0)])
def test_k4_two_similar_complaints_within_90_days(gap: int, topics: str, found: int) -> None:
    rows = [Complaint("a", topics[0], NINE, False), Complaint("b", topics[1], NINE + gap * DAY, True)]
    signs = second_similar(rows, NINE + gap * DAY)
    assert len(signs) == found
    if found:
        assert signs[0].cases == ("a", "b")


def test_two_signs_of_one_sort_count_once() -> None:
    signs = [Evidence("broken", NINE, ("a",)), Evidence("broken", NINE, ("b",)), Evidence("silence", NINE)]
    assert weighed(signs)[0] == 3


@pytest.mark.django_db
def test_k4_the_warning_stands_at_once_with_both_cases_as_evidence(team: Team) -> None:
    with clock.standing_at(NINE + 40 * DAY):
        first = opened(team.cast, key="1", nature="complaint", topic="product", subject="Stale")
        second = opened(team.cast, at=NINE + 40 * DAY, key="2", nature="complaint", topic="product", subject="Stale again")
        run_until_idle()
    shown = warnings_open(scope=team.cast.scope)
    assert len(shown) == 1
    words, points, cases = shown[0].evidence[0]
    assert (words, points) == ("A second complaint about “Product” within 90 days.", 3)
    assert [one[0] for one in cases] == [str(first.public_id), str(second.public_id)]
    with clock.standing_at(NINE + 40 * DAY):
        told = signed_in(team.sven.email).get("/").content.decode()
    assert "One relationship shows signs of a conflict." in told, "the supervisor hears of it"


@pytest.mark.django_db
def test_contacts_on_a_topic_and_a_broken_promise_add_up(team: Team) -> None:
    case = opened(team.cast, topic="price")
    for number in range(3):
        talk = ContactParticulars(channel="phone", direction="in", nature="question", topic="price", happened_at=NINE + number * DAY)
        log_contact(
            scope=team.cast.scope, customer_id=team.cast.ada.pk, particulars=talk, at=NINE + number * DAY, actor="x", key=f"{number}"
        )
    assert look_for_warnings(business_id=team.cast.business.pk, at=NINE + 2 * timedelta(hours=1)) == 0
    look_at_clocks(at=NINE + 3 * DAY)
    assert look_for_warnings(business_id=team.cast.business.pk, at=NINE + 3 * DAY) == 1
    row = EarlyWarning.objects.get()
    assert (row.points, sorted(one["code"] for one in row.evidence)) == (4, ["broken", "broken", "often"])
    assert look_for_warnings(business_id=team.cast.business.pk, at=NINE + 3 * DAY) == 0, "the same again is the same warning"
    look_for_warnings(business_id=team.cast.business.pk, at=NINE + 60 * DAY)
    row.refresh_from_db()
    assert row.state == "ended", "the signs are old"
    assert case.pk


@pytest.mark.django_db
def test_a_falling_mood_and_many_hands(team: Team) -> None:
    case = opened(team.cast)
    for person in (team.mira, team.noor, team.sven):
        assign_case(scope=team.cast.scope, public_id=str(case.public_id), owner_id=person.pk, at=NINE, actor="x")
    for number, mood in enumerate((1, -1)):
        talk = ContactParticulars(channel="till", direction="in", nature="question", mood_stated=mood, happened_at=NINE + number * DAY)
        log_contact(
            scope=team.cast.scope, customer_id=team.cast.ada.pk, particulars=talk, at=NINE + number * DAY, actor="x", key=f"m{number}"
        )
    assert look_for_warnings(business_id=team.cast.business.pk, at=NINE + DAY) == 1
    assert {one["code"] for one in EarlyWarning.objects.get().evidence} >= {"hands", "mood"}


@pytest.mark.django_db
def test_what_was_dismissed_comes_back_only_with_something_new(team: Team) -> None:
    opened(team.cast, key="1", nature="complaint", topic="product")
    opened(team.cast, at=NINE + DAY, key="2", nature="complaint", topic="product")
    at = NINE + DAY
    look_for_warnings(business_id=team.cast.business.pk, at=at)
    row = EarlyWarning.objects.get()
    with pytest.raises(DismissalRefused):
        dismiss_warning(scope=team.cast.scope, public_id=str(row.public_id), why=" ", at=at, actor="x")
    with pytest.raises(NotFound):
        dismiss_warning(scope=team.cast.scope, public_id="nonsense", why="x", at=at, actor="x")
    dismiss_warning(scope=team.cast.scope, public_id=str(row.public_id), why="It was one delivery", at=at, actor="x")
    assert look_for_warnings(business_id=team.cast.business.pk, at=at) == 0
    opened(team.cast, at=at, key="3", nature="complaint", topic="waiting")
    opened(team.cast, at=at + DAY, key="4", nature="complaint", topic="waiting")
    assert look_for_warnings(business_id=team.cast.business.pk, at=at + DAY) == 1


@pytest.mark.django_db
def test_precision_and_recall_by_month(team: Team) -> None:
    """Ada was warned of and her complaint came back; a high complaint in March had no warning."""
    opened(team.cast, key="1", nature="complaint", topic="product")
    case = opened(team.cast, at=NINE + DAY, key="2", nature="complaint", topic="product")
    look_for_warnings(business_id=team.cast.business.pk, at=NINE + DAY)
    reject_answer(scope=team.cast.scope, public_id=str(case.public_id), why="no", at=NINE + 5 * DAY, actor="x")
    opened(team.cast, at=NINE + 100 * DAY, key="3", nature="complaint", topic="other", priority="high")
    rates = {one.month: one for one in hit_rates(scope=team.cast.scope, at=NINE + 120 * DAY)}
    november, march = rates["2026-11"], rates["2027-03"]
    assert (november.precision.good, november.precision.n, november.recall.good, november.recall.n) == (1, 1, 1, 1)
    assert (march.precision.n, march.recall.good, march.recall.n) == (0, 0, 1)
    assert november.mature
    assert not march.mature
