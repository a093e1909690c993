"""A customer wrote: to which case it belongs, whether it opens one, and what that does to its clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regulars.business.queries import Scope
from regulars.customers.queries import cluster_of
from regulars.messaging.queries import ReceivedMail
from regulars.messaging.services import says_stop
from regulars.service.models import Aftercare, Case, Entry, Link
from regulars.service.rules.happenings import What
from regulars.service.rules.words import is_courtesy, number_in, own_words, searchable, sounds_unhappy
from regulars.service.services.ending import grace_of, reopen
from regulars.service.services.noticing import notice_owner, notice_stand_ins
from regulars.service.services.opening import NewCase, open_case
from regulars.service.services.writing import CaseWriter, locked_case

ACTOR = "system:mail"
REOPENS_A_DAY = 4


def take_mail(*, mail: ReceivedMail, at: datetime) -> Case | None:
    """Put a customer's mail into its case; told twice it counts once. It counts from its receipt, however late it is read (S12).

    It belongs to the case of the message that it answers, or that its subject names if it is this customer's. After the grace it opens a
    new case that continues the old one.
    """
    if mail.customer_id is None:
        return None
    with transaction.atomic():
        if Entry.objects.filter(mail=mail).exists():
            return None
        known, hint = _case_meant(mail)
        if known is None and says_stop(mail):
            return None  # it was obeyed already; there is nothing to answer
        if known is None:
            return _open(mail, None, at, hint)
        case = locked_case(scope=Scope(mail.business_id), case_id=known.pk)
        writer = CaseWriter(case, at=at, actor=ACTOR)
        if _after_grace(writer, mail):
            return _open(mail, case, at, "")
        _take(writer, mail)
        writer.save()
        notice_stand_ins(case=case, at=at)
        return case


def _case_meant(mail: ReceivedMail) -> tuple[Case | None, str]:
    """The case, merges followed; and a hint when the subject names a case that is somebody else's (M5)."""
    if mail.answers_id is not None:
        entry = Entry.objects.filter(message_id=mail.answers_id).select_related("case").first()
        asked = None if entry else Aftercare.objects.filter(message_id=mail.answers_id).select_related("case").first()
        if entry or asked:
            return surviving((entry or asked).case), ""  # type: ignore[union-attr]  # one of the two is there
    number = number_in(mail.subject)
    if number is None:
        return None, ""
    row = Case.objects.filter(business_id=mail.business_id, pk=number).first()
    assert mail.customer_id is not None
    if row is not None and row.customer_id in cluster_of(scope=Scope(mail.business_id), customer_id=mail.customer_id):
        return surviving(row), ""
    return None, f"#{number}"


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


def _open(mail: ReceivedMail, continues: Case | None, at: datetime, hint: str) -> Case:
    assert mail.customer_id is not None
    text = mail.text.strip() or mail.subject.strip() or "–"
    unhappy = sounds_unhappy(f"{mail.subject} {own_words(mail.text)}")
    opened = open_case(
        scope=Scope(mail.business_id),
        customer_id=mail.customer_id,
        new=NewCase(
            subject=(mail.subject.strip() or own_words(mail.text)[:80].strip() or "–")[:200],
            text=text[:50_000],
            channel="email",
            nature="complaint" if unhappy else "question",
            happened_at=min(mail.received_at, at),
            mail=mail,
            continues=continues,
        ),
        at=at,
        actor=ACTOR,
        source="demo" if mail.receipts.filter(origin="demo").exists() else "mail",
        key=f"mail:{mail.pk}",
    )
    if continues is not None and opened.made:
        Link.objects.create(case=opened.case, other=continues, kind="continues", at=at, actor=ACTOR)
    if opened.made and hint:
        writer = CaseWriter(opened.case, at=at, actor=ACTOR)
        writer.add(What.NOTED, {"hint": hint})
        writer.save()
    if opened.made:
        notice_stand_ins(case=opened.case, at=at)
    return opened.case


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
