"""Writing a message to one customer: the text filled in, the address judged, the gate asked, one row queued. All or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope, business_of
from regulars.contacts.services import Ask, Decision, decide_contact
from regulars.customers.queries import Customer, particulars_of, purposes_of, survivor_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_id
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.models import Job, JobState
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.events import MessageQueued
from regulars.messaging.models import Enclosure, Message, ReceivedMail, Suppression
from regulars.messaging.rules.addresses import NotOneAddress, Recipient, recipient_of
from regulars.messaging.rules.composing import html_of_text
from regulars.messaging.rules.enclosing import ALL_BYTES, EACH_BYTES, MOST, Enclosed, EnclosureFault, fit_to_send
from regulars.messaging.rules.placeholders import BODY_MAX, SUBJECT_MAX, TextFault, check_text, filled
from regulars.messaging.rules.sending import GIVE_UP_AFTER
from regulars.messaging.rules.tokens import token_for

BULK = frozenset({"promotional", "survey"})
NOWHERE = "post@regulars.invalid"  # stands in messages that are only kept in the folder


class AddressRefused(Refusal):
    code = "address_refused"

    def __init__(self, reason: str) -> None:
        sentences = {
            "none": _("This customer has no e-mail address."),
            "empty": _("This customer has no e-mail address."),
            "too_long": _("This address is longer than 254 characters."),
            "foreign": _("This address is not one of this customer's."),
        }
        sentence = sentences.get(reason, _("This is no single e-mail address. It looks like name@example.com."))
        super().__init__(sentence, fields={"address": sentence})


class AddressSuppressed(Refusal):
    code = "address_suppressed"
    status = 409

    def __init__(self, cause: str) -> None:
        sentences = {
            "dead": _("Mail to this address came back: it does not exist."),
            "soft": _("Mail to this address failed on five days within thirty; it rests for thirty days."),
            "complaint": _("Somebody at this address complained about our mail."),
            "manual": _("Somebody of the staff put this address on the list of those that get no mail."),
        }
        super().__init__(sentences.get(cause, _("This address gets no mail.")), cause=cause)


class GateRefused(Refusal):
    """The gate said no; `decision` explains itself."""

    code = "gate_refused"
    status = 409

    def __init__(self, decision: Decision) -> None:
        reasons = [{"code": one.code, "sentence": one.sentence} for one in decision.reasons]
        super().__init__(" ".join(one.sentence for one in decision.reasons), answer=decision.answer, reasons=reasons)
        self.decision = decision


class TextRefused(Refusal):
    code = "text_refused"

    def __init__(self, field: str, fault: TextFault) -> None:
        sentences = {
            "too_long": _("This is too long; %(detail)s characters fit."),
            "too_many_places": _("At most %(detail)s places can be filled in."),
            "unknown_place": _("“{%(detail)s}” is none of the places that can be filled in."),
            "missing_value": _("Nothing is known for “{%(detail)s}”. Give a word for this case: {%(detail)s|dear customer}."),
            "nul": _("The text holds a character that can't be sent."),
            "empty": _("Write something."),
        }
        sentence = sentences[fault.code] % {"detail": fault.detail}
        super().__init__(sentence, fields={field: sentence}, reason=fault.code)


class EnclosureRefused(Refusal):
    code = "enclosure_refused"

    def __init__(self, fault: EnclosureFault) -> None:
        sentences = {
            "too_many": _("At most %(most)s files go with one message."),
            "empty": _("“%(name)s” is empty."),
            "too_big": _("“%(name)s” is bigger than %(each)s MB. Send a link, or a smaller file."),
            "too_big_together": _("Together the files are bigger than %(all)s MB. Send fewer at once."),
        }
        values = {"name": fault.name, "most": MOST, "each": EACH_BYTES // 1024**2, "all": ALL_BYTES // 1024**2}
        sentence = sentences[fault.code] % values
        super().__init__(sentence, fields={"enclosures": sentence}, reason=fault.code)


class SenderMissing(Refusal):
    code = "sender_missing"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("No sender address is set: the operator sets REGULARS_MAIL_FROM."))


class MessageKeyTaken(Refusal):
    code = "message_key_taken"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Another message was written under this key before."))


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is to be sent. `purpose` and `contact_class` as the gate knows them; `address` empty: the customer's first e-mail address.

    `automatic`: no person wrote it for this customer, so it is marked as made by a machine. `origin`: what it came with as a whole ("demo"),
    empty for real messages. `enclosures`: files that go with it, of any type.
    """

    purpose: str
    contact_class: str
    subject: str
    body: str
    address: str = ""
    priority: int = 5
    expires_at: datetime | None = None
    automatic: bool = False
    answers: ReceivedMail | None = None
    origin: str = ""
    enclosures: tuple[Enclosed, ...] = ()


@dataclass(frozen=True)
class Preview:
    """How a message would look for this customer, and what the gate says to it now."""

    subject: str
    text: str
    html: str
    address: str
    defaulted: tuple[str, ...]
    decision: Decision


@dataclass(frozen=True)
class Written:
    """The queued message and the gate's decision; `made` is false when this key wrote the same message before."""

    message: Message
    decision: Decision | None
    made: bool


def preview_message(*, scope: Scope, customer: Customer, letter: Letter, at: datetime, actor: str) -> Preview:
    """The message as it would go out now. Raises AddressRefused, TextRefused; what the gate says stands in the answer."""
    recipient = _recipient(customer, letter)
    number = new_id()
    subject, text, defaulted = _texts(scope, customer, letter, number)
    ask = _ask(letter, recipient)
    decision = decide_contact(scope=scope, customer_id=customer.pk, ask=ask, reserve=False, key="", at=at, actor=actor)
    return Preview(subject, text, html_of_text(text), recipient.address, defaulted, decision)


def write_message(*, scope: Scope, customer: Customer, letter: Letter, key: str, at: datetime, actor: str) -> Written:
    """Queue a message for one customer, its place at the gate reserved in the same transaction. The same key again changes nothing.

    Allowed: it goes out at once. Deferred: it waits for `decision.until` and is judged again then. Raises AddressRefused,
    AddressSuppressed, TextRefused, EnclosureRefused, GateRefused, SenderMissing, MessageKeyTaken.
    """
    known = Message.objects.filter(business_id=scope.business_id, key=key).first()
    if known is not None:
        return _repeated(known, customer, letter)
    if settings.REGULARS.mail_url and not settings.REGULARS.mail_from:
        raise SenderMissing
    customer = _kept_as(scope, customer)
    recipient = _recipient(customer, letter)
    _refuse_suppressed(scope.business_id, recipient, letter)
    number = new_id()
    subject, text, _defaulted = _texts(scope, customer, letter, number)
    files = _files(letter)
    try:
        with transaction.atomic():
            decision = decide_contact(
                scope=scope,
                customer_id=customer.pk,
                ask=_ask(letter, recipient),
                reserve=True,
                key=f"message:{number}",
                at=at,
                actor=actor,
                source=letter.origin or "gate",
            )
            if decision.answer == "refuse":
                raise GateRefused(decision)
            row = _row(scope, customer, letter, recipient, number, key, (subject, text), decision, at, actor)
            row.enclosed = len(files)
            row.save(force_insert=True)
            if files:
                _enclose(row, files)
            announce(
                MessageQueued(
                    tenant_id=scope.business_id, at=at, actor=actor, customer_id=customer.pk, message_id=row.pk, purpose=letter.purpose
                ),
                after={"subject": subject, "address": recipient.address},
            )
            wake_sender(row)
    except IntegrityError:
        known = Message.objects.filter(business_id=scope.business_id, key=key).first()
        if known is None:
            raise
        return _repeated(known, customer, letter)
    return Written(row, decision, made=True)


def _files(letter: Letter) -> list[Enclosed]:
    try:
        return fit_to_send(letter.enclosures)
    except EnclosureFault as fault:
        raise EnclosureRefused(fault) from None


def _enclose(row: Message, files: list[Enclosed]) -> None:
    Enclosure.objects.bulk_create(
        [
            Enclosure(message=row, number=number, name=one.name, size_bytes=len(one.content), content=one.content)
            for number, one in enumerate(files, start=1)
        ]
    )


def wake_sender(row: Message) -> None:
    """One waiting job sends all that is due; the one of each minute finds what a starting job missed."""
    if not Job.objects.filter(kind="messaging.send", state=JobState.QUEUED, due_at__lte=row.due_at).exists():
        enqueue("messaging.send", {}, key=f"message:{row.pk}:{row.fence}", due_at=row.due_at)


def _repeated(known: Message, customer: Customer, letter: Letter) -> Written:
    if known.customer_id != customer.pk or known.purpose != letter.purpose:
        raise MessageKeyTaken
    return Written(known, None, made=False)


def _kept_as(scope: Scope, customer: Customer) -> Customer:
    survivor = survivor_of(scope=scope, customer_id=customer.pk)
    return customer if survivor == customer.pk else Customer.objects.get(pk=survivor)


def _recipient(customer: Customer, letter: Letter) -> Recipient:
    own = [point.value for point in particulars_of(customer=customer).contact_points if point.kind == "email"]
    if not own and not letter.address:
        raise AddressRefused("none")
    try:
        wanted = recipient_of(letter.address or own[0])
    except NotOneAddress as fault:
        raise AddressRefused(fault.code) from None
    if letter.address and all(_normal(one) != wanted.normal for one in own):
        raise AddressRefused("foreign")
    return wanted


def _normal(text: str) -> str:
    try:
        return recipient_of(text).normal
    except NotOneAddress:
        return ""


def _refuse_suppressed(business_id: int, recipient: Recipient, letter: Letter) -> None:
    row = Suppression.objects.filter(business_id=business_id, address=recipient.normal).order_by("-all_purposes").first()
    if row is not None and (row.all_purposes or letter.contact_class in BULK):
        raise AddressSuppressed(row.cause)


def _ask(letter: Letter, recipient: Recipient) -> Ask:
    return Ask(
        channel="email",
        purpose=letter.purpose,
        contact_class=letter.contact_class,
        priority=letter.priority,
        expires_at=letter.expires_at,
        address=recipient.address,
    )


def _texts(scope: Scope, customer: Customer, letter: Letter, number: UUID) -> tuple[str, str, tuple[str, ...]]:
    """Subject and text for this customer, with the way out where the purpose may be refused."""
    for name, text, most in (("subject", letter.subject, SUBJECT_MAX), ("body", letter.body, BODY_MAX)):
        if not text.strip():
            raise TextRefused(name, TextFault("empty"))
        try:
            check_text(text, most=most)
        except TextFault as fault:
            raise TextRefused(name, fault) from None
    business = business_of(scope=scope)
    link = wishes_link(number)
    values = values_for(customer, business, link)
    found = []
    for name, text in (("subject", letter.subject), ("body", letter.body)):
        try:
            found.append(filled(text, values))
        except TextFault as fault:
            raise TextRefused(name, fault) from None
    subject, body = found
    rule = purposes_of(scope=scope).get(letter.purpose)
    text = body.text.rstrip()
    if rule is not None and rule.may_be_refused and link not in text:
        with translation.override(customer.language or "en"):
            foot = _("You choose what %(business)s writes to you about, or that it writes no more: %(link)s")
        text += "\n\n-- \n" + foot % {"business": business.name, "link": link}
    return subject.text, text, (*subject.defaulted, *body.defaulted)


def values_for(customer: Customer, business: Business, link: str) -> dict[str, str]:
    """What the places of a text stand for."""
    return {
        "given_name": customer.given_name,
        "family_name": customer.family_name,
        "full_name": customer.display_name if customer.given_name or customer.family_name or customer.organisation_name else "",
        "business": business.name,
        "branch": customer.home_branch.name if customer.home_branch else "",
        "wishes_link": link,
    }


def wishes_link(number: UUID) -> str:
    """The page where the person who got this message sets their wishes. Built from the configured address, never from a request."""
    return f"{settings.BASE_URL}/wishes/{token_for('wishes', number, token_key())}/"


def sender_address() -> str:
    """From whom mail goes out."""
    return settings.REGULARS.mail_from or NOWHERE


def _row(
    scope: Scope,
    customer: Customer,
    letter: Letter,
    recipient: Recipient,
    number: UUID,
    key: str,
    texts: tuple[str, str],
    decision: Decision,
    at: datetime,
    actor: str,
) -> Message:
    sender = sender_address()
    return Message(
        public_id=number,
        business_id=scope.business_id,
        customer=customer,
        answers=letter.answers,
        key=key,
        purpose=letter.purpose,
        contact_class=letter.contact_class,
        priority=letter.priority,
        is_automatic=letter.automatic,
        origin=letter.origin,
        address=recipient.address,
        route_domain=recipient.domain,
        shown_name=customer.display_name[:200] if customer.given_name or customer.family_name or customer.organisation_name else "",
        sender_name=business_of(scope=scope).name,
        sender_address=sender,
        subject=texts[0],
        text=texts[1],
        message_id=f"{token_for('message', number, token_key())}@{sender.rpartition('@')[2]}",
        in_reply_to=letter.answers.message_id if letter.answers else "",
        reservation=decision.reservation or "",
        actor=actor,
        due_at=decision.until or at if decision.answer == "defer" else at,
        expires_at=letter.expires_at,
        give_up_at=(decision.until or at) + GIVE_UP_AFTER,
        queued_at=at,
    )
