"""A case goes into other hands: with a word for who has it next, to somebody who can see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.service.models import Case, EventRow
from regulars.service.queries import case_shown, report
from regulars.service.services import Answer, Resolution, answer_case, assign_case, reopen_case, resolve_case
from regulars.service.services.steering import OutOfSight

from tests.cast import Cast
from tests.service.service_cast import NINE, Team, call_team, opened

HOUR = timedelta(hours=1)


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


@pytest.mark.django_db
def test_whoever_has_the_case_now_reads_first_what_was_said_when_it_changed_hands(team: Team) -> None:
    case = opened(team.cast, owner_id=team.mira.pk)
    assert case_shown(scope=team.cast.scope, case=case, at=NINE).handover is None
    number, actor = str(case.public_id), f"employee:{team.mira.pk}"
    assign_case(scope=team.cast.scope, public_id=number, owner_id=team.noor.pk, handover="She is deaf: write.", at=NINE + HOUR, actor=actor)
    shown = case_shown(scope=team.cast.scope, case=Case.objects.get(pk=case.pk), at=NINE + HOUR).handover
    assert shown is not None
    assert (shown.why, shown.by, shown.at) == ("She is deaf: write.", "Mira Agent", NINE + HOUR)
    assign_case(scope=team.cast.scope, public_id=number, owner_id=team.mira.pk, at=NINE + 2 * HOUR, actor=actor)
    assert case_shown(scope=team.cast.scope, case=case, at=NINE + 2 * HOUR).handover is None, "an older word is for somebody else"


@pytest.mark.django_db
def test_nobody_is_handed_a_case_that_they_may_not_see(team: Team) -> None:
    """Tom serves at the market; the case belongs to the station."""
    case = opened(team.cast, owner_id=team.mira.pk, branch_id=team.cast.station.pk)
    with pytest.raises(OutOfSight, match="Tom Baker doesn't see"):
        assign_case(scope=team.cast.scope, public_id=str(case.public_id), owner_id=team.cast.tom.pk, at=NINE + HOUR, actor="x")
    assert Case.objects.get().owner_id == team.mira.pk
    assert not EventRow.objects.filter(what="assigned").exists()
    near = opened(team.cast, owner_id=team.mira.pk, key="near", branch_id=team.cast.market.pk)
    assign_case(scope=team.cast.scope, public_id=str(near.public_id), owner_id=team.cast.tom.pk, at=NINE + HOUR, actor="x")
    assert Case.objects.get(pk=near.pk).owner_id == team.cast.tom.pk


@pytest.mark.django_db
def test_of_a_letter_the_conversation_shows_what_was_said_and_not_what_stands_below_the_signature(team: Team) -> None:
    case = opened(team.cast)
    _case, entry = answer_case(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        answer=Answer(text="We bake it again.", channel="email", staff_id=team.mira.pk),
        version=None,
        key="1",
        at=NINE + HOUR,
        actor="x",
    )
    assert entry is not None
    assert "/wishes/" in entry.text, "what left is kept as it left"
    assert entry.said.startswith("We bake it again.")
    assert "/wishes/" not in entry.said


@pytest.mark.django_db
def test_cases_opened_again_count_in_the_month_of_their_first_resolution(team: Team) -> None:
    """Opened in November; one resolved then and opened again in December, one resolved in December only."""
    scope, first, second = team.cast.scope, opened(team.cast, key="1"), opened(team.cast, key="2")
    december = NINE + timedelta(days=10)
    resolve_case(scope=scope, public_id=str(first.public_id), resolution=Resolution(told=True), at=NINE + HOUR, actor="x")
    reopen_case(scope=scope, public_id=str(first.public_id), why="no", at=december, actor="x")
    resolve_case(scope=scope, public_id=str(first.public_id), resolution=Resolution(told=True), at=december + HOUR, actor="x")
    resolve_case(scope=scope, public_id=str(second.public_id), resolution=Resolution(told=True), at=december, actor="x")
    cohorts = report(scope=scope, days=90, at=december + timedelta(days=1)).reopened
    assert [(f"{one.month:%Y-%m}", one.rate.good, one.rate.n) for one in cohorts] == [("2026-11", 1, 1), ("2026-12", 0, 1)]
