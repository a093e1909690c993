"""Coaching notes: for two people alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel.clock import now
from regulars.groundwork.kernel.models import FactRow
from regulars.staff.models import CoachingNote, Employee
from regulars.staff.queries import Role, coaching_figures
from regulars.staff.services import write_coaching_note

from tests.cast import ACTOR, PASSWORD, Cast, employ, local_day

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sign_in(employee: Employee) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": employee.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def coach(cast: Cast) -> Employee:
    return employ(cast.business, "Sue Per", Role.SUPERVISOR)


def note(cast: Cast, coach: Employee, coachee: Employee) -> CoachingNote:
    return write_coaching_note(
        scope=cast.scope,
        coach=coach,
        coachee=coachee,
        evidence="The call of Tuesday: nobody said a name.",
        actions="Say the name first.",
        at=now(),
        actor=ACTOR,
    )


def test_from_a_note_over_an_answer_to_what_came_of_it(cast: Cast, coach: Employee) -> None:
    sue, tom = sign_in(coach), sign_in(cast.tom)
    day = local_day()
    given = {
        "coachee": str(cast.tom.public_id),
        "evidence": "The call of Tuesday.",
        "link": "/mail/1/",
        "actions": "Say the name first.",
        "follow_up_on": (day + DAY).isoformat(),
    }
    answer = sue.post("/coaching/new/", given)
    assert answer.status_code == 302
    address = answer["Location"]
    assert "The call of Tuesday." in tom.get(address).content.decode()
    assert address in tom.get("/account/training/").content.decode()
    assert tom.post(address, {"reply": "I was alone at the counter."}).status_code == 302
    assert tom.post(address, {"reply": "And again."}).status_code == 422
    assert "I was alone at the counter." in sue.get(address).content.decode()
    assert b"Talk with Tom Baker again" not in sue.get("/").content
    CoachingNote.objects.update(follow_up_on=day - DAY)
    assert b"Talk with Tom Baker again" in sue.get("/").content
    assert sue.post(address, {"outcome": "He says it now."}).status_code == 302
    assert b"Talk with Tom Baker again" not in sue.get("/").content
    row = CoachingNote.objects.get()
    assert (row.coach, row.coachee, row.outcome) == (coach, cast.tom, "He says it now.")


def test_nobody_else_sees_a_note_whatever_their_role(cast: Cast, coach: Employee, desk: Client) -> None:
    row = note(cast, coach, cast.tom)
    address = f"/coaching/{row.public_id}/"
    manager = employ(cast.business, "Max Manager", Role.MANAGER)
    others = [desk, sign_in(manager), sign_in(employ(cast.business, "Lin Agent", Role.AGENT)), sign_in(cast.mallory)]
    for other in others:
        assert other.get(address).status_code == 404
        assert other.post(address, {"reply": "x", "outcome": "x"}).status_code == 404
        assert "nobody said a name" not in other.get("/account/training/").content.decode()
    assert "Say the name first" not in desk.get(f"/settings/staff/{cast.tom.public_id}/").content.decode()
    fact = FactRow.objects.get(name="staff.CoachingNoted")
    assert str(cast.tom.pk) not in str(fact.body.get("coachee", ""))
    assert "employee_id" not in fact.body
    row.refresh_from_db()
    assert (row.reply, row.outcome) == ("", "")


def test_a_lead_can_be_coached_and_only_supervisors_and_above_write(cast: Cast, coach: Employee, desk: Client) -> None:
    row = note(cast, coach, cast.ines)
    assert desk.get(f"/coaching/{row.public_id}/").status_code == 200
    assert desk.post(f"/coaching/{row.public_id}/", {"outcome": "All well."}).status_code == 422  # she answers; she doesn't close
    assert sign_in(cast.tom).get("/coaching/new/").status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"evidence": " "}, "evidence"),
        ({"actions": "x" * 4001}, "actions"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "//evil.example/"}, "link"),
        ({"link": "https://"}, "link"),
        ({"follow_up_on": "2020-01-01"}, "follow_up_on"),
        ({"coachee": "nobody"}, "coachee"),
    ],
)
def test_a_note_that_can_not_be_is_refused_beside_its_field(cast: Cast, coach: Employee, changed: dict[str, str], field: str) -> None:
    given = {"coachee": str(cast.tom.public_id), "evidence": "Seen.", "actions": "Agreed."}
    answer = sign_in(coach).post("/coaching/new/", given | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not CoachingNote.objects.exists()


def test_figures_are_shown_from_five_people_on(cast: Cast, coach: Employee, desk: Client) -> None:
    people = [employ(cast.business, f"Pat{n} Person", Role.AGENT) for n in range(5)]
    for person in (*people[:4], people[0]):
        note(cast, coach, person)
    assert coaching_figures(scope=cast.scope, since=now() - DAY).notes is None
    assert b"as soon as five people" in desk.get("/settings/staff/").content
    note(cast, coach, people[4])
    figures = coaching_figures(scope=cast.scope, since=now() - DAY)
    assert (figures.notes, figures.people, figures.closed) == (6, 5, 0)
    assert b"6 notes about 5 people; 0 followed up." in desk.get("/settings/staff/").content
