"""The same version in another language: other words, the same promises, a fingerprint of its own."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from regulars.groundwork.kernel.refusals import NotFound
from regulars.policy.models import Confirmation, Translation, Version
from regulars.policy.queries import starting_point
from regulars.policy.services import PolicyRefused, confirm_policy, publish_policy, translate_policy
from regulars.policy.services.confirming import ConfirmedAnotherText

from tests.cast import ACTOR, NOON, PASSWORD, Cast

pytestmark = pytest.mark.django_db
TEXT = starting_point("small-shop", zone="Europe/Berlin")
HUNGARIAN = (
    TEXT.replace('language = "en"', 'language = "hu"')
    .replace("How we look after our customers", "Így törődünk a vevőinkkel")
    .replace("Whoever serves a customer may make good a mistake at once.", "Aki kiszolgál, a hibát azonnal jóváteheti.")
)


@pytest.fixture
def version(cast: Cast) -> Version:
    return publish_policy(scope=cast.scope, grade="major", effective_at=None, override_reason="first", text=TEXT, at=NOON, actor=ACTOR)


def translate(cast: Cast, version: Version, text: str) -> Translation:
    return translate_policy(scope=cast.scope, public_id=str(version.public_id), text=text, at=NOON, actor=ACTOR)


def test_each_language_is_confirmed_by_its_own_fingerprint(cast: Cast, version: Version) -> None:
    row = translate(cast, version, HUNGARIAN)
    assert row.fingerprint != version.fingerprint
    number = str(version.public_id)
    for person, mark in ((cast.ines, version.fingerprint), (cast.tom, row.fingerprint)):
        confirm_policy(scope=cast.scope, public_id=number, fingerprint=mark, employee_id=person.pk, at=NOON, actor=ACTOR)
    found = dict(Confirmation.objects.values_list("employee_id", "fingerprint"))
    assert found == {cast.ines.pk: version.fingerprint, cast.tom.pk: row.fingerprint}
    with pytest.raises(ConfirmedAnotherText):
        confirm_policy(scope=cast.scope, public_id=number, fingerprint="0" * 64, employee_id=cast.tom.pk, at=NOON, actor=ACTOR)


def test_the_same_text_again_changes_nothing_and_another_one_is_refused(cast: Cast, version: Version) -> None:
    assert translate(cast, version, HUNGARIAN).pk == translate(cast, version, HUNGARIAN).pk
    with pytest.raises(PolicyRefused):
        translate(cast, version, HUNGARIAN + "# más\n")
    with pytest.raises(DatabaseError), transaction.atomic():
        Translation.objects.update(text="x")


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('first_answer = "2bh"', 'first_answer = "3bh"', "/levels/0"),
        ('per_gesture = "15 EUR"', 'per_gesture = "16 EUR"', "/authority/1"),
        ('paragraph = "4.1"', 'paragraph = "4.2"', "/promises/0"),
        ('sat = [["09:00", "12:00"]]', "", "/calendars"),
        ("comment_days = 7", "comment_days = 8", "/comment_days"),
        ('stand_in = "same-branch"', 'stand_in = "deputy"', "/named_persons/0"),
        ('language = "hu"', 'language = "en"', "/language"),
        ('language = "hu"', 'language = "Hungarian!"', "/language"),
    ],
)
def test_other_promises_are_no_translation(cast: Cast, version: Version, before: str, after: str, place: str) -> None:
    assert before in HUNGARIAN
    with pytest.raises(PolicyRefused) as caught:
        translate(cast, version, HUNGARIAN.replace(before, after))
    assert place in caught.value.fields
    assert not Translation.objects.exists()


def test_a_paragraph_left_out_is_found(cast: Cast, version: Version) -> None:
    with pytest.raises(PolicyRefused) as caught:
        translate(cast, version, HUNGARIAN[: HUNGARIAN.index("[[promises]]")])
    assert "/promises" in caught.value.fields


def test_a_version_of_another_business_is_not_there(cast: Cast, version: Version) -> None:
    with pytest.raises(NotFound):
        translate_policy(scope=type(cast.scope)(cast.other.pk), public_id=str(version.public_id), text=HUNGARIAN, at=NOON, actor=ACTOR)


def test_everybody_reads_their_language_and_confirms_what_they_read(cast: Cast, version: Version, desk: Client) -> None:
    address = f"/policy/versions/{version.public_id}/"
    answer = desk.post(f"{address}translate/", {"text": HUNGARIAN, "revision": "0"})
    assert answer.status_code == 302
    assert "Így törődünk a vevőinkkel" in desk.get(answer["Location"]).content.decode()
    assert "How we look after our customers" in desk.get("/policy/").content.decode()
    tom = Client()
    tom.post("/sign-in/", {"email": cast.tom.email, "password": PASSWORD})
    tom.post("/account/", {"language": "hu", "single_keys": "on"})
    page = tom.get("/policy/").content.decode()
    assert "Így törődünk a vevőinkkel" in page
    assert f'name="fingerprint" value="{Translation.objects.get().fingerprint}"' in page
    assert tom.post(f"{address}translate/", {"text": HUNGARIAN}).status_code == 403
    wrong = desk.post(f"{address}translate/", {"text": TEXT, "revision": "0"})
    assert wrong.status_code == 422
    assert b"written in this language already" in wrong.content
