"""The policy's pages: written, discussed, put in force, confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.groundwork.kernel.clock import now
from regulars.policy.models import Comment, Confirmation, Draft, Proposal, Version, Vote
from regulars.policy.queries import starting_point
from regulars.policy.services import publish_policy, save_draft
from regulars.staff.models import Employee, Leave
from regulars.staff.services import name_certificate_kind

from tests.cast import NOON, PASSWORD, Cast
from tests.service.laws_for_tests import TEXT as LAWS

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEXT = starting_point("small-shop", zone="Europe/Berlin")


def sign_in(employee: Employee) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"email": employee.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def ines(cast: Cast) -> Client:
    return sign_in(cast.ines)


@pytest.fixture
def tom(cast: Cast) -> Client:
    return sign_in(cast.tom)


def test_without_a_policy_the_page_offers_starting_points_to_those_who_may_write(ines: Client, tom: Client) -> None:
    assert b"?from=regulated-complaints" in ines.get("/policy/").content
    page = tom.get("/policy/").content
    assert b"No policy yet" in page
    assert b"?from=" not in page


def test_from_a_starting_point_to_a_confirmed_version(cast: Cast, ines: Client, tom: Client) -> None:
    begun = ines.get("/policy/draft/edit/?from=small-shop").context["form"].initial
    assert ines.post("/policy/draft/edit/", begun).status_code == 302
    assert ines.post("/policy/draft/lay-out/").status_code == 302
    assert tom.post("/policy/draft/comment/", {"paragraph": "3.2", "text": "A cake costs more."}).headers["Location"].endswith("#p-3-2")
    tom.post("/policy/draft/vote/", {"paragraph": "3.2", "vote": "against"})
    page = ines.get("/policy/draft/").content.decode()
    assert "A cake costs more." in page
    assert "Against: 1" in page
    assert "by the close of the next working day" in page
    ines.post(f"/policy/comments/{Comment.objects.get().public_id}/answer/", {"text": "Then 20."})
    early = ines.post("/policy/draft/publish/", {"grade": "major"})
    assert early.status_code == 422
    assert b"7 days to comment" in early.content
    Draft.objects.update(laid_out_at=Draft.objects.get().laid_out_at - timedelta(days=8))  # type: ignore[operator]
    assert ines.post("/policy/draft/publish/", {"grade": "major"}).status_code == 302
    version = Version.objects.get()
    page = tom.get("/policy/").content.decode()
    assert "How we look after our customers" in page
    assert "I have read it" in page
    tom.post(f"/policy/versions/{version.public_id}/confirm/", {"fingerprint": version.fingerprint})
    assert Confirmation.objects.get().employee_id == cast.tom.pk
    page = tom.get("/policy/").content.decode()
    assert "You confirmed this version" in page
    assert "I have read it" not in page
    assert "1 of 2" in ines.get("/policy/").content.decode()


def test_a_fault_in_the_text_is_told_with_its_place_and_nothing_is_saved(ines: Client) -> None:
    answer = ines.post("/policy/draft/edit/", {"text": TEXT.replace('calendar = "counter"', 'calendar = "office"', 1), "revision": 0})
    assert answer.status_code == 422
    assert "/levels/0/calendar" in answer.content.decode()
    assert not Draft.objects.exists()


def test_two_who_write_at_once_do_not_lose_each_others_text(ines: Client) -> None:
    ines.post("/policy/draft/edit/", {"text": TEXT, "revision": 0})
    ines.post("/policy/draft/edit/", {"text": TEXT + "# mine", "revision": 1})
    answer = ines.post("/policy/draft/edit/", {"text": TEXT + "# theirs", "revision": 1})
    assert answer.status_code == 422
    assert "# theirs" in answer.content.decode()
    assert Draft.objects.get().text.endswith("# mine")


def test_a_cashier_reads_and_votes_but_neither_writes_nor_publishes(ines: Client, tom: Client) -> None:
    ines.post("/policy/draft/edit/", {"text": TEXT, "revision": 0})
    assert tom.post("/policy/draft/vote/", {"paragraph": "1.1", "vote": "for"}).status_code == 302
    assert Vote.objects.count() == 1
    assert tom.get("/policy/draft/edit/").status_code == 403
    assert tom.post("/policy/draft/publish/", {"grade": "major", "override_reason": "x"}).status_code == 403
    assert not Version.objects.exists()


def test_today_asks_to_confirm_until_it_is_done(cast: Cast, tom: Client) -> None:
    assert b"The policy waits for you" not in tom.get("/").content
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=NOON, actor="x")
    version = publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="x", at=NOON, actor="x")
    assert b"The policy waits for you" in tom.get("/").content
    tom.post(f"/policy/versions/{version.public_id}/confirm/", {"fingerprint": version.fingerprint})
    assert b"The policy waits for you" not in tom.get("/").content


def test_a_proposal_is_made_supported_answered_and_linked(cast: Cast, ines: Client, tom: Client) -> None:
    assert b"No proposals yet" in tom.get("/policy/proposals/").content
    assert tom.post("/policy/proposals/", {"title": "", "text": "x"}).status_code == 422
    tom.post("/policy/proposals/", {"title": "Bigger cakes", "text": "A whole one.", "anonymous": "on"})
    row = Proposal.objects.get()
    tom.post(f"/policy/proposals/{row.public_id}/support/", {"support": "yes"})
    page = ines.get("/policy/proposals/").content.decode()
    assert "1 is for it" in page
    assert cast.tom.name not in page
    assert tom.post(f"/policy/proposals/{row.public_id}/answer/", {"verdict": "accepted", "answer": "x"}).status_code == 403
    ines.post(f"/policy/proposals/{row.public_id}/answer/", {"verdict": "accepted", "answer": "With version two."})
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=NOON, actor="x")
    version = publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="x", at=NOON, actor="x")
    ines.post(f"/policy/proposals/{row.public_id}/link/", {"version": str(version.public_id)})
    assert "It came into version 1.0." in tom.get("/policy/proposals/").content.decode()


def test_two_proposals_are_made_one(cast: Cast, ines: Client, tom: Client) -> None:
    for title in ("One", "Two"):
        tom.post("/policy/proposals/", {"title": title, "text": "x"})
    one, two = Proposal.objects.order_by("pk")
    ines.post(f"/policy/proposals/{two.public_id}/merge/", {"into": str(one.public_id)})
    assert "Also: Two" in tom.get("/policy/proposals/").content.decode()


def test_days_away_are_entered_and_taken_back(cast: Cast, ines: Client, tom: Client) -> None:
    base = f"/settings/staff/{cast.tom.public_id}/"
    wrong = ines.post(f"{base}leave/", {"from_on": "2026-12-24", "until_on": "2026-12-23"})
    assert wrong.status_code == 422
    assert "The last day lies before the first." in wrong.content.decode()
    ines.post(f"{base}leave/", {"from_on": "2026-12-24", "until_on": "2026-12-31"})
    leave = Leave.objects.get()
    assert "24/12/2026" in ines.get(base).content.decode() or "24 Dec 2026" in ines.get(base).content.decode()
    assert tom.post(f"{base}leave/", {"from_on": "2026-12-24", "until_on": "2026-12-31"}).status_code == 403
    ines.post(f"{base}leave/{leave.public_id}/take-back/")
    assert not Leave.objects.exists()


def test_who_had_confirmed_is_shown_as_it_was_at_the_end_of_a_day(cast: Cast, ines: Client, tom: Client) -> None:
    for employee in (cast.ines, cast.tom):
        Employee.objects.filter(pk=employee.pk).update(joined_at=NOON - 90 * DAY)
    today = now()
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=today - 5 * DAY, actor="system:test")
    version = publish_policy(
        scope=cast.scope, grade="major", effective_at=None, override_reason="small shop", at=today - 3 * DAY, actor="system:test"
    )
    tom.post(f"/policy/versions/{version.public_id}/confirm/", {"fingerprint": version.fingerprint})
    page = f"/policy/versions/{version.public_id}/"
    assert (ines.get(page).context["rate"].confirmed, ines.get(page).context["on"]) == (1, None)
    before = ines.get(page, {"on": (today - 2 * DAY).date().isoformat()})
    assert before.context["rate"].confirmed == 0
    assert cast.tom.name in before.content.decode()
    for unfit, words in (((today - 9 * DAY).date().isoformat(), "Choose a day from"), ("soon", "Enter a valid date")):
        refused = ines.get(page, {"on": unfit})
        assert words in refused.content.decode()
        assert refused.context["rate"].confirmed == 1, "what can't be read changes nothing of what is shown"
    assert b"Known to all" not in tom.get(page).content


def test_paragraphs_speak_the_words_of_the_business_and_no_codes(cast: Cast, ines: Client) -> None:
    name_certificate_kind(scope=cast.scope, code="complaints", name="Complaints course", months=12, window_days=60, at=NOON, actor="x")
    text = LAWS.replace('natures = ["complaint"]', 'natures = ["complaint", "praise"]\nchannels = ["email", "till"]').replace(
        'roles = ["agent"]', 'roles = ["agent"]\ncertificate = "complaints"'
    )
    publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=text, at=NOON, actor="x")
    page = ines.get("/policy/").content.decode()
    for words in (
        "Complaint, Praise",
        "E-mail, At the till",
        "at 75 % of the time, to Supervisors",
        "2 working hours after it ran out, to Executives",
        "Complaints course",
        "Goodwill",
    ):
        assert f"<dd>{words}</dd>" in page, words
