"""K3: not settled at first contact, and a working day passes without a step of ours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.messaging.models import Message
from regulars.service.models import Case, ClockRow, EventRow, Notice
from regulars.service.services import (
    forget_cases,
    look_at_clocks,
    matter_link,
    merge_cases,
    note_case,
    snooze_case,
    verify,
    wait_for_customer,
)

from tests.cast import Cast
from tests.desk.web.test_case_pages import signed_in
from tests.service.laws_for_tests import TEXT, berlin
from tests.service.service_cast import MONDAY, NINE, TUESDAY, Team, answered, call_team, opened, put_in_force

pytestmark = pytest.mark.django_db
BOTH = TEXT.replace('resolution = "8bh"', 'answer_unless_settled = "2bd-close"')
WEDNESDAY, THURSDAY = "2026-11-25", "2026-11-26"


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


def complaint(team: Team, **about: object) -> Case:
    """A complaint of Monday, nine o'clock, answered at ten: the answer to the matter itself is owed on Wednesday."""
    case = opened(team.cast, nature="complaint", owner_id=team.mira.pk, **about)
    return answered(team.cast, case, at=berlin(MONDAY, "10:00"), staff_id=team.mira.pk)


def look(at: datetime) -> list[tuple[int, str]]:
    """Look, twice; who was warned."""
    for _turn in range(2):
        look_at_clocks(at=at)
    return sorted(Notice.objects.filter(kind="silence").values_list("employee_id", "kind"))


def test_k3_owner_and_team_lead_are_warned_once_for_each_silence(team: Team) -> None:
    case = complaint(team)
    assert look(berlin(TUESDAY, "09:59")) == []
    both = sorted([(team.mira.pk, "silence"), (team.sven.pk, "silence")])
    assert look(berlin(TUESDAY, "10:00")) == both
    assert look(berlin(WEDNESDAY, "16:00")) == both
    note_case(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        text="The baker looks into it",
        staff_id=team.mira.pk,
        key="n",
        at=berlin(WEDNESDAY, "16:30"),
        actor=f"employee:{team.mira.pk}",
    )
    assert look(berlin(THURSDAY, "16:29")) == both
    assert look(berlin(THURSDAY, "16:30")) == sorted(both * 2), "another silence, another warning"
    assert EventRow.objects.filter(case=case, what="fell_silent").count() == 2
    assert verify(scope=team.cast.scope).faults == []


def test_k3_the_day_is_one_of_the_calendar_of_the_case(team: Team) -> None:
    friday = "2026-11-27"
    case = opened(team.cast, nature="complaint", at=berlin(friday, "15:00"), owner_id=team.mira.pk)
    assert look(berlin("2026-11-30", "14:59")) == []
    assert len(look(berlin("2026-11-30", "15:00"))) == 2, "Saturday and Sunday don't count"
    assert EventRow.objects.get(case=case, what="fell_silent").at == berlin("2026-11-30", "15:00")


def test_k3_nobody_is_warned_while_the_customer_is_asked_or_the_case_is_put_off_or_nothing_is_owed(team: Team) -> None:
    waiting, later, plain = complaint(team), opened(team.cast, key="k2", nature="complaint"), opened(team.cast, key="k3")
    wait_for_customer(scope=team.cast.scope, public_id=str(waiting.public_id), at=berlin(MONDAY, "11:00"), actor="employee:1")
    snooze_case(
        scope=team.cast.scope,
        public_id=str(later.public_id),
        until=berlin(THURSDAY, "10:00"),
        at=berlin(MONDAY, "11:00"),
        actor="employee:1",
    )
    assert look(berlin(THURSDAY, "12:00")) == []
    look_at_clocks(at=berlin("2026-11-27", "10:00"))
    assert set(Notice.objects.filter(kind="silence").values_list("case_id", flat=True)) == {later.pk}
    assert not EventRow.objects.filter(case=plain, what="fell_silent").exists(), "the policy promises no such answer for questions"


def test_k3_what_the_machine_or_the_customer_does_is_no_step_of_ours(team: Team) -> None:
    put_in_force(team.cast, BOTH, minor=1, at=NINE - timedelta(days=2))
    case = opened(team.cast, nature="complaint", priority="high", owner_id=team.mira.pk)  # its first answer breaks, with alarms
    look_at_clocks(at=berlin(MONDAY, "16:00"))
    assert {one.actor for one in EventRow.objects.filter(case=case, what__in=["alarmed", "breached"])} == {"system:service"}
    assert len(look(berlin(TUESDAY, "09:00"))) == 2


def test_k3_the_customer_s_page_shows_the_date_of_the_staff_s_page(team: Team) -> None:
    case = complaint(team)
    path = "/" + matter_link(case).partition("//")[2].partition("/")[2]
    assert path in Message.objects.get().text.replace("\n", " "), "the customer has it with the answer"
    due = ClockRow.objects.get(case=case, key="answer_unless_settled:1").due_at
    assert due == berlin(WEDNESDAY, "17:00")
    with clock.standing_at(berlin(TUESDAY, "10:00")):
        theirs = Client().get(path)
        ours = signed_in(team.mira.email).get(f"/cases/{case.public_id}/")
    shown = theirs.content.decode()
    date = re.search(r"by (.{4,40}?)</dd>", shown[shown.index("Our answer to the matter") :])
    assert date
    assert "25" in date[1]
    assert date[1] in ours.content.decode()
    assert "Stale rolls" in shown
    assert theirs.headers["Referrer-Policy"] == "no-referrer"
    with clock.standing_at(berlin(THURSDAY, "10:00")):
        assert "are late" in Client().get(path).content.decode()


def test_the_customer_s_page_follows_a_merge_tells_nothing_internal_and_is_gone_with_the_customer(team: Team) -> None:
    case, home = complaint(team), opened(team.cast, key="k2", subject="Whole story")
    note_case(scope=team.cast.scope, public_id=str(home.public_id), text="She shouts", staff_id=None, key="n", at=NINE, actor="x")
    path = "/" + matter_link(case).partition("//")[2].partition("/")[2]
    merge_cases(scope=team.cast.scope, public_id=str(case.public_id), into=str(home.public_id), at=NINE + timedelta(hours=2), actor="x")
    shown = Client().get(path).content.decode()
    assert "Whole story" in shown
    assert "She shouts" not in shown
    assert "Mira" not in shown
    assert Client().get(f"/matter/{'a' * 52}/").status_code == 404
    forget_cases(customer_ids=[team.cast.ada.pk], at=NINE + timedelta(hours=3))
    assert Client().get(path).status_code == 404
