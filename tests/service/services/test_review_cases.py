"""Quality reviews: scored with critical items (Q3), drawn by a seed, contested by the reviewed person, replaced by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound
from regulars.service.models import Case, Review
from regulars.service.queries import items_of, reviews_of, sample_to_review, scorecard_in_force
from regulars.service.rules.scoring import DEFAULT, Item, drawn, scored
from regulars.service.services import (
    Resolution,
    ReviewRefused,
    answer_contest,
    contest_review,
    resolve_case,
    review_case,
    set_scorecard,
)

from tests.cast import Cast
from tests.desk.web.test_case_pages import signed_in
from tests.service.service_cast import NINE, Team, call_team, opened

ALL = {one.code: "yes" for one in DEFAULT}


@pytest.fixture
def team(cast: Cast) -> Iterator[Team]:
    with clock.standing_at(NINE + timedelta(hours=1)):
        yield call_team(cast)


def settled(team: Team, key: str = "k1") -> Case:
    case = opened(team.cast, key=key, owner_id=team.mira.pk, subject=f"Case {key}")
    return resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE, actor="x")


def reviewed(team: Team, case: Case, answers: dict[str, str] | None = None, **more: str) -> Review:
    return review_case(
        scope=team.cast.scope, case=case, reviewer_id=team.sven.pk, answers=answers or ALL, note="Warm.", at=NINE, actor="x", **more
    )


def test_q3_a_critical_item_that_fails_makes_it_nought_and_both_figures_stay() -> None:
    items = [Item("a", "a", 94), Item("b", "b", 6, critical=True)]
    score = scored(items, {"a": "yes", "b": "no"})
    assert (score.share, score.result, score.failed) == (0.94, 0.0, ("b",))


def test_what_does_not_apply_counts_for_nothing() -> None:
    items = [Item("a", "a", 3), Item("b", "b", 1), Item("c", "c", 6)]
    assert scored(items, {"a": "yes", "b": "no", "c": "na"}).share == 0.75
    for wrong in ({"a": "yes"}, {"a": "maybe", "b": "no", "c": "na"}, {"a": "na", "b": "na", "c": "na"}):
        with pytest.raises(ValueError, match=r"answer|applies"):
            scored(items, wrong)


def test_the_same_seed_draws_the_same_sample_from_any_order() -> None:
    first = drawn(range(1000), seed="monday", size=20)
    assert first == drawn(reversed(range(1000)), seed="monday", size=20)
    assert first != drawn(range(1000), seed="tuesday", size=20)
    assert len(set(first)) == 20


@pytest.mark.django_db
def test_a_sample_leaves_out_one_s_own_and_what_was_reviewed(team: Team) -> None:
    one, two = settled(team), settled(team, "k2")
    at = NINE + timedelta(days=1)
    draw = lambda person: {row.pk for row in sample_to_review(scope=team.cast.scope, seed="s", size=10, at=at, reviewer_id=person)}  # noqa: E731
    assert draw(team.sven.pk) == {one.pk, two.pk}
    assert draw(team.mira.pk) == set()
    reviewed(team, one)
    assert draw(team.sven.pk) == {two.pk}


@pytest.mark.django_db
def test_a_review_keeps_its_scorecard_and_nobody_reviews_themselves_or_twice(team: Team) -> None:
    case = settled(team)
    row = reviewed(team, case)
    assert (row.points, row.potential, row.failed) == (16, 16, False)
    set_scorecard(scope=team.cast.scope, items=[Item("new", "Was it quick?", 5)], at=NINE, actor="x")
    assert [one.code for one in items_of(scorecard_in_force(scope=team.cast.scope))] == ["new"]
    row.refresh_from_db()
    assert row.scorecard.revision == 1
    for reviewer in (team.mira, team.sven):
        with pytest.raises(ReviewRefused):
            review_case(scope=team.cast.scope, case=case, reviewer_id=reviewer.pk, answers={"new": "yes"}, note="", at=NINE, actor="x")
    with pytest.raises(ReviewRefused):
        reviewed(team, settled(team, "k2"), {"new": "perhaps"})
    with pytest.raises(ReviewRefused):
        set_scorecard(scope=team.cast.scope, items=[Item("a", "x", 0)], at=NINE, actor="x")


@pytest.mark.django_db
def test_the_reviewed_person_contests_once_and_is_answered_or_reviewed_anew(team: Team) -> None:
    case = settled(team)
    row = reviewed(team, case, ALL | {"true": "no"})
    number = str(row.public_id)
    with pytest.raises(NotFound):
        contest_review(scope=team.cast.scope, public_id=number, employee_id=team.noor.pk, words="x", at=NINE, actor="x")
    contest_review(scope=team.cast.scope, public_id=number, employee_id=team.mira.pk, words="It was true", at=NINE, actor="x")
    with pytest.raises(ReviewRefused):
        contest_review(scope=team.cast.scope, public_id=number, employee_id=team.mira.pk, words="Still", at=NINE, actor="x")
    assert [one.pk for one in reviews_of(scope=team.cast.scope, contested=True)] == [row.pk]
    answer_contest(scope=team.cast.scope, public_id=number, words="You are right", at=NINE, actor="x")
    better = reviewed(team, case, instead=number)
    assert [one.pk for one in reviews_of(scope=team.cast.scope)] == [better.pk]
    row.refresh_from_db()
    assert row.replaced_by_id == better.pk


@pytest.mark.django_db
def test_on_the_screens(team: Team) -> None:
    case = settled(team)
    sven, mira, noor = (signed_in(one.email) for one in (team.sven, team.mira, team.noor))
    assert "No reviews yet" in sven.get("/cases/reviews/").content.decode()
    assert "Case k1" in sven.get("/cases/reviews/?seed=abc").content.decode()
    address = f"/cases/{case.public_id}/review/"
    assert "Was the matter understood" in sven.get(address).content.decode()
    assert sven.post(address, {"note": "x"}).status_code == 422
    form = {f"item_{code}": "yes" for code in ALL} | {"item_private": "no", "note": "Mind the name."}
    assert sven.post(address, form).status_code == 302
    page = f"/cases/reviews/{Review.objects.get().public_id}/"
    assert "a critical item failed" in mira.get(page).content.decode()
    assert noor.get(page).status_code == 404
    assert mira.get("/cases/reviews/").status_code == 403
    assert "Case k1" in mira.get("/cases/reviews/mine/").content.decode()
    mira.post(f"{page}contest/", {"words": "She asked for it"})
    assert "She asked for it" in sven.get("/cases/reviews/").content.decode()
    sven.post(f"{page}contest/", {"how": "answer", "words": "Even then"})
    assert "Even then" in mira.get(page).content.decode()
    maud = signed_in(team.maud.email)
    assert maud.post("/cases/reviews/scorecard/", {"items": "3! Is it true?\n2 Is it warm?"}).status_code == 302
    assert maud.post("/cases/reviews/scorecard/", {"items": "warm?"}).status_code == 422
