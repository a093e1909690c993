"""Mails into cases: they open one, answer one, end a pause, thank, come too late, name another's case; told twice they count once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from regulars.business.queries import Scope
from regulars.contacts.models import Contact
from regulars.customers.services import NewCustomer, register_customer
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.refusals import NotFound
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Mailbox, Message, ReceivedMail
from regulars.messaging.services import Delivery, Letter, MailboxParticulars, open_mailbox, read_waiting, receive_mail, write_message
from regulars.service.models import Case, ClockRow, Entry, EventRow, Link, Notice, Queue
from regulars.service.queries import case_of, case_shown, case_signs, cases_in
from regulars.service.services import Resolution, make_courtesy, merge_cases, resolve_case, take_mail, verify, wait_for_customer

from tests.cast import ACTOR, Cast
from tests.desk.web.test_case_pages import signed_in
from tests.messaging.letters import letter
from tests.service.laws_for_tests import berlin
from tests.service.service_cast import MONDAY, NINE, Team, answered, call_team, opened

Write = Callable[..., Case]


@pytest.fixture
def team(cast: Cast) -> Team:
    return call_team(cast)


@pytest.fixture
def box(team: Team) -> Mailbox:
    particulars = MailboxParticulars(name="shop", addresses=["shop@fennel.example"])
    return open_mailbox(business_id=team.cast.business.pk, particulars=particulars, at=NINE - timedelta(days=9), actor=ACTOR)


@pytest.fixture
def write(box: Mailbox) -> Write:
    """Ada writes; the mail is read `late` after its receipt and put into its case."""

    def came(
        body: str, *, at: datetime = NINE, subject: str = "Bread", number: str = "1", more: bytes = b"", late: int = 0, **options: str
    ) -> Case:
        content = letter(body.encode(), subject=subject, number=number, more=more, **options)
        receive_mail(mailbox=box, delivery=Delivery(content=content), at=at)
        read = at + timedelta(minutes=late)
        read_waiting(at=read)
        mail = ReceivedMail.objects.latest("pk")
        take_mail(mail=mail, at=read)
        take_mail(mail=mail, at=read)
        return Entry.objects.get(mail=mail).case

    return came


def reply_to(message: Message) -> bytes:
    return f"In-Reply-To: <{message.message_id}>\r\n".encode()


@pytest.mark.django_db
def test_a_mail_opens_a_case_once_and_a_complaint_is_called_one(team: Team, write: Write) -> None:
    case = write("I am very disappointed with the rolls.")
    assert (case.nature, case.channel, case.customer_id, case.opened_at) == ("complaint", "email", team.cast.ada.pk, NINE)
    assert ClockRow.objects.get(case=case, key="first_answer:1").due_at == berlin(MONDAY, "13:00")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_worker_does_it_by_itself(team: Team, box: Mailbox) -> None:
    receive_mail(mailbox=box, delivery=Delivery(content=letter(b"When do you open?\r\n")), at=NINE)
    run_until_idle()
    assert Case.objects.get().nature == "question"


@pytest.mark.django_db
def test_s12_an_answer_ends_the_waiting_at_its_receipt_though_it_was_read_40_minutes_later(team: Team, write: Write) -> None:
    case = write("When do you open?")
    answered(team.cast, case, at=NINE + timedelta(minutes=10))
    wait_for_customer(scope=team.cast.scope, public_id=str(case.public_id), at=NINE + timedelta(minutes=20), actor="x")
    again = write("And on Sunday?", at=NINE + timedelta(minutes=60), number="2", more=reply_to(Message.objects.get()), late=40)
    assert again.pk == case.pk
    assert ClockRow.objects.get(case=case, key="next_answer:1").due_at == NINE + timedelta(minutes=120)
    assert Case.objects.get().status == "open"
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db
def test_s7_neither_an_acknowledgement_by_machine_nor_mail_to_somebody_else_stops_the_clock(team: Team, box: Mailbox) -> None:
    Mailbox.objects.filter(pk=box.pk).update(acknowledges=True)
    with clock.standing_at(NINE):
        receive_mail(mailbox=box, delivery=Delivery(content=letter(b"When do you open?\r\n")), at=NINE)
        run_until_idle()
        assert Message.objects.get().is_automatic
        case = Case.objects.get()
        supplier = register_customer(
            business_id=team.cast.business.pk,
            who=NewCustomer(organisation_name="Mill", contact_points=[("email", "mill@supply.example")]),
            branch_id=None,
            at=NINE,
            actor=ACTOR,
        )
        ask = Letter(purpose="service", contact_class="service", subject="Flour", body="Was the flour old?")
        write_message(scope=team.cast.scope, customer=supplier, letter=ask, key="supplier", at=NINE, actor=ACTOR)
        run_until_idle()
    assert ClockRow.objects.get(case=case, key="first_answer:1").is_open


@pytest.mark.django_db
def test_m24_a_thank_you_reopens_nothing_and_a_wrong_guess_is_one_click(team: Team, write: Write) -> None:
    case = write("When do you open?")
    answered(team.cast, case, at=NINE)
    resolve_case(
        scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=1), actor="x"
    )
    write("Thanks, all good!", at=NINE + timedelta(hours=2), number="2", more=reply_to(Message.objects.get()))
    case.refresh_from_db()
    assert case.status == "resolved"
    entry = Entry.objects.get(kind="courtesy")
    make_courtesy(
        scope=team.cast.scope,
        public_id=str(case.public_id),
        entry=str(entry.public_id),
        courtesy=False,
        at=NINE + timedelta(hours=3),
        actor="x",
    )
    case.refresh_from_db()
    assert (case.status, case.reopened) == ("open", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "same"), [(10, True), (20, False)])
def test_s11_within_the_grace_it_opens_again_after_it_a_new_case_continues(team: Team, write: Write, days: int, same: bool) -> None:
    case = write("When do you open?")
    answered(team.cast, case, at=NINE, staff_id=team.mira.pk)
    resolve_case(
        scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=1), actor="x"
    )
    back = write("It was closed when I came", at=NINE + timedelta(days=days), number="2", more=reply_to(Message.objects.get()))
    assert (back.pk == case.pk) is same
    case.refresh_from_db()
    assert case.status == ("open" if same else "resolved")
    if not same:
        assert back.owner_id == team.mira.pk
        assert back.links.get().other_id == case.pk
        assert ClockRow.objects.get(case=back, key="first_answer:1").is_open


@pytest.mark.django_db
def test_m5_a_foreign_sender_does_not_get_into_a_case_by_its_number(team: Team, write: Write) -> None:
    case = opened(team.cast)
    other = write("Hello", subject=f"Re: [#{case.pk}]", sender="Bo Jensen <bo@mail.example>")
    assert other.pk != case.pk
    assert EventRow.objects.get(case=other, what="noted").body["hint"] == f"#{case.pk}"
    assert not other.links.exists()


@pytest.mark.django_db
def test_d17_a_number_is_no_proof_from_ones_own_address_either_but_the_two_cases_are_linked(team: Team, write: Write) -> None:
    case = opened(team.cast)
    mine = write("Hello", subject=f"Re: [#{case.pk}]", number="7")
    assert mine.pk != case.pk
    assert EventRow.objects.get(case=mine, what="noted").body["hint"] == f"#{case.pk}"
    assert [(one.other_id, one.kind) for one in mine.links.all()] == [(case.pk, "alike")]
    odd = write("Hello", subject="Re: [#987654321]", number="8")
    assert not odd.links.exists()


@pytest.mark.django_db
def test_r7_an_answer_to_a_merged_case_lands_where_it_lives_on(team: Team, write: Write) -> None:
    case = write("When do you open?")
    answered(team.cast, case, at=NINE)
    home = opened(team.cast, at=NINE + timedelta(minutes=20))
    merge_cases(scope=team.cast.scope, public_id=str(case.public_id), into=str(home.public_id), at=NINE + timedelta(minutes=30), actor="x")
    back = write("And?", at=NINE + timedelta(hours=1), number="2", more=reply_to(Message.objects.get()))
    assert back.pk == home.pk


@pytest.mark.django_db
def test_machines_that_answer_each_other_reopen_a_case_only_so_often(team: Team, write: Write) -> None:
    case = write("When do you open?")
    answered(team.cast, case, at=NINE)
    more = reply_to(Message.objects.get())
    for number in range(8):
        at = NINE + timedelta(minutes=10 * number + 1)
        if Case.objects.get(pk=case.pk).status == "open":
            resolve_case(scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=at, actor="x")
        write(f"And what about {number}?", at=at + timedelta(minutes=5), number=f"n{number}", more=more)
    case.refresh_from_db()
    assert (case.reopened, case.status) == (4, "resolved")
    assert Entry.objects.filter(case=case, kind="in").count() == 9, "nothing is lost"


@pytest.mark.django_db
def test_a_mail_that_only_says_stop_opens_no_case(team: Team, box: Mailbox) -> None:
    receive_mail(mailbox=box, delivery=Delivery(content=letter(b"STOP\r\n")), at=NINE)
    read_waiting(at=NINE)
    assert take_mail(mail=ReceivedMail.objects.get(), at=NINE) is None
    assert not Case.objects.exists()


def boxes_and_queues(team: Team) -> tuple[Mailbox, Mailbox]:
    """billing@ and legal@, each with a queue of a branch of its own."""
    found = []
    for name, branch in (("billing", team.cast.market), ("legal", team.cast.station)):
        particulars = MailboxParticulars(name=name, addresses=[f"{name}@fennel.example"])
        found.append(open_mailbox(business_id=team.cast.business.pk, particulars=particulars, at=NINE, actor=ACTOR))
        Queue.objects.create(business=team.cast.business, name=name.title(), mailboxes=[name], branch=branch, position=len(found))
    return found[0], found[1]


@pytest.mark.django_db
@pytest.mark.parametrize("together", [True, False])
def test_m2_one_mail_to_two_mailboxes_is_one_contact_and_a_case_for_each_team_which_sees_its_own(team: Team, together: bool) -> None:
    billing, legal = boxes_and_queues(team)
    content = letter(b"I'm unhappy with the charge and with your terms.\r\n")
    with clock.standing_at(NINE + timedelta(minutes=2)):
        receive_mail(mailbox=billing, delivery=Delivery(content=content), at=NINE)
        if not together:
            run_until_idle()
        receive_mail(mailbox=legal, delivery=Delivery(content=b"Received: by legal\r\n" + content), at=NINE + timedelta(minutes=1))
        run_until_idle()
    assert Contact.objects.filter(source="mail").count() == ReceivedMail.objects.count() == 1
    cases = {case.queue.name: case for case in Case.objects.select_related("queue") if case.queue}
    assert set(cases) == {"Billing", "Legal"}
    assert Case.objects.count() == 2
    assert Link.objects.get().kind == "alike"
    for name, branch, other in (("Billing", team.cast.market, "Legal"), ("Legal", team.cast.station, "Billing")):
        own = Scope(team.cast.business.pk, frozenset({branch.pk}))
        assert [row.pk for row in cases_in(scope=own, view="all", employee_id=0, at=NINE).rows] == [cases[name].pk]
        assert case_shown(scope=own, case=cases[name], at=NINE).links == []
        with pytest.raises(NotFound):
            case_of(scope=own, public_id=str(cases[other].public_id))
    assert len(case_shown(scope=team.cast.scope, case=cases["Legal"], at=NINE).links) == 1
    Case.objects.update(topic="price")
    assert [one.case_id for one in case_signs(scope=team.cast.scope, at=NINE + timedelta(hours=1)) if one.kind == "complaint"] == [
        cases["Billing"].pk
    ], "one failure, not two"
    take_mail(mail=ReceivedMail.objects.get(), at=NINE + timedelta(days=1))
    assert Case.objects.count() == 2


@pytest.mark.django_db
def test_m2_without_queues_of_their_own_two_mailboxes_make_one_case(team: Team, box: Mailbox) -> None:
    other = open_mailbox(
        business_id=team.cast.business.pk,
        particulars=MailboxParticulars(name="post", addresses=["post@fennel.example"]),
        at=NINE,
        actor=ACTOR,
    )
    with clock.standing_at(NINE):
        for mailbox, more in ((box, b""), (other, b"Received: by post\r\n")):
            receive_mail(mailbox=mailbox, delivery=Delivery(content=more + letter(b"When do you open?\r\n")), at=NINE)
        run_until_idle()
    assert Case.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("threaded", [True, False])
def test_m18_what_comes_in_the_name_of_an_agent_closes_nothing_and_the_agent_is_told(team: Team, write: Write, threaded: bool) -> None:
    case = answered(team.cast, opened(team.cast), at=NINE, staff_id=team.mira.pk)
    version = Case.objects.get(pk=case.pk).version
    more = reply_to(Message.objects.get()) if threaded else b""
    with pytest.raises(Entry.DoesNotExist):
        write("close", subject=f"Re: [#{case.pk}]", sender=f"Mira Agent <{team.mira.email.upper()}>", number="2", more=more)
    case = Case.objects.get()
    assert (case.status, case.version) == ("open", version + 1)
    assert case.entries.count() == 2
    told = Notice.objects.get(kind="in-your-name")
    assert (told.employee_id, told.case_id) == (team.mira.pk, case.pk)
    assert EventRow.objects.get(case=case, what="mail_refused").body["staff"] == team.mira.pk
    with clock.standing_at(NINE):
        mira = signed_in(team.mira.email)
        assert "A mail in your name came to this case" in mira.get("/").content.decode()
        assert "in the name of one of us was refused: Mira Agent" in mira.get(f"/cases/{case.public_id}/").content.decode()
    assert verify(scope=team.cast.scope).faults == []


@pytest.mark.django_db
def test_m18_who_works_here_may_write_in_their_own_case(team: Team, write: Write) -> None:
    own = register_customer(
        business_id=team.cast.business.pk,
        who=NewCustomer(given_name="Mira", contact_points=[("email", team.mira.email)]),
        branch_id=None,
        at=NINE,
        actor=ACTOR,
    )
    case = write("My birthday cake was late", sender=f"Mira <{team.mira.email}>")
    again = write("And dry", sender=f"Mira <{team.mira.email}>", subject=f"Re: [#{case.pk}]", number="2")
    assert (again.customer_id, again.links.get().other_id) == (own.pk, case.pk)
