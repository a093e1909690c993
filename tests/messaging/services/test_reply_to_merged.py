"""service R7: an answer to somebody whose record was merged meanwhile reaches the record that survived, in its conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regulars.contacts.models import Contact
from regulars.contacts.queries import story_of
from regulars.customers.services import merge_customers, unmerge_customers
from regulars.messaging.models import Message, Receipt
from regulars.messaging.rules.mail import read_mail
from regulars.messaging.services import Delivery, mailbox_named, read_waiting, receive_mail

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.letters import letter
from tests.messaging.services.conftest import sent
from tests.messaging.sink import Sink

pytestmark = pytest.mark.django_db


def arrived(cast: Cast, *letters: tuple[bytes, list[str]]) -> list[Receipt]:
    box = mailbox_named(business_id=cast.business.pk, name="shop", at=NOON, actor=ACTOR)
    stored = [receive_mail(mailbox=box, delivery=Delivery(content=raw, envelope_to=to), at=NOON) for raw, to in letters]
    read_waiting(at=NOON)
    return [Receipt.objects.select_related("mail__customer").get(pk=one.receipt.pk) for one in stored]


@pytest.mark.parametrize("sender", ["Ada Lindqvist <ada@mail.example>", "sister@other.example"])
def test_r7_a_reply_to_a_merged_record_lands_at_the_survivor(cast: Cast, sink: Sink, written: Callable[..., Message], sender: str) -> None:
    row = written()
    sent()
    answer_to = read_mail(sink.taken[0].content).reply_to[0].address
    merge = merge_customers(scope=cast.scope, survivor_id=cast.bo.pk, loser_id=cast.ada.pk, at=NOON, actor=ACTOR)
    (receipt,) = arrived(cast, (letter(sender=sender), [answer_to]))
    assert receipt.state == "contact"
    assert (receipt.mail.customer, receipt.mail.answers) == (cast.bo, row)
    assert ("thread" if "ada" in sender else "other_sender") in receipt.mail.hints
    assert Contact.objects.filter(direction="in").get().customer == cast.bo
    for one in (cast.ada, cast.bo):
        lines = story_of(scope=cast.scope, customer=one, size=50).lines
        assert [line for line in lines if "Bread" in str(line)], "both ways of opening the person show it"
    unmerge_customers(scope=cast.scope, merge_id=merge.pk, at=NOON, actor=ACTOR)
    (later,) = arrived(cast, (letter(sender=sender, number="2"), [answer_to]))
    assert later.mail.customer == cast.ada, "what comes after the merge was undone is Ada's again"
    assert Contact.objects.filter(direction="in", customer=cast.bo).count() == 1, "what had arrived stays where it arrived"


def test_r7_in_one_batch_with_mail_of_others_nobody_s_mail_is_mixed_up(cast: Cast, sink: Sink, written: Callable[..., Message]) -> None:
    merge_customers(scope=cast.scope, survivor_id=cast.bo.pk, loser_id=cast.ada.pk, at=NOON, actor=ACTOR)
    mails = [(letter(number=f"{n}", sender="ada@mail.example", body=f"{n}\r\n".encode()), []) for n in range(3)]
    receipts = arrived(cast, *mails, (letter(sender="new@other.example", number="n"), []), (b"\x00\x00", []))
    assert [one.mail.customer for one in receipts[:3]] == [cast.bo] * 3
    assert receipts[3].mail.customer not in (cast.ada, cast.bo)
    assert receipts[4].state == "parked", "what can't be read holds up nobody"
