"""The pages of cases: lists, one case, answering, steering, giving, and what the customer says afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contacts.queries import TermKind, Valence
from regulars.contacts.services import describe_term
from regulars.groundwork.kernel import clock
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Message, ReceivedMail
from regulars.messaging.services import Delivery, MailboxParticulars, open_mailbox, read_waiting, receive_mail
from regulars.service.models import Aftercare, Article, Case, ClockRow, Entry, Gesture, Queue
from regulars.service.services import Resolution, note_case, resolve_case, send_aftercare, settled_link, take_mail
from regulars.staff.queries import Role

from tests.cast import ACTOR, PASSWORD, Cast, employ
from tests.messaging.letters import letter
from tests.service.service_cast import NINE, Team, answered, call_team, opened


@pytest.fixture
def team(cast: Cast) -> Iterator[Team]:
    """The team, at one minute past nine on a Monday."""
    with clock.standing_at(NINE + timedelta(minutes=1)):
        yield call_team(cast)


def signed_in(email: str) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def mira(team: Team) -> Client:
    return signed_in(team.mira.email)


@pytest.mark.django_db
def test_an_agent_opens_a_case_while_the_customer_speaks_and_finds_it_in_their_list(team: Team, mira: Client) -> None:
    address = f"/customers/{team.cast.ada.public_id}/cases/new/"
    assert "What the customer said" in mira.get(address).content.decode()
    form = {
        "channel": "phone",
        "nature": "complaint",
        "subject": "Burnt rolls",
        "text": "All burnt.",
        "priority": "normal",
        "mine": "on",
        "act": "a",
    }
    assert mira.post(address, form).status_code == 302
    case = Case.objects.get()
    assert (case.owner_id, case.first_answered_at is not None) == (team.mira.pk, True)
    listed = mira.get("/cases/").content.decode()
    assert "Burnt rolls" in listed
    assert "Burnt rolls" in mira.get("/cases/?q=burnt").content.decode()
    assert mira.get(f"/cases/?q={case.pk}").headers["Location"] == f"/cases/{case.public_id}/"
    assert "No case with these words" in mira.get("/cases/?q=zebra").content.decode()


@pytest.mark.django_db
def test_what_happened_in_a_case_leads_from_the_customers_story_to_the_case(team: Team, mira: Client) -> None:
    case = opened(team.cast, subject="Stale <rolls>")
    run_until_idle()
    reader = signed_in(employ(team.cast.business, "Rosa Reader", Role.READ_ONLY).email)
    words = f"Case #{case.pk} opened: Stale &lt;rolls&gt;"
    assert f'<a href="/cases/?q=%23{case.pk}">{words}</a>' in mira.get(f"/customers/{team.cast.ada.public_id}/").content.decode()
    assert mira.get(f"/cases/?q=%23{case.pk}").headers["Location"] == f"/cases/{case.public_id}/"
    unlinked = reader.get(f"/customers/{team.cast.ada.public_id}/").content.decode()
    assert words in unlinked
    assert f"{words}</a>" not in unlinked


@pytest.mark.django_db
def test_k2_the_form_proposes_a_complaint(team: Team, mira: Client) -> None:
    form = {
        "channel": "phone",
        "nature": "question",
        "subject": "Bill",
        "text": "I'm unhappy with the charge.",
        "priority": "normal",
        "act": "a",
    }
    back = mira.post(f"/customers/{team.cast.ada.public_id}/cases/new/", form)
    assert back.status_code == 422
    assert "sounds like a complaint" in back.content.decode()


@pytest.mark.django_db
def test_a_case_explains_its_deadlines_and_is_answered_by_mail(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    page = mira.get(f"/cases/{case.public_id}/").content.decode()
    assert "Paragraph 1.3 of version 1.0: 4 working hours." in page
    assert "4 h of working time counted" in page
    form = {"text": "We look into it.", "channel": "email", "version": "1", "act": "x1"}
    assert mira.post(f"/cases/{case.public_id}/answer/", form).status_code == 302
    assert Message.objects.get().subject == f"Re: Stale rolls [#{case.pk}]"
    again = mira.post(f"/cases/{case.public_id}/answer/", form | {"act": "x2", "text": "Me too"})
    assert again.status_code == 409
    text = again.content.decode()
    assert "has changed since you opened it" in text
    assert "Me too" in text, "the draft is kept"
    assert "We look into it." in text, "what was written meanwhile stands there"
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_r2_a_customer_s_message_that_arrives_while_somebody_writes_is_shown_and_one_confirmation_sends(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    case = answered(team.cast, case, at=clock.now(), text="Do you have the receipt?", staff_id=team.noor.pk)
    ours = Message.objects.get()
    mira.get(f"/cases/{case.public_id}/")
    box = open_mailbox(
        business_id=team.cast.business.pk,
        particulars=MailboxParticulars(name="shop", addresses=["shop@fennel.example"]),
        at=NINE,
        actor=ACTOR,
    )
    content = letter(b"Never mind, I found the receipt.\r\n", more=f"In-Reply-To: <{ours.message_id}>\r\n".encode())
    receive_mail(mailbox=box, delivery=Delivery(content=content), at=clock.now())
    read_waiting(at=clock.now())
    take_mail(mail=ReceivedMail.objects.get(), at=clock.now())
    form = {"text": "We look for your receipt.", "channel": "email", "version": str(case.version), "act": "x1"}
    warned = mira.post(f"/cases/{case.public_id}/answer/", form)
    text = warned.content.decode()
    assert warned.status_code == 409
    assert Message.objects.count() == 1
    assert "We look for your receipt." in text, "the draft is kept"
    assert "Never mind, I found the receipt." in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version
    assert mira.post(f"/cases/{case.public_id}/answer/", form | {"version": version[1]}).status_code == 302
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_others_see_who_is_writing(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    mira.post(f"/cases/{case.public_id}/present/")
    noor = signed_in(team.noor.email)
    assert "Mira Agent is writing an answer" in noor.get(f"/cases/{case.public_id}/").content.decode()
    assert "Mira Agent is writing" in noor.get("/cases/?view=all").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "form", "check"),
    [
        ("take/", {}, lambda case: case.owner_id is not None),
        ("steer/", {"act": "wait"}, lambda case: case.status == "waiting"),
        ("classify/", {"nature": "question", "topic": "product", "priority": "high"}, lambda case: case.priority == "high"),
        ("snooze/", {"until": "2030-01-01T09:00"}, lambda case: False),
        ("snooze/", {"until": "2027-01-01T09:00"}, lambda case: case.snoozed_until is not None),
        ("note/", {"text": "A regular", "act": "n"}, lambda case: Entry.objects.filter(kind="internal").exists()),
        ("promise/", {"what": "Call", "due": "2027-06-01T12:00", "act": "p"}, lambda case: ClockRow.objects.filter(metric="own").exists()),
        ("hand-over/", {"owner": "", "queue": "", "handover": "x"}, lambda case: case.owner_id is None),
    ],
)
def test_one_button_does_one_thing(team: Team, mira: Client, path: str, form: dict[str, str], check: object) -> None:
    case = opened(team.cast)
    response = mira.post(f"/cases/{case.public_id}/{path}", form)
    assert response.status_code == 302
    case.refresh_from_db()
    assert check(case) is (form.get("until") != "2030-01-01T09:00")  # type: ignore[operator]  # a lambda of the table


@pytest.mark.django_db
def test_a_complaint_is_resolved_with_cause_and_action_and_the_customer_says_no(team: Team, mira: Client) -> None:
    case = opened(team.cast, nature="complaint")
    address = f"/cases/{case.public_id}/resolve/"
    refused = mira.post(address, {"version": "1", "cause": "", "action": ""})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"cause", "action"}
    assert mira.post(address, {"version": "1", "cause": "product", "action": "New rolls", "told": "on"}).status_code == 302
    case.refresh_from_db()
    assert case.status == "resolved"
    later = clock.now() + timedelta(days=2)
    assert send_aftercare(at=later) == 1
    row = Aftercare.objects.get(kind="question")
    path = settled_link(row.public_id).partition("//")[2].partition("/")[2]
    customer = Client()
    page = customer.get(f"/{path}")
    assert "Is it settled?" in page.content.decode()
    assert customer.get(f"/{path}").status_code == 200
    case.refresh_from_db()
    assert case.status == "resolved", "reading changes nothing"
    assert "We go on at once" in customer.post(f"/{path}", {"settled": "no", "words": "Still stale"}).content.decode()
    case.refresh_from_db()
    assert (case.status, case.reopened, case.settled) == ("open", 1, False)
    assert customer.get("/settled/nonsense/").status_code == 404


@pytest.mark.django_db
def test_the_follow_up_is_one_and_not_sent_to_whom_was_in_touch(team: Team) -> None:
    case = opened(team.cast)
    resolve_case(
        scope=team.cast.scope, public_id=str(case.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=1), actor="x"
    )
    opened(team.cast, at=NINE + timedelta(days=3), key="k9", subject="Another")
    send_aftercare(at=NINE + timedelta(days=15))
    row = Aftercare.objects.get(case=case, kind="follow-up")
    assert (row.state, row.why) == ("cancelled", "in_touch")
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_gestures_beyond_authority_wait_for_somebody_who_has_it(team: Team, mira: Client) -> None:
    case = opened(team.cast)
    page = mira.get(f"/cases/{case.public_id}/").content.decode()
    assert "up to €25.00 without asking anyone" in page
    assert (
        mira.post(f"/cases/{case.public_id}/give/", {"kind": "goodwill", "amount": "20,00", "words": "cake", "act": "1"}).status_code == 302
    )
    mira.post(f"/cases/{case.public_id}/give/", {"kind": "goodwill", "amount": "30", "act": "2"})
    assert list(Gesture.objects.order_by("pk").values_list("state", "why")) == [("booked", ""), ("awaiting", "per_gesture")]
    assert mira.post(f"/cases/{case.public_id}/give/", {"kind": "goodwill", "amount": "a lot", "act": "3"}).status_code == 422
    waiting = Gesture.objects.get(state="awaiting")
    sven = signed_in(team.sven.email)
    assert "More than one gesture may be worth." in sven.get("/cases/gestures/").content.decode()
    assert sven.post(f"/cases/gestures/{waiting.public_id}/", {"how": "approve", "why": "fair"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("booked", f"employee:{team.sven.pk}")


@pytest.mark.django_db
def test_the_page_of_a_long_case_asks_as_much_as_that_of_a_short_one(
    team: Team, mira: Client, django_assert_max_num_queries: object
) -> None:
    case = opened(team.cast)
    for number in range(30):
        answered(team.cast, case, at=NINE + timedelta(minutes=number), key=f"a{number}", channel="phone")
    mira.get(f"/cases/{case.public_id}/")
    with django_assert_max_num_queries(40):  # type: ignore[operator]  # pytest-django's fixture
        mira.get(f"/cases/{case.public_id}/")
    with django_assert_max_num_queries(18):  # type: ignore[operator]  # pytest-django's fixture
        mira.get("/cases/?view=all")


@pytest.mark.django_db
def test_queues_and_articles_are_written_by_those_who_lead(team: Team, mira: Client) -> None:
    assert mira.get("/settings/queues/").status_code == 403
    maud = signed_in(team.maud.email)
    assert "No queue yet" in maud.get("/settings/queues/").content.decode()
    form = {"name": "Complaints", "position": "0", "natures": ["complaint"], "branch": ""}
    assert maud.post("/settings/queues/", form).status_code == 302
    assert maud.post("/settings/queues/", form).status_code == 422, "the name is taken"
    row = Queue.objects.get()
    assert maud.post(f"/settings/queues/{row.public_id}/", form | {"name": "Trouble"}).status_code == 302
    case = opened(team.cast, nature="complaint")
    assert case.queue_id == row.pk
    assert opened(team.cast, key="k2", subject="Else").queue_id is None
    assert "Trouble" in mira.get(f"/cases/?queue={row.public_id}").content.decode()
    assert maud.post("/settings/known/", {"title": "Gluten", "text": "On Saturdays, {given_name|friend}."}).status_code == 302
    article = Article.objects.get()
    begun = mira.get(f"/cases/{case.public_id}/?article={article.public_id}").content.decode()
    assert "On Saturdays, {given_name|friend}." in begun
    assert maud.get("/settings/queues/nonsense/").status_code == 404
    assert "No answer with these words" in maud.get("/settings/known/?q=zebra").content.decode()


@pytest.mark.django_db
def test_pages_of_cases_speak_the_words_of_the_business_and_no_codes(team: Team, mira: Client) -> None:
    describe_term(
        scope=team.cast.scope,
        kind=TermKind.NATURE,
        code="question",
        label="Enquiry",
        valence=Valence.NONE,
        retired=False,
        at=NINE,
        actor=ACTOR,
    )
    case = opened(team.cast, priority="urgent", nature="question")
    form = {"kind": "goodwill", "amount": "20", "words": "a cake", "act": "g1"}
    assert mira.post(f"/cases/{case.public_id}/give/", form).status_code == 302
    assert mira.post(f"/cases/{case.public_id}/give/", form | {"act": "g2", "amount": "24"}).status_code == 302
    mira.post(f"/cases/{case.public_id}/classify/", {"nature": "request", "topic": "product", "priority": "high"})
    page = mira.get(f"/cases/{case.public_id}/").content.decode()
    for words in ("Request", "High", "E-mail", "Goodwill: up to", "Classified anew: Request · Product · High", "Goodwill · €20.00"):
        assert words in page, words
    waiting = signed_in(team.sven.email).get("/cases/gestures/").content.decode()
    assert "Goodwill" in waiting
    Case.objects.update(nature="question")
    assert "Enquiry" in mira.get("/cases/?view=all").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "most"), [("/cases/?view=all", 7), ("/cases/?q=rolls", 7), ("/cases/{case}/", 27)])
def test_the_pages_of_cases_ask_no_more_for_many_than_for_few(team: Team, mira: Client, path: str, most: int) -> None:
    case, seen = opened(team.cast, owner_id=team.mira.pk), []

    def asked(number: int) -> int:
        for n in range(number):
            opened(team.cast, key=f"{number}/{n}")
            note_case(
                scope=team.cast.scope,
                public_id=str(case.public_id),
                text="Asked the oven.",
                staff_id=None,
                key=f"{number}/{n}",
                at=NINE,
                actor="employee:1",
            )
        with CaptureQueriesContext(connection) as found:
            assert mira.get(path.format(case=case.public_id)).status_code == 200
        seen.append(found.captured_queries)
        return len(found)

    mira.get(path.format(case=case.public_id))
    few = asked(2)
    assert asked(9) == few, "more for more"
    assert few <= most, "\n".join(one["sql"][:120] for one in seen[0])
