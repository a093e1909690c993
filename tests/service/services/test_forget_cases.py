"""What is stored of somebody in cases: handed out when they ask, gone when they are forgotten, while the figures stay."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from regulars.customers.queries.exporting import sections_for
from regulars.service.models import Aftercare, Case, ClockRow, Entry, EventRow
from regulars.service.services import NewGesture, Resolution, forget_cases, give, note_case, promise_in_case, resolve_case, verify

from tests.cast import Cast
from tests.service.service_cast import NINE, Team, answered, call_team, opened

WORD = "zirkonfisch"


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


def told(team: Team) -> Case:
    case = opened(team.cast, nature="complaint", subject=f"A {WORD}", text=f"The {WORD} was stale", remedy_asked=f"Another {WORD}")
    answered(team.cast, case, at=NINE, text=f"We look for the {WORD}")
    note_case(scope=team.cast.scope, public_id=str(case.public_id), text=f"Odd {WORD}", staff_id=None, key="n", at=NINE, actor="x")
    soon = NINE + timedelta(hours=2)
    promise_in_case(
        scope=team.cast.scope, public_id=str(case.public_id), what=f"Find the {WORD}", due_at=soon, staff_id=None, at=NINE, actor="x"
    )
    gesture = NewGesture(kind="goodwill", amount_minor=500, words=f"a {WORD}")
    give(scope=team.cast.scope, public_id=str(case.public_id), new=gesture, employee_id=team.mira.pk, key="g", at=NINE, actor="x")
    resolve_case(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        resolution=Resolution(cause="product", action=f"New {WORD}"),
        at=NINE,
        actor="x",
    )
    return case


@pytest.mark.django_db
def test_an_access_export_holds_what_was_said_and_given_and_keeps_notes_to_us(team: Team) -> None:
    told(team)
    sections = sections_for(scope=team.cast.scope, customer_ids=(team.cast.ada.pk,))
    case = sections["cases"][0]
    assert [one["kind"] for one in case["conversation"]] == ["in", "out"]
    assert case["notes_among_us"] == 1
    assert f"Odd {WORD}" not in json.dumps(sections["cases"], default=str)
    assert sections["gestures"][0]["amount"] == "5.00"
    assert sections_for(scope=team.cast.scope, customer_ids=(team.cast.bo.pk,))["cases"] == []


@pytest.mark.django_db
def test_forgetting_leaves_no_word_and_every_figure(team: Team) -> None:
    case = told(team)
    forget_cases(customer_ids=[team.cast.ada.pk], at=NINE + timedelta(hours=1))
    left = [
        *Case.objects.values_list("subject", "remedy_asked", "action", "words"),
        *Entry.objects.values_list("text"),
        *ClockRow.objects.values_list("what"),
        *((json.dumps(row),) for row in EventRow.objects.values_list("body", flat=True)),
        *case.gestures.values_list("words"),
    ]
    assert WORD not in repr(left)
    assert not Aftercare.objects.filter(state="waiting").exists(), "nothing goes out to somebody who was forgotten"
    assert EventRow.objects.filter(case=case).count() == 6
    assert [fault for fault in verify(scope=team.cast.scope).faults if not fault[1].endswith(".what")] == []
