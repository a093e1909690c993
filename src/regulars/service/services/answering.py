"""Saying something in a case: an answer to the customer, a note among us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.services import ContactParticulars, log_contact
from regulars.customers.queries import Customer, survivor_of
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.queries import ReceivedMail
from regulars.messaging.services import Enclosed, Letter, write_message
from regulars.service.models import Case, Entry
from regulars.service.rules.happenings import What
from regulars.service.rules.words import searchable
from regulars.service.services.linking import matter_link
from regulars.service.services.opening import TEXT_MAX
from regulars.service.services.writing import CaseWriter, writing

SPOKEN = ("phone", "visit", "till", "sms", "post", "social")
NOTE_MAX = 2_000


class AnswerRefused(Refusal):
    code = "answer_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said. By e-mail it is sent; any other channel says that it was told. `decides`: it is our decision, not only news.

    `enclosures`: files that go with an e-mail.

    `then`: "" leaves the case open, "waiting" waits for the customer. `reached` False: nobody picked up; an attempt, no answer.
    """

    text: str
    channel: str = "email"
    decides: bool = False
    then: str = ""
    reached: bool = True
    staff_id: int | None = None
    address: str = ""
    enclosures: tuple[Enclosed, ...] = ()


def answer_case(
    *, scope: Scope, public_id: str, answer: Answer, version: int | None, key: str, at: datetime, actor: str
) -> tuple[Case, Entry | None]:
    """Answer the customer, once for its key. An e-mail is queued in the same transaction, so of two at once exactly one leaves.

    Raises NotFound, CaseChangedMeanwhile, CaseDone, AnswerRefused, and what writing a message refuses (no address, gate, placeholders).
    """
    text = answer.text.strip()
    if not text or len(text) > TEXT_MAX:
        raise AnswerRefused("text", _("Write an answer of up to 50,000 characters."))
    if answer.enclosures and answer.channel != "email":
        raise AnswerRefused("enclosures", _("Files go with an e-mail only. Answer by e-mail, or take them off."))
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        if key and f"answer:{key}" in writer.known:
            return writer.case, _said_under(writer.case, key, writer)
        writer.expect(version)
        writer.expect_status("open", "waiting")
        entry = _entry(scope, writer, answer, text, key)
        if not answer.reached:
            writer.add(What.NOTED, {"entry": str(entry.public_id), "attempt": True}, key=f"answer:{key}")
            return writer.case, entry
        writer.add(
            What.ANSWERED, {"entry": str(entry.public_id), "decides": answer.decides, "channel": answer.channel}, key=f"answer:{key}"
        )
        _take_over(writer, answer.staff_id)
        if answer.then == "waiting":
            writer.add(What.WAITING_BEGAN)
        writer.case.words = searchable(writer.case.words, text)
        writer.case.save(update_fields=["words"])
    return writer.case, entry


def note_case(*, scope: Scope, public_id: str, text: str, staff_id: int | None, key: str, at: datetime, actor: str) -> Case:
    """Write something down for colleagues; the customer never sees it and no clock stops. Raises NotFound, AnswerRefused."""
    if not text.strip() or len(text) > TEXT_MAX:
        raise AnswerRefused("text", _("Write a note of up to 50,000 characters."))
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        if key and f"note:{key}" in writer.known:
            return writer.case
        entry = Entry.objects.create(case=writer.case, at=at, kind="internal", channel="", staff_id=staff_id, text=text.strip())
        writer.add(What.NOTED, {"entry": str(entry.public_id)}, key=f"note:{key}" if key else "")
        writer.case.words = searchable(writer.case.words, text)
        writer.case.save(update_fields=["words"])
    return writer.case


def _entry(scope: Scope, writer: CaseWriter, answer: Answer, text: str, key: str) -> Entry:
    case = writer.case
    if answer.channel == "email":
        written = write_message(
            scope=Scope(scope.business_id),
            customer=Customer.objects.get(pk=survivor_of(scope=scope, customer_id=case.customer_id)),
            letter=Letter(
                purpose="service",
                contact_class="reply",  # every case is a conversation that the customer opened: what is said in it waits for no morning
                subject=subject_of(case),
                body=_with_link(case, text),
                address=answer.address,
                answers=_last_mail(case),
                origin="demo" if case.source == "demo" else "",
                enclosures=answer.enclosures,
            ),
            key=f"case:{case.public_id}:{key}",
            at=writer.at,
            actor=writer.actor,
        )
        return Entry.objects.create(
            case=case,
            at=writer.at,
            kind="out",
            channel="email",
            staff_id=answer.staff_id,
            text=written.message.text,
            message=written.message,
        )
    if answer.channel not in SPOKEN:
        raise AnswerRefused("channel", _("There is no such channel to answer by."))
    contact = log_contact(
        scope=Scope(scope.business_id),
        customer_id=case.customer_id,
        particulars=ContactParticulars(
            channel=answer.channel,
            direction="out",
            nature=case.nature,
            topic=case.topic,
            outcome="answered" if answer.reached else "not-reached",
            staff_id=answer.staff_id,
            branch_id=case.branch_id,
            note=text[:NOTE_MAX],
            links={"case": str(case.public_id)},
        ),
        at=writer.at,
        actor=writer.actor,
        key=f"case:{case.public_id}:{key}",
        source="demo" if case.source == "demo" else "service",
    )
    return Entry.objects.create(
        case=case,
        at=writer.at,
        kind="out" if answer.reached else "internal",
        channel=answer.channel,
        staff_id=answer.staff_id,
        text=text,
        contact_id=contact.pk,
    )


def _with_link(case: Case, text: str) -> str:
    """Who complains can look at any time how it stands (ISO 10002: status on request)."""
    if case.nature != "complaint":
        return text
    with translation.override(case.customer.language or "en"):
        return text + "\n\n" + _("How your matter stands: %(link)s") % {"link": matter_link(case)}


def subject_of(case: Case) -> str:
    """The subject of our mails about a case; its number stands in it for people, what joins mails together is their Message-ID."""
    return f"Re: {case.subject.replace('{', '(').replace('}', ')')} [#{case.pk}]"


def _last_mail(case: Case) -> ReceivedMail | None:
    row = Entry.objects.filter(case=case, mail__isnull=False).select_related("mail").order_by("-at", "-pk").first()
    return row.mail if row else None


def _take_over(writer: CaseWriter, staff_id: int | None) -> None:
    """Whoever answers a case that nobody has, has it."""
    if writer.state.owner_id is None and staff_id is not None:
        writer.add(What.ASSIGNED, {"owner": staff_id})


def _said_under(case: Case, key: str, writer: CaseWriter) -> Entry | None:
    row = case.stream.filter(key=f"answer:{key}").first()
    return Entry.objects.filter(public_id=row.body["entry"]).first() if row else None
