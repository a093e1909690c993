"""Writing to a customer, following it, stopping it; and the public pages of those who get it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from regulars.customers.models import ConsentEvent
from regulars.customers.queries import consent_for, wishes_of
from regulars.customers.services import record_consent
from regulars.messaging.models import MailSwitch, Message, MessageText, Suppression
from regulars.messaging.services import Letter, write_message
from regulars.staff.services import make_key

from tests.cast import ACTOR, NOON, Cast

pytestmark = pytest.mark.django_db


def agree(cast: Cast, purpose: str = "offers") -> None:
    record_consent(
        scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose=purpose, given=True, text_version="t",
        source="form", proof={"form": "x"}, at=NOON, actor=ACTOR,
    )  # fmt: skip


def offer(cast: Cast) -> Message:
    agree(cast)
    letter = Letter(purpose="offers", contact_class="promotional", subject="Two for one", body="Today")
    return write_message(scope=cast.scope, customer=cast.ada, letter=letter, key="o", at=NOON, actor=ACTOR).message


def link_in(row: Message) -> str:
    match = re.search(r"/wishes/([a-z2-7]{52})/", row.text)
    assert match is not None
    return match[1]


def may(cast: Cast, purpose: str) -> bool:
    return consent_for(scope=cast.scope, customer_id=cast.ada.pk, channel="email", purpose=purpose).allowed


def form(kind: str = "order", **more: str) -> dict[str, str]:
    return {
        "kind": kind,
        "address": "ada@mail.example",
        "subject": "Hi {given_name}",
        "body": "Dear {given_name|friend}",
        "act": "act-1",
        **more,
    }


def test_a_person_looks_at_the_message_and_then_sends_it(desk: Client, cast: Cast) -> None:
    path = f"/customers/{cast.ada.public_id}/mail/new/"
    assert desk.get(path).status_code == 200
    look = desk.post(path, form(step="look")).content.decode()
    assert "Hi Ada" in look
    assert "Dear Ada" in look
    assert "It may go out now." in look
    assert not Message.objects.exists()
    sent = desk.post(path, form(step="send"), follow=True)
    assert "on its way" in sent.content.decode()
    desk.post(path, form(step="send"))  # a second click
    assert Message.objects.count() == 1
    assert "Hi Ada" in desk.get("/mail/sent/").content.decode()


def test_the_gate_s_no_stands_in_words_where_the_message_is_written(desk: Client, cast: Cast) -> None:
    look = desk.post(f"/customers/{cast.ada.public_id}/mail/new/", form("offer", step="look")).content.decode()
    assert "It may not go out" in look
    assert "has not agreed" in look
    assert 'value="send"' not in look
    forced = desk.post(f"/customers/{cast.ada.public_id}/mail/new/", form("offer", step="send"))
    assert forced.status_code == 422
    assert not Message.objects.exists()


def test_i1_an_unknown_place_is_refused_when_looked_at_sent_or_saved(desk: Client, cast: Cast) -> None:
    for step in ("look", "send"):
        answer = desk.post(f"/customers/{cast.ada.public_id}/mail/new/", form(step=step, body="{settings.SECRET_KEY}"))
        assert answer.status_code == 422
        assert "none of the places" in answer.content.decode()
    text = {"name": "Welcome", "kind": "news", "subject": "Hi", "body": "{{ x.__class__ }}"}
    assert desk.post("/mail/sent/texts/", text).status_code == 422
    assert not MessageText.objects.exists()
    assert desk.post("/mail/sent/texts/", text | {"body": "Hi {given_name|you}"}).status_code == 302
    chosen = MessageText.objects.get()
    assert "Hi {given_name|you}" in desk.get(f"/customers/{cast.ada.public_id}/mail/new/?text={chosen.public_id}").content.decode()


def test_the_emergency_stop_and_the_list_of_addresses(desk: Client, cast: Cast) -> None:
    assert desk.get("/mail/sent/stop/").status_code == 405
    desk.post("/mail/sent/stop/", {"reason": "wrong price"})
    assert MailSwitch.objects.get().reason == "wrong price"
    assert "wrong price" in desk.get("/mail/sent/").content.decode()
    desk.post("/mail/sent/stop/", {"resume": "1"})
    assert MailSwitch.objects.get().resumed_at is not None
    assert desk.post("/mail/sent/suppressions/", {"address": "a@x.example, b@x.example"}).status_code == 422
    desk.post("/mail/sent/suppressions/", {"address": "Gone@x.example", "note": "moved"})
    row = Suppression.objects.get()
    assert row.address == "gone@x.example"
    desk.post(f"/mail/sent/suppressions/{row.pk}/lift/")
    assert not Suppression.objects.exists()


def test_g3_28_one_click_leaves_without_cookie_and_may_repeat(cast: Cast) -> None:
    token = link_in(offer(cast))
    stranger = Client(enforce_csrf_checks=True)
    for _round in range(2):
        answer = stranger.post(f"/unsubscribe/{token}/", {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
    assert not may(cast, "offers")
    assert ConsentEvent.objects.filter(given=False).count() == 1
    event = ConsentEvent.objects.get(given=False)
    assert (event.source, event.purpose) == ("one click", "offers")


def test_29_d13_reading_a_link_changes_nothing(cast: Cast) -> None:
    token = link_in(offer(cast))
    before = ConsentEvent.objects.count()
    for _round in range(20):
        for path in (f"/unsubscribe/{token}/", f"/wishes/{token}/"):
            answer = Client().get(path)
            assert answer.status_code == 200
            assert not answer.cookies
            assert answer["Referrer-Policy"] == "no-referrer"
            Client().head(path)
    assert ConsentEvent.objects.count() == before
    assert may(cast, "offers")
    assert "Lindqvist" not in Client().get(f"/wishes/{token}/").content.decode()
    assert "ada@mail" not in Client().get(f"/wishes/{token}/").content.decode()


def test_31_leaving_one_purpose_leaves_the_others(cast: Cast) -> None:
    agree(cast, "newsletter")
    token = link_in(offer(cast))
    Client().post(f"/unsubscribe/{token}/")
    assert (may(cast, "offers"), may(cast, "newsletter")) == (False, True)
    Client().post(f"/unsubscribe/{token}/", {"everything": "1"})
    assert not may(cast, "newsletter")
    assert may(cast, "transactional")


def test_wishes_are_set_and_obeyed(cast: Cast) -> None:
    token = link_in(offer(cast))
    saved = Client().post(f"/wishes/{token}/", {"purpose": ["newsletter"], "never": ["phone"], "often": "1-30"})
    assert saved.status_code == 302
    assert (may(cast, "offers"), may(cast, "newsletter")) == (False, True)
    given = ConsentEvent.objects.get(given=True, purpose="newsletter")
    assert given.text_version == "wishes-page-1"
    assert given.proof["text"] == "News"
    wishes = wishes_of(scope=cast.scope, customer_id=cast.ada.pk)
    assert (wishes.channels_never, wishes.at_most) == (frozenset({"phone"}), (1, 30))
    page = Client().get(f"/wishes/{token}/").content.decode()
    assert re.search(r'value="newsletter" checked', page)
    # The second form takes the permissions back and leaves the other wishes as they are.
    Client().post(f"/wishes/{token}/", dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)))
    assert not may(cast, "newsletter")
    wishes = wishes_of(scope=cast.scope, customer_id=cast.ada.pk)
    assert (wishes.channels_never, wishes.at_most) == (frozenset({"phone"}), (1, 30))


def test_a_made_up_link_leads_nowhere(cast: Cast) -> None:
    row = offer(cast)
    token = link_in(row)
    for other in (
        token[:-1] + ("a" if token[-1] != "a" else "b") if token[-1] not in "ab" else "b" * 52,
        "x" * 52,
        token.replace(token[0], "z"),
        "short",
    ):
        assert Client().get(f"/wishes/{other}/").status_code == 404
        assert Client().post(f"/unsubscribe/{other}/").status_code == 404


def post(client: Client, key: str, body: dict[str, object], **more: str):  # type: ignore[no-untyped-def]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "m-1", **more}
    return client.post("/api/v1/messages", json.dumps(body), content_type="application/json", headers=headers)


def test_a_program_writes_through_the_gate_and_once(cast: Cast) -> None:
    _row, key = make_key(business_id=cast.business.pk, name="shop", scopes=["messages:read", "messages:write"], at=NOON, actor=ACTOR)
    body = {
        "customer": str(cast.ada.public_id),
        "purpose": "transactional",
        "contact_class": "transactional",
        "subject": "Ready",
        "body": "Come {given_name}",
    }
    made = post(Client(), key, body)
    assert made.status_code == 201, made.content
    again = post(Client(), key, body)
    assert (again.status_code, again.json()) == (201, made.json())
    assert Message.objects.count() == 1
    shown = Client().get(f"/api/v1/messages/{made.json()['id']}", headers={"Authorization": f"Bearer {key}"})
    assert shown.json()["state"] == "queued"
    refused = post(Client(), key, body | {"purpose": "offers", "contact_class": "promotional"}, **{"Idempotency-Key": "m-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "gate_refused")
    assert refused.json()["reasons"][0]["code"].startswith("consent_")
    two = post(Client(), key, body | {"address": "a@x.example, b@x.example"}, **{"Idempotency-Key": "m-3"})
    assert (two.status_code, two.json()["code"]) == (422, "address_refused")
    foreign = post(Client(), key, body | {"customer": "00000000-0000-7000-8000-000000000000"}, **{"Idempotency-Key": "m-4"})
    assert foreign.status_code == 404
