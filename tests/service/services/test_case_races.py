"""Two at once, for real: two agents, two jobs, a job against a customer's answer, two gestures for the last of a limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried
from regulars.messaging.models import Mailbox, Message, ReceivedMail
from regulars.messaging.services import Delivery, MailboxParticulars, open_mailbox, read_waiting, receive_mail
from regulars.service.models import Case, EventRow, Gesture, LedgerLine
from regulars.service.services import (
    NewGesture,
    Resolution,
    close_settled,
    give,
    look_at_clocks,
    resolve_case,
    reverse_gesture,
    room_for,
    take_mail,
    verify,
)
from regulars.staff.services import name_certificate_kind, record_certificate

from tests.cast import ACTOR, Cast
from tests.messaging.letters import letter
from tests.service.laws_for_tests import TEXT, berlin
from tests.service.service_cast import MONDAY, NINE, Team, answered, call_team, opened, put_in_force


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each over a connection of its own; what refuses answers its code."""
    start = threading.Barrier(len(acts))
    said: list[object] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            said.append(retried(act))
        except Refusal as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


@pytest.mark.django_db(transaction=True)
def test_r1_two_agents_at_once_one_mail_leaves(team: Team) -> None:
    case = opened(team.cast)
    send = lambda key: lambda: answered(team.cast, case, at=NINE, key=key, version=1).pk  # noqa: E731
    said = together(send("a"), send("b"))
    assert sorted(said, key=str) == sorted([case.pk, "case_changed"], key=str)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_s9_answer_and_breach_job_at_the_due_second_leave_one_truth(team: Team) -> None:
    due = berlin(MONDAY, "13:00")
    for number in range(4):
        case = opened(team.cast, key=f"s9-{number}")
        together(lambda one=case: answered(team.cast, one, at=due, key="x"), lambda: look_at_clocks(at=due))
        look_at_clocks(at=due + timedelta(hours=1))
        assert not EventRow.objects.filter(case=case, what="breached", body__clock="first_answer:1").exists()
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db(transaction=True)
def test_two_jobs_ring_each_alarm_once(team: Team) -> None:
    for number in range(6):
        opened(team.cast, key=f"k{number}", priority="high")
    late = NINE + timedelta(days=1)
    together(lambda: look_at_clocks(at=late), lambda: look_at_clocks(at=late), lambda: look_at_clocks(at=late))
    counted = EventRow.objects.filter(what="alarmed").values_list("case_id", "body__clock", "body__step")
    assert len(counted) == len(set(counted)) > 0
    assert EventRow.objects.filter(what="breached").count() == len(
        set(EventRow.objects.filter(what="breached").values_list("case_id", "body__clock"))
    )


@pytest.mark.django_db(transaction=True)
def test_r3_the_closing_job_and_the_customer_s_answer_at_once_leave_an_open_case(team: Team) -> None:
    box: Mailbox = open_mailbox(
        business_id=team.cast.business.pk,
        particulars=MailboxParticulars(name="shop", addresses=["shop@fennel.example"]),
        at=NINE,
        actor=ACTOR,
    )
    case = opened(team.cast)
    answered(team.cast, case, at=NINE)
    resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE, actor="x")
    edge = NINE + timedelta(days=14)
    more = f"In-Reply-To: <{Message.objects.get().message_id}>\r\n".encode()
    receive_mail(mailbox=box, delivery=Delivery(content=letter(b"Still closed?\r\n", more=more)), at=edge)
    read_waiting(at=edge)
    mail = ReceivedMail.objects.get()
    together(lambda: close_settled(at=edge), lambda: take_mail(mail=mail, at=edge))
    case.refresh_from_db()
    assert case.status == "open"
    assert case.entries.filter(kind="in").count() == 2
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_x2_of_two_who_give_the_last_of_a_limit_one_succeeds(team: Team) -> None:
    cases = [opened(team.cast, key=f"k{number}") for number in range(6)]
    for number, case in enumerate(cases[:4]):
        given(team, case, 2000 if number < 3 else 1000 if number == 3 else 0, key=f"g{number}")
    given(team, cases[4], 2000, key="g4")
    assert sum(Gesture.objects.filter(state="booked").values_list("amount_minor", flat=True)) == 9000
    together(*(lambda one=case, name=name: given(team, one, 1000, key=name) for case, name in ((cases[3], "p"), (cases[5], "q"))))
    assert sorted(Gesture.objects.filter(key__in=["p", "q"]).values_list("state", flat=True)) == ["awaiting", "booked"]
    assert sum(LedgerLine.objects.values_list("amount_minor", flat=True)) == 0


def given(team: Team, case: Case, amount: int, *, key: str, at: object = None) -> Gesture:
    return give(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        new=NewGesture(kind="goodwill", amount_minor=amount),
        employee_id=team.mira.pk,
        key=key,
        at=at or NINE,  # type: ignore[arg-type]  # an instant or nothing
        actor=f"employee:{team.mira.pk}",
    )


@pytest.mark.django_db
def test_x1_twenty_and_twenty_on_a_case_then_five_needs_approval(team: Team) -> None:
    case = opened(team.cast)
    assert [given(team, case, amount, key=f"{n}").state for n, amount in enumerate((2000, 2000, 500))] == ["booked", "booked", "awaiting"]


@pytest.mark.django_db
def test_x3_the_month_is_the_business_s(team: Team) -> None:
    """30 November 23:30 in Berlin is 22:30 UTC; one hour later December has begun there."""
    november, december = berlin("2026-11-30", "23:30"), berlin("2026-12-01", "00:30")
    for number in range(5):
        assert given(team, opened(team.cast, key=f"c{number}"), 2000, key=f"g{number}", at=november).state == "booked"
    assert given(team, opened(team.cast, key="c6"), 100, key="g6", at=november).why == "per_customer"
    assert given(team, opened(team.cast, key="c7"), 100, key="g7", at=december).state == "booked"


def certified(team: Team, through: str) -> None:
    """The limits of agents need the certificate, which Mira has through a day; who lacks it may give nothing."""
    name_certificate_kind(scope=team.cast.scope, code="complaints", name="Complaints", months=12, window_days=60, at=NINE, actor=ACTOR)
    text = TEXT.replace('per_gesture = "25 EUR"', 'per_gesture = "20 EUR"\ncertificate = "complaints"').replace(
        'per_case = "40 EUR"', 'per_case = "20 EUR"'
    )
    put_in_force(team.cast, text, major=2, at=NINE - timedelta(days=1))
    record_certificate(
        scope=team.cast.scope,
        employee=team.mira,
        kind_code="complaints",
        achieved_on=NINE.date(),
        valid_through=date.fromisoformat(through),
        verifier="The academy",
        at=NINE,
        actor=ACTOR,
    )


@pytest.mark.django_db
def test_t42_twenty_a_case_and_a_hundred_a_month(team: Team) -> None:
    """90 used: 15 goes to the supervisor whole, 10 is granted and leaves nothing, its reversal leaves 10; a new month 100; lapsed: nothing."""
    certified(team, "2026-12-31")
    cases = [opened(team.cast, key=f"k{number}") for number in range(8)]
    for number, amount in enumerate((2000, 2000, 2000, 2000, 1000)):
        assert given(team, cases[number], amount, key=f"{number}").state == "booked"

    def left(at: datetime = NINE) -> int:
        return room_for(scope=team.cast.scope, case=cases[7], employee_id=team.mira.pk, kind="goodwill", at=at).left

    beyond = given(team, cases[5], 1500, key="x")
    assert (beyond.state, beyond.amount_minor, left()) == ("awaiting", 1500, 1000)
    ten = given(team, cases[6], 1000, key="y")
    assert (ten.state, left()) == ("booked", 0)
    reverse_gesture(scope=team.cast.scope, public_id=str(ten.public_id), why="twice", at=NINE, actor="x")
    assert left() == 1000
    assert (left(berlin("2026-11-30", "23:59")), left(berlin("2026-12-01", "00:00"))) == (1000, 2000), "100 a month again, 20 in one case"
    assert (left(berlin("2026-12-31", "23:59")), left(berlin("2027-01-01", "00:00"))) == (2000, 0)


@pytest.mark.django_db
def test_x5_t38_at_the_midnight_after_its_last_day_the_limit_falls_and_earlier_bookings_stay(team: Team) -> None:
    certified(team, "2026-11-30")
    before, after = berlin("2026-11-30", "23:59"), berlin("2026-12-01", "00:00")
    booked = given(team, opened(team.cast, key="a"), 2000, key="1", at=before)
    lapsed = given(team, opened(team.cast, key="b"), 100, key="2", at=after)
    assert (booked.state, lapsed.state) == ("booked", "awaiting")
    booked.refresh_from_db()
    assert (booked.state, booked.paragraph) == ("booked", "2.1")
    assert LedgerLine.objects.filter(gesture=booked).count() == 2


@pytest.mark.django_db
def test_x4_taken_back_the_amount_is_free_again_and_both_stay(team: Team) -> None:
    case = opened(team.cast)
    first = given(team, case, 2500, key="1")
    assert given(team, case, 2000, key="2").state == "awaiting"
    reverse_gesture(scope=team.cast.scope, public_id=str(first.public_id), why="wrong case", at=NINE, actor="x")
    assert given(team, case, 2000, key="3").state == "booked"
    assert LedgerLine.objects.filter(gesture=first).count() == 4
    assert sum(LedgerLine.objects.filter(gesture=first).values_list("amount_minor", flat=True)) == 0
