"""Mail from people whom nobody knows yet: each becomes one customer, read together or one by one, by one reader or by several at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from regulars.contacts.models import Contact, Entry
from regulars.customers.models import Customer, Likeness
from regulars.customers.queries import customers_at
from regulars.customers.services import NewCustomer, register_customer
from regulars.groundwork.kernel.audit import faults_in_chains
from regulars.groundwork.kernel.worker import run_until_idle
from regulars.messaging.models import Mailbox, Receipt, ReceivedMail
from regulars.messaging.services import (
    Delivery,
    MailboxParticulars,
    open_mailbox,
    read_receipt,
    read_waiting,
    reading_plain,
    receive_mail,
)

from tests.cast import ACTOR, NOON, Cast
from tests.messaging.letters import letter


def opened(cast: Cast, name: str = "shop") -> Mailbox:
    return open_mailbox(business_id=cast.business.pk, particulars=MailboxParticulars(name=name), at=NOON, actor=ACTOR)


def keep(box: Mailbox, *senders: str) -> list[int]:
    """Keep one mail of each sender; the numbers of the receipts."""
    return [
        receive_mail(mailbox=box, delivery=Delivery(content=letter(sender=sender, number=f"{box.name}-{n}")), at=NOON).receipt.pk
        for n, sender in enumerate(senders)
    ]


def strangers(domain: str) -> list[tuple[object, ...]]:
    """What is known of those who wrote from a domain, without what tells them apart from the same people elsewhere."""
    name = domain[1:].partition(".")[0]
    found = []
    for mail in ReceivedMail.objects.filter(sender_address__iendswith=domain).order_by("pk").select_related("customer"):
        assert mail.customer is not None
        who = mail.customer
        words = sorted(word.replace(name, "x") for word in who.search_words.values_list("word", flat=True))
        points = [(one.kind, one.normal.replace(name, "x"), one.value.replace(name, "x")) for one in who.contact_points.all()]
        shown = (who.display_name.replace(name, "x"), who.sort_name.replace(name, "x"), who.given_name, who.family_name)
        told = list(Entry.objects.filter(customer=who).values_list("kind", "headline", "actor"))
        contacts = Contact.objects.filter(customer=who).count()
        found.append((mail.hints, shown, who.prospect, who.home_branch_id, points, words, told, contacts))
    return found


@pytest.mark.django_db
def test_read_together_or_one_by_one_strangers_become_the_same_people(cast: Cast) -> None:
    def senders(domain: str) -> list[str]:
        return [f"Dora Novak <dora{domain}>", f"DORA{domain}", f'"eve{domain}" <eve{domain}>', f"Zoë Ødegård <zoe{domain}>"]

    quick = keep(opened(cast), *senders("@quick.example"))
    assert reading_plain.read_plain(receipt_ids=quick, at=NOON) == set(quick)
    for number in keep(opened(cast, "careful"), *senders("@careful.example")):
        read_receipt(receipt_id=number, at=NOON)
    run_until_idle()
    assert strangers("@quick.example") == strangers("@careful.example")
    hints = [one[0] for one in strangers("@quick.example")]
    assert hints == [["new_prospect"], ["known_address"], ["new_prospect"], ["new_prospect"]]
    assert len(customers_at(business_id=cast.business.pk, addresses=["dora@quick.example"])["dora@quick.example"]) == 1
    assert not list(faults_in_chains())


@pytest.mark.django_db
def test_newcomers_who_look_like_somebody_are_shown_as_likely_the_same(cast: Cast) -> None:
    cast.ada.refresh_from_db()
    assert (cast.ada.given_name, cast.ada.family_name) == ("Ada", "Lindqvist")
    receipts = keep(opened(cast), "Ada Lindqvist <ada@elsewhere.example>", "Kim <kim@elsewhere.example>")
    assert reading_plain.read_plain(receipt_ids=receipts, at=NOON) == set(receipts)
    newcomer = customers_at(business_id=cast.business.pk, addresses=["ada@elsewhere.example"])["ada@elsewhere.example"][0]
    assert list(Likeness.objects.values_list("low_id", "high_id")) == [(cast.ada.pk, newcomer.pk)]


@pytest.mark.django_db
def test_an_address_that_nobody_can_be_reached_at_is_left_to_the_careful_way(cast: Cast) -> None:
    odd = f"{'x' * 70}@new.example"  # the part before the @ is too long
    receipts = keep(opened(cast), odd, "fay@new.example")
    assert reading_plain.read_plain(receipt_ids=receipts, at=NOON) == {receipts[1]}
    read_waiting(at=NOON)
    assert Receipt.objects.get(pk=receipts[0]).state == "contact"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("together", [True, False], ids=["many_at_once", "one_by_one"])
def test_a_stranger_whose_mails_several_readers_read_at_once_is_one_customer(cast: Cast, together: bool) -> None:
    people, readers = 8, 4
    boxes = [opened(cast, f"box {n}") for n in range(readers)]
    senders = [f"Gus {n} <gus{n}@new.example>" for n in range(people)]
    shares = [keep(box, *(senders if place % 2 else reversed(senders))) for place, box in enumerate(boxes)]
    ready, faults = threading.Barrier(readers), []

    def read(numbers: list[int]) -> None:
        try:
            ready.wait(20)
            if together:
                reading_plain.read_plain(receipt_ids=numbers, at=NOON)
            for number in numbers:
                read_receipt(receipt_id=number, at=NOON)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=read, args=(share,)) for share in shares]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults
    assert set(Receipt.objects.values_list("state", flat=True)) == {"contact"}
    known = customers_at(business_id=cast.business.pk, addresses=[f"gus{n}@new.example" for n in range(people)])
    assert [len(found) for found in known.values()] == [1] * people
    assert Customer.objects.filter(given_name="Gus").count() == people


@pytest.mark.django_db(transaction=True)
def test_twins_registered_at_the_same_instant_see_each_other_at_once(cast: Cast) -> None:
    ready, faults = threading.Barrier(4), []

    def register(number: int) -> None:
        who = NewCustomer(given_name="Ira", family_name="Twin", contact_points=[("email", "ira@mail.example")])
        try:
            ready.wait(20)
            register_customer(business_id=cast.business.pk, who=who, branch_id=None, at=NOON, actor=ACTOR)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults
    assert Customer.objects.filter(given_name="Ira").count() == 4
    assert Likeness.objects.count() == 6  # each of the four with each of the others
