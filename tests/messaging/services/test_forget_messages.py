"""Messages of somebody who was forgotten, and the one message of a double opt-in."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from regulars.customers.queries import opt_in_letter
from regulars.customers.services import ask_opt_in, confirm_opt_in, export_of_customer, forget_customer
from regulars.messaging.models import Message, Receipt
from regulars.messaging.services import (
    Delivery,
    folder_outlet,
    forget_messages,
    mailbox_named,
    read_receipt,
    receive_mail,
    send_due,
    suppress_address,
)
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
    assert all(row.address == "una@mail.example" for row in rows)


def test_the_link_of_a_sign_up_stands_in_the_mail_and_in_no_row(cast: Cast, tmp_path: Path) -> None:
    asked = ask_opt_in(scope=cast.scope, address="una@mail.example", purposes=["newsletter"], source="page", at=NOON, actor=ACTOR)
    work_off("quick")
    path = opt_in_letter(request_id=asked.pk).path  # type: ignore[union-attr]
    token = path.split("/")[2]
    with folder_outlet(owner="test") as way:
        send_due(through=way, now=lambda: NOON)
    row = Message.objects.get()
    assert row.state == "accepted"
    mail = message_from_bytes((tmp_path / "mail-out" / f"{row.public_id}.eml").read_bytes(), policy=policy.default)
    assert path in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert path in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert [place for place in places_of([token]) if ".eml" not in place] == [], "a copy of the database opens nothing"
    confirm_opt_in(token=token, proof={}, at=NOON)


def test_a_confirmed_sign_up_gets_no_message_that_waited(cast: Cast) -> None:
    asked = ask_opt_in(scope=cast.scope, address="una@mail.example", purposes=["newsletter"], source="page", at=NOON, actor=ACTOR)
    work_off("quick")
    token = opt_in_letter(request_id=asked.pk).path.split("/")[2]  # type: ignore[union-attr]
    confirm_opt_in(token=token, proof={}, at=NOON)
    with folder_outlet(owner="test") as way:
        send_due(through=way, now=lambda: NOON)
    row = Message.objects.get()
    assert (row.state, row.reason) == ("withheld", "link_over")


def test_the_file_of_a_message_goes_with_its_reader(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    letter = Letter(purpose="transactional", contact_class="transactional", subject="Your order", body="It is ready.")
    for customer in (cast.ada, cast.bo):
        write_message(scope=cast.scope, customer=customer, letter=letter, key=f"k{customer.pk}", at=NOON, actor=ACTOR)
    with folder_outlet(owner="test") as way:
        send_due(through=way, now=lambda: NOON)
    assert len(list((tmp_path / "mail-out").glob("*.eml"))) == 2
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON + timedelta(hours=1), actor=ACTOR)
    with django_capture_on_commit_callbacks(execute=True):
        forget_messages(business_id=cast.business.pk, customer_ids=[cast.ada.pk], at=NOON)
    left = Message.objects.get(customer=cast.bo)
    assert [one.name for one in (tmp_path / "mail-out").glob("*.eml")] == [f"{left.public_id}.eml"]


PARKED = {
    "plain": b"Subject: x\r\n\r\nPlease tell Ada@Mail.example that it is ready.\r\n",
    "base64": b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encodebytes(b"Please write to ada@mail.example about the cake."),
    "quoted": b"Subject: x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nwrite to ada=40mail.example, please\r\n",
}


@pytest.mark.parametrize("how", PARKED)
def test_parked_mail_that_names_somebody_forgotten_loses_its_bytes(cast: Cast, how: str) -> None:
    mailbox = mailbox_named(business_id=cast.business.pk, name="files", at=NOON, actor=ACTOR)
    kept = b"Subject: y\r\n\r\nPlease tell bo@mail.example that it is ready.\r\n"
    stored = [receive_mail(mailbox=mailbox, delivery=Delivery(content=one, source="a.eml"), at=NOON).receipt for one in (PARKED[how], kept)]
    for one in stored:
        assert read_receipt(receipt_id=one.pk, at=NOON).state == "parked"  # type: ignore[union-attr]
    forget_customer(scope=cast.scope, customer_id=cast.ada.pk, at=NOON + timedelta(hours=1), actor=ACTOR)
    work_off("quick")
    rows = [Receipt.objects.select_related("raw").get(pk=one.pk) for one in stored]
    assert [(row.state, row.reason, bytes(row.raw.content)) for row in rows] == [
        ("parked", "forgotten", b""),
        ("parked", "no_sender", kept),
    ]
    assert places_of(["ada@mail.example"]) == []


def test_an_address_that_gets_no_mail_gets_no_link_either(cast: Cast) -> None:
    suppress_address(business_id=cast.business.pk, address="una@mail.example", cause="manual", at=NOON, actor=ACTOR)
    ask_opt_in(scope=cast.scope, address="una@mail.example", purposes=["newsletter"], source="page", at=NOON, actor=ACTOR)
    work_off("quick")
    assert not Message.objects.exists()
