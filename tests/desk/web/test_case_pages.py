"""The pages of cases: lists, one case, answering, steering, giving, and what the customer says afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel import clock
from regulars.messaging.models import Message
from regulars.service.models import Aftercare, Article, Case, ClockRow, Entry, Gesture, Queue
from regulars.service.services import Resolution, resolve_case, send_aftercare, settled_link

from tests.cast import PASSWORD, Cast
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
    assert mira.post(address, {"version": "1", "cause": "", "action": ""}).status_code == 422
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
