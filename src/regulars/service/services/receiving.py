"""A customer wrote: to which case it belongs, whether it opens one, and what that does to its clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from regulars.business.queries import Scope
from regulars.customers.queries import cluster_of, customers_at
from regulars.messaging.queries import ReceivedMail
from regulars.messaging.services import says_stop
from regulars.service.models import Aftercare, Case, Entry, Link
from regulars.service.queries.signalling import COPY
from regulars.service.rules.happenings import What
from regulars.service.rules.words import is_courtesy, number_in, own_words, searchable, sounds_unhappy
from regulars.service.services.ending import grace_of, reopen
from regulars.service.services.noticing import notice_owner, notice_person, notice_stand_ins
from regulars.service.services.opening import NewCase, open_case, queue_for
from regulars.service.services.writing import CaseWriter, locked_case
from regulars.staff.queries import Employee

ACTOR = "system:mail"
REOPENS_A_DAY = 4


def take_mail(*, mail: ReceivedMail, at: datetime) -> Case | None:
    """Put a customer's mail into its case; told twice it counts once. It counts from its receipt, however late it is read (S12).

    It belongs to the case of the message that it answers, told by our signed reference. A number in its subject proves nothing: the new case
    says so, and is linked to one of this customer's own. After the grace it opens a new case that continues the old one. M2: written to
    mailboxes of several teams it is in a case of each. M18: nobody of the staff works by mail; what comes in their name is refused, and they
    hear of it.
    """
    if mail.customer_id is None:
        return None
    with transaction.atomic():
        if _refused_in_the_name_of_staff(mail, at):
            return None
        first = Entry.objects.filter(mail=mail).select_related("case").order_by("pk").first()
        case = _take_once(mail, at) if first is None else None
        if case is not None or first is not None:
            _open_for_others(mail, case or first.case, at)  # type: ignore[union-attr]  # one of the two is there
        return case


def _take_once(mail: ReceivedMail, at: datetime) -> Case | None:
    answered = _case_answered(mail)
    if answered is None and says_stop(mail):
        return None  # it was obeyed already; there is nothing to answer
    if answered is None:
        return _open(mail, None, at, number_in(mail.subject))
    case = locked_case(scope=Scope(mail.business_id), case_id=surviving(answered).pk)
    writer = CaseWriter(case, at=at, actor=ACTOR)
    if _after_grace(writer, mail):
        return _open(mail, case, at, None)
    _take(writer, mail)
    writer.save()
    notice_stand_ins(case=case, at=at)
    return case


def _refused_in_the_name_of_staff(mail: ReceivedMail, at: datetime) -> bool:
    """M18: whether a mail with the address of one of us answers or names somebody else's case. From proves nothing, so nothing is done:
    the case and the person in whose name it came hear of it."""
    person = Employee.objects.filter(business_id=mail.business_id, email__iexact=mail.sender_address, left_at__isnull=True).first()
    if person is None or not mail.sender_address:
        return False
    number = number_in(mail.subject)
    case = _case_answered(mail) or (Case.objects.filter(business_id=mail.business_id, pk=number).first() if number is not None else None)
    if case is None:
        return False
    people = customers_at(business_id=mail.business_id, addresses=[mail.sender_address.lower()])
    cluster = cluster_of(scope=Scope(mail.business_id), customer_id=case.customer_id)
    if any(one.pk in cluster for found in people.values() for one in found):
        return False  # who works here may be a customer as well, of their own case
    case = locked_case(scope=Scope(mail.business_id), case_id=surviving(case).pk)
    writer = CaseWriter(case, at=at, actor=ACTOR)
    if writer.add(What.MAIL_REFUSED, {"mail": mail.pk, "staff": person.pk}, at=mail.received_at, key=f"refused:{mail.pk}"):
        writer.save()
        notice_person(case=case, employee_id=person.pk, kind="in-your-name", clock=str(mail.pk), at=at)
    return True


def _open_for_others(mail: ReceivedMail, case: Case, at: datetime) -> None:
    """M2: the queues of the other mailboxes that it was written to each have a case of their own about the same contact, linked to the first."""
    boxes = list(mail.receipts.order_by("pk").values_list("mailbox__name", flat=True).distinct())
    if len(set(boxes)) < 2:
        return
    held = set(Case.objects.filter(entries__mail=mail).values_list("queue_id", flat=True))
    begun = case.stream.filter(seq=1).values_list("body__queue", flat=True).first()
    for name in dict.fromkeys(boxes):
        new = _new_case(mail, at, mailboxes=(name,))
        queue = queue_for(scope=Scope(mail.business_id), new=new)
        if queue is None or not queue.mailboxes or queue.pk in held or queue.pk == begun:
            continue
        held.add(queue.pk)
        opened = open_case(
            scope=Scope(mail.business_id),
            customer_id=mail.customer_id or 0,
            new=replace(new, queue_id=queue.pk),
            at=at,
            actor=ACTOR,
            source="demo" if case.source == "demo" else COPY,
            key=f"mail:{mail.pk}:{queue.pk}",
        )
        if opened.made:
            Link.objects.get_or_create(case=opened.case, other=case, kind="alike", undone_at=None, defaults={"at": at, "actor": ACTOR})
            notice_stand_ins(case=opened.case, at=at)


def _case_answered(mail: ReceivedMail) -> Case | None:
    if mail.answers_id is None:
        return None
    entry = Entry.objects.filter(message_id=mail.answers_id).select_related("case").first()
    asked = None if entry else Aftercare.objects.filter(message_id=mail.answers_id).select_related("case").first()
    return entry.case if entry else asked.case if asked else None


def surviving(case: Case) -> Case:
    """The case that this one lives on in (R7)."""
    for _step in range(20):
        link = Link.objects.filter(case=case, kind="merged", undone_at__isnull=True).select_related("other").first()
        if link is None:
            return case
        case = link.other
    return case


def _after_grace(writer: CaseWriter, mail: ReceivedMail) -> bool:
    state = writer.state
    return (
        state.status.value in ("resolved", "closed")
        and state.resolved_at is not None
        and mail.received_at > state.resolved_at + grace_of(writer.case)
    )


def _take(writer: CaseWriter, mail: ReceivedMail) -> None:
    case, state = writer.case, writer.state
    done = state.status.value in ("resolved", "closed")
    courtesy = done and is_courtesy(mail.text)
    entry = Entry.objects.create(
        case=case, at=mail.received_at, kind="courtesy" if courtesy else "in", channel="email", text=mail.text, mail=mail
    )
    body = {"entry": str(entry.public_id), "mail": mail.pk}
    key = f"mail:{mail.pk}"
    if courtesy:
        writer.add(What.COURTESY, body, at=mail.received_at, key=key)
    elif done and _reopened_today(writer) < REOPENS_A_DAY:
        writer.add(What.NOTED, body, at=mail.received_at, key=key)
        reopen(writer, What.REOPENED, from_customer=True, at=mail.received_at)
    else:
        writer.add(What.CUSTOMER_WROTE, body, at=mail.received_at, key=key)
    case.words = searchable(case.words, own_words(mail.text))
    case.save(update_fields=["words"])


def _reopened_today(writer: CaseWriter) -> int:
    """The last defence against two machines that answer each other."""
    since = writer.at - timedelta(days=1)
    return writer.case.stream.filter(what=What.REOPENED.value, at__gt=since).count()


def _open(mail: ReceivedMail, continues: Case | None, at: datetime, named: int | None) -> Case:
    assert mail.customer_id is not None
    opened = open_case(
        scope=Scope(mail.business_id),
        customer_id=mail.customer_id,
        new=_new_case(mail, at, continues=continues),
        at=at,
        actor=ACTOR,
        source="demo" if mail.receipts.filter(origin="demo").exists() else "mail",
        key=f"mail:{mail.pk}",
    )
    if continues is not None and opened.made:
        Link.objects.create(case=opened.case, other=continues, kind="continues", at=at, actor=ACTOR)
    if opened.made and named is not None:
        _hint(opened.case, mail.customer_id, named, at)
    if opened.made:
        notice_stand_ins(case=opened.case, at=at)
    return opened.case


def _hint(case: Case, customer_id: int, named: int, at: datetime) -> None:
    """D17, M5: the subject names a case, by which nobody gets into it; that it is meant is worth a line, and a link when it is their own."""
    writer = CaseWriter(case, at=at, actor=ACTOR)
    writer.add(What.NOTED, {"hint": f"#{named}"})
    writer.save()
    meant = Case.objects.filter(business_id=case.business_id, pk=named).exclude(pk=case.pk).first()
    if meant is not None and meant.customer_id in cluster_of(scope=Scope(case.business_id), customer_id=customer_id):
        Link.objects.get_or_create(case=case, other=surviving(meant), kind="alike", undone_at=None, defaults={"at": at, "actor": ACTOR})


def _new_case(mail: ReceivedMail, at: datetime, *, continues: Case | None = None, mailboxes: tuple[str, ...] = ()) -> NewCase:
    unhappy = sounds_unhappy(f"{mail.subject} {own_words(mail.text)}")
    return NewCase(
        subject=(mail.subject.strip() or own_words(mail.text)[:80].strip() or "–")[:200],
        text=(mail.text.strip() or mail.subject.strip() or "–")[:50_000],
        channel="email",
        nature="complaint" if unhappy else "question",
        happened_at=min(mail.received_at, at),
        mail=mail,
        continues=continues,
        mailboxes=mailboxes,
    )


def make_courtesy(*, scope: Scope, public_id: str, entry: str, courtesy: bool, at: datetime, actor: str) -> Case:
    """M24: the guess about a thank-you was wrong: it opens the case again (or, the other way round, needs no work). Raises NotFound."""
    from regulars.service.services.writing import writing

    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        row = Entry.objects.filter(case=writer.case, public_id=entry, kind="in" if courtesy else "courtesy").first()
        if row is None:
            return writer.case
        row.kind = "courtesy" if courtesy else "in"
        row.save(update_fields=["kind"])
        if not courtesy and writer.state.status.value in ("resolved", "closed"):
            reopen(writer, What.REOPENED, from_customer=True, at=row.at)
    return writer.case


def take_mail_numbered(*, mail_id: int, at: datetime) -> Case | None:
    """`take_mail` of a received mail by its number; None when it is gone."""
    mail = ReceivedMail.objects.filter(pk=mail_id).first()
    return take_mail(mail=mail, at=at) if mail is not None else None


def note_not_delivered(*, message_id: int, at: datetime) -> None:
    """An answer of ours came back: it stands in the case, and whoever has it hears of it. Told twice it counts once."""
    entry = Entry.objects.filter(message_id=message_id).select_related("case").first()
    if entry is None:
        return
    with transaction.atomic():
        case = locked_case(scope=Scope(entry.case.business_id), case_id=entry.case_id)
        writer = CaseWriter(case, at=at, actor=ACTOR)
        if writer.add(What.NOT_DELIVERED, {"entry": str(entry.public_id)}, key=f"not_delivered:{message_id}"):
            writer.save()
            notice_owner(case=case, kind="not-delivered", clock=str(message_id), at=at)
