"""Double opt-in: one message, one reminder, a link that holds seven days and allows once, and only when somebody presses the button."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.customers.models import ConsentEvent, Customer, OptInRequest
from regulars.customers.queries import consent_for, opt_in_letter
from regulars.customers.services import (
    ContactPointRefused,
    LinkRanOut,
    TooManySignUps,
    UnknownPurpose,
    WordingThere,
    ask_opt_in,
    confirm_opt_in,
    drop_stale_opt_ins,
    forget_customer,
    publish_wording,
)
from regulars.customers.services import opting_in as module
from regulars.groundwork.kernel.clock import standing_at
from regulars.groundwork.kernel.models import FactRow

from tests.cast import ACTOR, NOON, Cast
from tests.customers.dump import places_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path


def ask(cast: Cast, address: str = "una@mail.example", at: datetime = NOON, **more: Any) -> OptInRequest:
    return ask_opt_in(scope=cast.scope, address=address, source="sign-up page", at=at, actor=ACTOR, **{"purposes": ["newsletter"]} | more)


def token(row: OptInRequest) -> str:
    letter = opt_in_letter(request_id=row.pk)
    assert letter is not None
    return letter.path.split("/")[2]


def letters() -> list[bool]:
    return [row.body["reminder"] for row in FactRow.objects.filter(name="customers.OptInAsked").order_by("pk")]


def test_three_sign_ups_within_an_hour_are_one_message_and_one_reminder(cast: Cast) -> None:
    """Outreach 32."""
    for minutes in (0, 20, 40, 55):
        ask(cast, "Una@Mail.example" if minutes else "una@mail.example", NOON + timedelta(minutes=minutes))
    assert letters() == [False, True]
    assert OptInRequest.objects.count() == 1
    assert not ConsentEvent.objects.exists(), "nothing is allowed yet"


def test_the_link_holds_to_the_second_and_allows_once(cast: Cast) -> None:
    """Outreach 32: seven days, and not a second longer."""
    row = ask(cast, purposes=["newsletter", "offers"], given_name="Una")
    with pytest.raises(LinkRanOut):
        confirm_opt_in(token=token(row), proof={}, at=NOON + timedelta(days=7, seconds=1))
    assert not ConsentEvent.objects.exists()
    done = confirm_opt_in(token=token(row), proof={"page": "confirm"}, at=NOON + timedelta(days=7))
    again = confirm_opt_in(token=token_of(row), proof={}, at=NOON + timedelta(days=8))
    assert again.pk == done.pk
    events = ConsentEvent.objects.order_by("purpose")
    assert [event.purpose for event in events] == ["newsletter", "offers"]
    assert events[0].proof["asked_at"] == NOON.isoformat()
    assert events[0].source == "double opt-in"
    assert done.customer is not None
    assert (done.customer.given_name, done.customer.prospect) == ("Una", True)
    assert consent_for(
        scope=cast.scope, customer_id=done.customer.pk, channel="email", purpose="offers", address="una@mail.example"
    ).allowed


def token_of(row: OptInRequest) -> str:
    """The link that stands in the message, also after it was used."""
    from django.conf import settings

    from regulars.customers.rules.opting_in import token_for

    return token_for(secret=settings.SECRET_KEY, request=str(row.public_id))


def test_a_known_address_is_that_customer(cast: Cast) -> None:
    row = ask(cast, "ADA@mail.example")
    confirm_opt_in(token=token(row), proof={}, at=NOON)
    assert ConsentEvent.objects.get().customer_id == cast.ada.pk
    assert Customer.objects.filter(business=cast.business).count() == 3


def test_made_up_tokens_confirm_nothing_and_none_is_kept(cast: Cast) -> None:
    """Reliability D8: the database holds no usable token."""
    row = ask(cast)
    for wrong in ("", "x", "t" * 43, row.token_digest):
        with pytest.raises(LinkRanOut):
            confirm_opt_in(token=wrong, proof={}, at=NOON)
    assert places_of([token(row)]) == []
    assert len(token(row)) == 43


def test_who_asks_anew_after_the_link_ran_out_gets_a_new_one(cast: Cast) -> None:
    old = ask(cast)
    before = token(old)
    new = ask(cast, at=NOON + timedelta(days=8))
    assert token(new) != before
    assert letters() == [False, False]
    with pytest.raises(LinkRanOut):
        confirm_opt_in(token=before, proof={}, at=NOON + timedelta(days=8))


def test_requests_go_when_they_ran_out(cast: Cast) -> None:
    ask(cast)
    assert drop_stale_opt_ins(at=NOON + timedelta(days=6)) == 0
    assert drop_stale_opt_ins(at=NOON + timedelta(days=8)) == 1


def test_nonsense_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ContactPointRefused):
        ask(cast, "a@x.example, b@y.example")
    for purposes in ([], ["transactional"], ["gossip"], ["newsletter", "gossip"]):
        with pytest.raises(UnknownPurpose):
            ask(cast, purposes=purposes)
    monkeypatch.setattr(module, "MOST_AN_HOUR", 2)
    ask(cast, "a@mail.example")
    ask(cast, "b@mail.example")
    with pytest.raises(TooManySignUps):
        ask(cast, "c@mail.example")


def test_the_wording_is_part_of_the_proof(cast: Cast) -> None:
    publish_wording(
        scope=cast.scope, purpose="newsletter", language="en", version="2026-05", text="Bread news, twice a month.", at=NOON, actor=ACTOR
    )
    with pytest.raises(WordingThere):
        publish_wording(scope=cast.scope, purpose="newsletter", language="en", version="2026-05", text="Else.", at=NOON, actor=ACTOR)
    row = ask(cast, language="en")
    confirm_opt_in(token=token(row), proof={}, at=NOON)
    event = ConsentEvent.objects.get()
    assert (event.text_version, event.proof["text"]) == ("2026-05", "Bread news, twice a month.")


def test_somebody_who_was_forgotten_may_sign_up_again_as_a_new_person(cast: Cast, tmp_path: object, settings: Any) -> None:
    """Reliability M8."""
    settings.VAR = tmp_path
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    row = ask(cast, "ada@mail.example")
    done = confirm_opt_in(token=token(row), proof={}, at=NOON)
    assert done.customer is not None
    assert done.customer.pk != cast.ada.pk


def test_a_scanner_that_opens_links_allows_nothing(cast: Cast) -> None:
    """Outreach 29, reliability D13."""
    row = ask(cast, at=NOON)
    page = f"/confirm/{token(row)}/"
    client = Client()
    with standing_at(NOON + timedelta(hours=1)):
        for method in ("GET", "HEAD") * 20:
            answer = client.generic(method, page)
            assert answer.status_code == 200
            assert answer["Referrer-Policy"] == "no-referrer"
        assert not ConsentEvent.objects.exists()
        assert b"Yes, please" in client.get(page).content
        assert b"Thank you" in client.post(page).content
        assert ConsentEvent.objects.count() == 1
        assert b"Thank you" in client.post(page).content
        assert ConsentEvent.objects.count() == 1
        assert client.get("/confirm/none/").status_code == 410


def test_the_sign_up_page_tells_nobody_who_is_known(cast: Cast) -> None:
    client = Client()
    page = f"/news/{cast.business.public_id}/"
    assert client.get(page).status_code == 200
    answers = [
        client.post(page, {"email": address, "purposes": ["newsletter"]})
        for address in ("ada@mail.example", "una@mail.example", "una@mail.example")
    ]
    assert len({answer.content.replace(b"x", b"") for answer in answers}) == 1
    assert b"look into your mailbox" in answers[0].content
    assert client.post(page, {"email": "nonsense", "purposes": ["newsletter"]}).status_code == 422
    assert client.get("/news/0192f0c4-0000-7000-8000-000000000000/").status_code == 404
