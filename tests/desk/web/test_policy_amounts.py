"""Targets and limits by a form: the same document as the text editor's."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.policy.models import Draft
from regulars.policy.queries import starting_point
from regulars.policy.services import publish_policy, save_draft

from tests.cast import ACTOR, NOON, Cast

pytestmark = pytest.mark.django_db
TEXT = starting_point("small-shop", zone="Europe/Berlin")
ADDRESS = "/policy/draft/amounts/"


def filled(desk: Client) -> dict[str, str]:
    """The form as it stands."""
    form = desk.get(ADDRESS).context["form"]
    return {name: str(form[name].value() or "") for name in form.fields} | {"revision": str(form["revision"].value())}


def test_without_a_policy_there_is_nothing_to_change(desk: Client) -> None:
    assert b"No policy yet" in desk.get(ADDRESS).content


def test_what_is_in_force_becomes_a_draft_with_one_line_changed(cast: Cast, desk: Client) -> None:
    publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=TEXT, at=NOON, actor=ACTOR)
    page = desk.get(ADDRESS).content.decode()
    assert "Whoever serves a customer may make good a mistake at once." in page
    assert "by the close of the day 3 working days later" in page, "a short way of writing is told in words"
    given = filled(desk)
    assert given["authority-1-per_gesture"] == "15 EUR"
    answer = desk.post(ADDRESS, given | {"authority-1-per_gesture": "20 EUR", "levels-0-next_answer": ""})
    assert answer.status_code == 302
    assert Draft.objects.get(closed_at=None).text == TEXT.replace("15 EUR", "20 EUR").replace('next_answer = "4bh"\n', "", 1)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"levels-0-first_answer": "soon"}, "levels-0-first_answer", "is no target"),
        ({"authority-1-per_gesture": "20"}, "authority-1-per_gesture", "no amount with its currency"),
        ({"authority-1-period": ""}, "__all__", "needs its period"),
        ({"authority-1-period": "fortnight"}, "authority-1-period", "valid choice"),
        ({"levels-0-first_answer": '2bh" # x'}, "__all__", "laid out so that single values"),
    ],
)
def test_what_can_not_be_obeyed_is_told_beside_its_field(cast: Cast, desk: Client, changed: dict[str, str], field: str, words: str) -> None:
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=NOON, actor=ACTOR)
    answer = desk.post(ADDRESS, filled(desk) | changed)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert Draft.objects.get().text == TEXT


def test_who_read_an_older_revision_changes_nothing(cast: Cast, desk: Client) -> None:
    save_draft(scope=cast.scope, text=TEXT, revision=None, at=NOON, actor=ACTOR)
    given = filled(desk)
    save_draft(scope=cast.scope, text=TEXT + "# more\n", revision=None, at=NOON, actor=ACTOR)
    answer = desk.post(ADDRESS, given | {"levels-0-first_answer": "1bh"})
    assert answer.status_code == 422
    assert "Somebody saved the draft meanwhile" in answer.content.decode()
    assert Draft.objects.get().text == TEXT + "# more\n"
