"""The demo's correspondence: received through the ordinary intake, answered through the ordinary gate, and sent into the folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.customers.services import record_consent, withdraw_consent
from regulars.desk.rules import demo
from regulars.desk.rules.demo import mail as letters
from regulars.desk.services.demo_people import WORDING
from regulars.messaging.queries import Message, MessageState, ReceivedMail
from regulars.messaging.services import (
    Delivery,
    GateRefused,
    Letter,
    MailboxParticulars,
    Written,
    folder_outlet,
    kept_message,
    open_mailbox,
    read_receipt,
    receive_mail,
    return_address,
    send_due,
    write_message,
)
from regulars.service.queries import case_of_mail
from regulars.service.services import Answer, Resolution, answer_case, resolve_case, take_mail
from regulars.staff.queries import employee_by_email

ACTOR = f"system:{demo.SOURCE}"
OFFER = Letter(
    purpose="offers",
    contact_class="promotional",
    subject="Saturday: two rye loaves for the price of one",
    body="Hello {given_name|neighbour},\n\non Saturday the second rye loaf is on us, in every branch, as long as they last.\n\nYours, {business}",
    automatic=True,
    origin=demo.SOURCE,
)
READY = Letter(
    purpose="service",
    contact_class="service",
    subject="Your order is ready",
    body="Hello {given_name|neighbour},\n\nyour order waits at the counter until we close.\n\n{business}",
    origin=demo.SOURCE,
)


def load_demo_mail(*, business_id: int, story: Sequence[demo.DemoCustomer], numbers: dict[str, int], at: datetime, actor: str) -> int:
    """Let the customers write and the staff answer, up to `at`. Returns how many mails came in.

    What goes out stays in the folder also when a mail server is set: the people of a story have no letter boxes.
    """
    intake = Intake(business_id, at, actor)
    told = letters.demo_letters(story, at)
    customers = Customer.objects.in_bulk(numbers.values())
    for one in told:
        mail = intake.take(one.content, f"{one.name}.eml", one.at)
        if mail is not None and one.answered_at is not None:
            intake.answer(customers[numbers[one.number]], mail, one)
    others = [one for one in story if one.emails and not one.organisation and one.number not in {letter.number for letter in told}]
    intake.tell_of_offers([(customers[numbers[one.number]], one) for one in others])
    intake.send_what_waited()
    intake.take(letters.form_without_sender(at - timedelta(days=3)), "form.eml", at - timedelta(days=3))
    return intake.received


def send_into_folder(*, at: datetime, line_breaks: bool = False) -> None:
    """Hand over what is due at `at`: the people of a story have no letter boxes. With `line_breaks` nobody knows whether it arrived."""
    with folder_outlet(owner=demo.SOURCE, line_breaks=line_breaks) as way:
        send_due(through=way, now=lambda: at)


class Intake:
    """The bakery's mailbox and its way out, for the time that the story is told."""

    def __init__(self, business_id: int, at: datetime, actor: str) -> None:
        self.scope, self.at, self.received = Scope(business_id), at, 0
        particulars = MailboxParticulars(name=letters.MAILBOX, addresses=[letters.ADDRESS])
        self.mailbox = open_mailbox(business_id=business_id, particulars=particulars, at=at - timedelta(days=90), actor=actor)
        linh = employee_by_email(email="linh@fennel-rye.example")
        self.linh = f"employee:{linh.pk}" if linh else ACTOR

    def take(self, content: bytes, file: str, at: datetime, *, envelope_to: Sequence[str] = ()) -> ReceivedMail | None:
        """One mail through the ordinary intake."""
        delivery = Delivery(content=content, envelope_to=envelope_to, source=f"demo/{file}", origin=demo.SOURCE)
        stored = receive_mail(mailbox=self.mailbox, delivery=delivery, at=at)
        self.received += 1
        read = read_receipt(receipt_id=stored.receipt.pk, at=at)
        mail = read.mail if read else None
        if mail is not None and mail.kind == "contact":
            take_mail(mail=mail, at=at)
        return mail

    def answer(self, customer: Customer, mail: ReceivedMail, one: letters.DemoLetter) -> None:
        """The staff's answer, in the words of the story."""
        assert one.answered_at is not None
        when, case = min(one.answered_at, self.at), case_of_mail(mail=mail)
        linh = int(self.linh.partition(":")[2])
        answer = Answer(text=f"{one.answer}\n\n{{business}}", staff_id=linh, decides=True)
        with suppress(GateRefused):
            answer_case(scope=self.scope, public_id=case, answer=answer, version=None, key=one.name, at=when, actor=self.linh)
            self.send(when + timedelta(minutes=1))
            resolution = Resolution(cause="product", action="Apology and another cake", told=True)
            resolve_case(scope=self.scope, public_id=case, resolution=resolution, at=when + timedelta(minutes=2), actor=self.linh)

    def tell_of_offers(self, people: Sequence[tuple[Customer, demo.DemoCustomer]]) -> None:
        """Offers and notices with every end that a message can have: arrived, came back, taken back, uncertain."""
        for place, (customer, one) in enumerate(people[:5]):
            sent_at = letters.daytime(self.at, 11 - place, 11)
            self._allow(customer, one, sent_at - timedelta(days=30))
            written = self.write(customer, OFFER, f"offer-{place}", sent_at, line_breaks=place == 2, sends=place != 3)
            if written is None:
                continue
            if place == 0:
                self.take(letters.away_note(one, sent_at + timedelta(minutes=3)), "away.eml", sent_at + timedelta(minutes=3))
            elif place == 1:
                self._came_back(written, one, sent_at + timedelta(minutes=1))
            elif place == 3:
                self._take_back(customer, sent_at + timedelta(minutes=20))
                self.send(sent_at + timedelta(minutes=30))
        for place, (customer, _one) in enumerate(people[5:9]):
            self.write(customer, READY, f"ready-{place}", letters.daytime(self.at, 6 - place, 12))

    def write(
        self, customer: Customer, letter: Letter, key: str, at: datetime, *, line_breaks: bool = False, sends: bool = True
    ) -> Written | None:
        """Queue a message and hand it over. None when the gate says no: then the story has one message less."""
        with suppress(GateRefused):
            written = write_message(scope=self.scope, customer=customer, letter=letter, key=f"demo:{key}", at=at, actor=self.linh)
            if sends:
                self.send(at + timedelta(minutes=1), line_breaks=line_breaks)
            return written
        return None

    def send(self, at: datetime, *, line_breaks: bool = False) -> None:
        """Hand over what is due at `at`, into the folder."""
        send_into_folder(at=at, line_breaks=line_breaks)

    def send_what_waited(self) -> None:
        """What the gate put off (somebody wishes to hear from us in the evening) went out when its time came."""
        waited = Message.objects.filter(business_id=self.scope.business_id, origin=demo.SOURCE, state=MessageState.QUEUED)
        for due_at in sorted(waited.filter(due_at__lt=self.at).values_list("due_at", flat=True)):
            self.send(due_at)

    def _allow(self, customer: Customer, one: demo.DemoCustomer, at: datetime) -> None:
        record_consent(
            scope=self.scope, customer_id=customer.pk, channel="email", purpose="offers", address=one.emails[0], given=True,
            text_version=WORDING, source="counter", proof={"said": "signed the card at the counter"}, at=max(at, one.joined_at), actor=ACTOR,
        )  # fmt: skip

    def _take_back(self, customer: Customer, at: datetime) -> None:
        withdraw_consent(
            scope=self.scope, customer_id=customer.pk, channel="email", purpose="offers", source="link in a mail", at=at, actor=ACTOR
        )

    def _came_back(self, written: Written, one: demo.DemoCustomer, at: datetime) -> None:
        message = written.message
        place = kept_message(folder=settings.VAR, name=str(message.public_id))
        if place.is_file():
            way_back = return_address(message)
            content = letters.not_delivered(sent=place.read_bytes(), report_to=way_back, recipient=one.emails[0], moment=at)
            self.take(content, "not-delivered.eml", at, envelope_to=[way_back])
