"""The policy's pages: written, discussed, put in force, confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from regulars.policy.models import Comment, Confirmation, Draft, Version, Vote
from regulars.policy.queries import starting_point
from regulars.staff.models import Employee

from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
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
