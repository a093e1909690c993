"""The pages of loyalty: programs, what one says and costs, its statement."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.groundwork.kernel import clock
from regulars.loyalty.models import ClosedDay, Program
from regulars.loyalty.services import apply_program, freeze_program
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ, enrol
from tests.loyalty.club import BASE, bought, changed, document, local, opened, recorded

pytestmark = pytest.mark.django_db
NOW = local("2026-06-15 12:00")


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def words(answer) -> str:
    """What the page says, on one line."""
    return " ".join(answer.content.decode().split())


def signed_in(cast: Cast, role: Role, *, market_only: bool = False) -> Client:
    person = employ(cast.business, "Somebody New", role, [cast.market] if market_only else None)
    client = Client()
    client.post("/sign-in/", {"email": person.email, "password": PASSWORD})
    return client


@pytest.fixture
def program(cast: Cast) -> Program:
    """Ada earned 120 two weeks ago and 30 yesterday."""
    row = opened(cast)
    bought(cast, cast.ada, "120.00", at=NOW - timedelta(days=14))
    bought(cast, cast.ada, "30.00", at=NOW - timedelta(days=1))
    return row


def test_without_a_program_the_page_says_what_one_does_and_offers_four_templates(desk: Client) -> None:
    page = words(desk.get("/loyalty/"))
    assert "No program yet" in page
    for name in ("punch-card", "points", "tenth", "week"):
        assert f'href="/loyalty/new/?template={name}"' in page
    assert "Nothing yet" not in page


def test_who_may_not_write_programs_is_offered_none(cast: Cast) -> None:
    page = words(signed_in(cast, Role.CASHIER).get("/loyalty/"))
    assert "No program yet" in page
    assert "/loyalty/new/" not in page


def test_the_list_says_what_a_program_gives_and_what_is_outstanding(program: Program, desk: Client) -> None:
    page = words(desk.get("/loyalty/"))
    assert "1 Points for each €1.00 spent." in page
    assert "Points: 150" in page
    assert "In force" in page


def test_a_frozen_program_names_its_reason_in_the_list_and_on_its_page(program: Program, desk: Client) -> None:
    freeze_program(program=program, reason="account 7: balance 5 is not the 4 of its lots", at=NOW, actor=ACTOR)
    for address in ("/loyalty/", "/loyalty/crumbs/"):
        assert "account 7: balance 5 is not the 4 of its lots" in words(desk.get(address))
    assert "Nobody can spend in this program" in words(desk.get("/loyalty/crumbs/"))


def test_a_program_that_begins_later_says_when(cast: Cast, desk: Client) -> None:
    opened(cast, at=NOW + timedelta(days=10))
    assert "Begins 25 Jun 2026" in words(desk.get("/loyalty/"))
    assert "Not in force yet." in words(desk.get("/loyalty/crumbs/"))


def test_the_program_is_told_in_sentences(cast: Cast, desk: Client) -> None:
    happy = {
        "code": "happy",
        "name": "Happy hour",
        "unit": "points",
        "points": "2",
        "per": "item",
        "goods": {"categories": ["Coffee"]},
        "period": {"weekdays": ["mon"], "from_time": "15:00", "until_time": "24:00"},
        "where": {"traits": {"risk": ["slipping away"]}},
    }
    opened(
        cast,
        earning=[BASE, happy],
        never_earn={"categories": ["Gift cards"]},
        points={"pending_days": 1, "expiry": {"kind": "fixed", "months": 12}},
    )
    page = words(desk.get("/loyalty/crumbs/"))
    assert "Points: one pays €0.10. They can be spent after 1 day. They end 12 months after they were earned." in page
    assert "One point per euro: 1 Points for each €1.00 spent." in page
    for part in (
        "Happy hour: 2 Points for each item, Coffee only, on Monday, between 15:00 and midnight",
        "for members whose risk is slipping away.",
    ):
        assert part in page
    assert "Gift cards only" in page


def test_liability_and_breakage_stand_with_how_they_came_about(program: Program, desk: Client) -> None:
    page = words(desk.get("/loyalty/crumbs/"))
    assert "€1.20" in page, "150 at 0.01 and 80 %"
    assert "€0.30" in page
    assert "150 Points are outstanding. One costs 0.01 EUR, together €1.50; 80 % of them are expected to be used." in page


def test_versions_say_who_when_and_what_changed(cast: Cast, program: Program, desk: Client) -> None:
    changed(
        cast, at=NOW - timedelta(hours=1), name="Crusts", earning=[BASE | {"points": 2}], points={"expiry": {"kind": "fixed", "months": 6}}
    )
    page = words(desk.get("/loyalty/crumbs/"))
    assert "Name – Crusts instead of Crumbs" in page
    assert "How it is earned, One point per euro: How much – 2 instead of 1" in page
    assert "What is counted, Points: Months until it ends – now 6" in page
    assert "The first one." in page


def test_a_version_says_whose_it_is_by_name(cast: Cast, desk: Client) -> None:
    opened(cast)
    apply_program(scope=cast.scope, text=document(name="Crusts"), at=NOW, actor=f"employee:{cast.ines.pk}")
    page = words(desk.get("/loyalty/crumbs/"))
    assert f"by {cast.ines.name}" in page


def test_sums_of_the_whole_business_are_not_for_a_branch(cast: Cast, program: Program) -> None:
    client = signed_in(cast, Role.MANAGER, market_only=True)
    page = words(client.get("/loyalty/crumbs/"))
    assert "Liability" not in page
    assert "What it says" in page
    assert "150" not in words(client.get("/loyalty/"))
    assert client.get("/loyalty/crumbs/statement/").status_code == 404
    assert client.post("/loyalty/crumbs/statement/close/", {"through": "2026-06-13"}).status_code == 404


def test_another_business_sees_nothing_of_it(cast: Cast, program: Program) -> None:
    client = Client()
    client.post("/sign-in/", {"email": cast.mallory.email, "password": PASSWORD})
    assert "Crumbs" not in words(client.get("/loyalty/"))
    for address in ("", "edit/", "statement/", "statement/export/"):
        assert client.get(f"/loyalty/crumbs/{address}").status_code == 404


def test_the_statement_goes_from_opening_to_closing(program: Program, desk: Client) -> None:
    answer = desk.get("/loyalty/crumbs/statement/?from=2026-06-01&to=2026-06-15&unit=points")
    page = words(answer)
    assert "Members held 0 Points before 1 Jun 2026 and hold 150 at the end of 15 Jun 2026." in page
    first = answer.context["rows"][-1]
    assert (first["opening"], first["closing"], first["moved"]) == ("0", "120", [("Issued", "120", 120)])
    assert answer.context["sums"] == [("Issued", "150")]


def test_the_statement_as_a_file_has_every_kind_in_its_column(program: Program, desk: Client) -> None:
    answer = desk.get("/loyalty/crumbs/statement/export/?from=2026-06-14&to=2026-06-15&unit=points")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["day"], row["opening"], row["issued"], row["closing"], row["closed"]) for row in rows] == [
        ("2026-06-14", "120", "30", "150", "no"),
        ("2026-06-15", "150", "0", "150", "no"),
    ]
    assert 'filename="crumbs-points-2026-06-14-2026-06-15.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2025-01-01&to=2026-06-15", "A statement holds at most 400 days; these are 531."),
        ("from=2026-06-15&to=2026-06-01", "The last day lies before the first."),
        ("from=soon&to=2026-06-01", "This is no date."),
        ("from=0001-01-01&to=9999-12-31", "This is no date."),
    ],
)
def test_days_that_make_no_statement_are_refused_in_words_and_kept(program: Program, desk: Client, query: str, said: str) -> None:
    answer = desk.get(f"/loyalty/crumbs/statement/?{query}")
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{query.split("&")[0][5:]}"' in words(answer)
    assert desk.get(f"/loyalty/crumbs/statement/export/?{query}").status_code == 404


def test_exactly_four_hundred_days_are_one_statement(program: Program, desk: Client) -> None:
    assert len(desk.get("/loyalty/crumbs/statement/?from=2025-05-12&to=2026-06-15").context["rows"]) == 400


def test_days_without_movement_say_so(cast: Cast, desk: Client) -> None:
    opened(cast)
    assert "Nothing moved" in words(desk.get("/loyalty/crumbs/statement/"))


def test_a_program_that_counts_nothing_has_no_statement(cast: Cast, desk: Client) -> None:
    opened(cast, units=[], earning=[], discounts=[{"code": "nth", "name": "Tenth", "every": 10, "percent": "20"}])
    assert "Nothing is counted here" in words(desk.get("/loyalty/crumbs/statement/"))


def test_days_are_closed_and_marked(program: Program, desk: Client) -> None:
    answer = desk.post("/loyalty/crumbs/statement/close/?from=2026-06-12&to=2026-06-15", {"through": "2026-06-13"}, follow=True)
    assert "The days up to and with 13 Jun 2026 are closed." in words(answer)
    assert [row["line"].closed for row in answer.context["rows"]] == [False, False, True, True]
    assert ClosedDay.objects.get(closed_on=datetime(2026, 6, 13).date()).closing_units == 120
    again = desk.post("/loyalty/crumbs/statement/close/", {"through": "2026-06-13"}, follow=True)
    assert "closed already" in words(again)


@pytest.mark.parametrize(
    ("through", "said"),
    [("2026-06-15", "A day can be closed from one hour after its end."), ("x", "This is no date."), ("", "This is no date.")],
)
def test_days_that_can_not_be_closed_stay_open_and_it_is_said_why(program: Program, desk: Client, through: str, said: str) -> None:
    assert said in words(desk.post("/loyalty/crumbs/statement/close/", {"through": through}, follow=True))
    assert not ClosedDay.objects.exists()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/loyalty/", 9),
        ("/loyalty/crumbs/", 13),
        ("/loyalty/crumbs/edit/", 9),
        ("/loyalty/new/?template=points", 7),
        ("/loyalty/crumbs/statement/", 10),
    ],
)
def test_a_page_costs_the_same_queries_with_little_and_with_much(cast: Cast, program: Program, desk: Client, path: str, most: int) -> None:
    desk.get(path)
    with CaptureQueriesContext(connection) as little:
        desk.get(path)
    for n in range(8):
        bought(cast, enrol(cast.business, f"Person{n}", "Crowd", f"P-{n}", cast.market), "10.00", at=NOW - timedelta(days=n))
        changed(cast, at=NOW - timedelta(minutes=60 - n), name=f"Crumbs {n}")
        opened(cast, code=f"club-{n}", at=NOW - timedelta(days=9))
    desk.get(path)
    with CaptureQueriesContext(connection) as much:
        assert desk.get(path).status_code == 200
    assert len(much) == len(little), "\n".join(query["sql"][:150] for query in much)
    assert len(much) <= most, "\n".join(query["sql"][:150] for query in much)


def test_the_first_steps_name_a_program_and_tick_it_off(cast: Cast, desk: Client) -> None:
    assert "Make a loyalty program: from a template it takes minutes" in words(desk.get("/")), "no purchase has come yet"
    opened(cast)
    step = next(one for one in desk.get("/").context["page"].steps if one.name == "loyalty")
    assert (step.done, step.route) == (True, "desk:loyalty")


def test_the_first_steps_do_not_wait_for_a_program(cast: Cast, desk: Client) -> None:
    recorded(cast, cast.ada, "5.00", at=NOW)
    assert desk.get("/").context["page"].steps == []
