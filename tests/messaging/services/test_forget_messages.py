"""Messages of somebody who was forgotten, and the one message of a double opt-in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.customers.services import ask_opt_in, export_of_customer, forget_customer
from regulars.messaging.models import Message
from regulars.messaging.services import suppress_address
from regulars.messaging.services.writing import Letter, write_message

from tests.cast import ACTOR, NOON, Cast
from tests.customers.dump import places_of
from tests.importing import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(tmp_path: object, settings: object) -> None:
    settings.VAR = tmp_path  # type: ignore[attr-defined]


def test_what_was_written_goes_and_what_waits_is_never_sent(cast: Cast) -> None:
    letter = Letter(purpose="transactional", contact_class="transactional", subject="Your zirkonfisch", body="It is zirkonfisch time.")
    row = write_message(scope=cast.scope, customer=cast.ada, letter=letter, key="k", at=NOON, actor=ACTOR).message
    exported = export_of_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON, actor=ACTOR)
    assert exported.sections["messages"][0]["subject"] == "Your zirkonfisch"
    assert places_of(["zirkonfisch"])
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON + timedelta(hours=1), actor=ACTOR)
    work_off("quick")
    row.refresh_from_db()
    assert (row.state, row.reason, row.address, row.text) == ("withheld", "forgotten", "", "")
    assert places_of(["zirkonfisch", "ada@mail.example", "lindqvist"]) == []


def test_a_sign_up_sends_one_message_and_one_reminder(cast: Cast) -> None:
    """Outreach 32, to the end: three sign-ups, one message and one reminder in the queue, and no permission."""
    for minutes in (0, 10, 20):
        ask_opt_in(
            scope=cast.scope,
            address="una@mail.example",
            purposes=["newsletter"],
            source="page",
            at=NOON + timedelta(minutes=minutes),
            actor=ACTOR,
        )
        work_off("quick")
    rows = list(Message.objects.order_by("pk"))
    assert [row.key.rpartition(":")[2] for row in rows] == ["first", "reminder"]
    assert all("/confirm/" in row.text and row.address == "una@mail.example" for row in rows)


def test_an_address_that_gets_no_mail_gets_no_link_either(cast: Cast) -> None:
    suppress_address(business_id=cast.business.pk, address="una@mail.example", cause="manual", at=NOON, actor=ACTOR)
    ask_opt_in(scope=cast.scope, address="una@mail.example", purposes=["newsletter"], source="page", at=NOON, actor=ACTOR)
    work_off("quick")
    assert not Message.objects.exists()
