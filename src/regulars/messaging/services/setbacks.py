"""Mail that did not arrive: counted once whoever tells it, and addresses that get no more mail."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from regulars.business.queries import Scope
from regulars.contacts.services import release_reservation
from regulars.customers.services import withdraw_consent
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.adapters.keys import token_key
from regulars.messaging.events import AddressSet, MessageNotDelivered, RouteRefused
from regulars.messaging.models import Message, MessageState, ReceivedMail, Setback, Suppression
from regulars.messaging.rules.addresses import NotOneAddress, recipient_of
from regulars.messaging.rules.classifying import OWN_MARK
from regulars.messaging.rules.headers import ids_in
from regulars.messaging.rules.mail import ReadMail
from regulars.messaging.rules.reports import Report, Verdict, report_in
from regulars.messaging.rules.sending import SOFT_REST, SOFT_WITHIN, is_given_up
from regulars.messaging.rules.tokens import subject_of, tokens_in
from regulars.messaging.services.writing import AddressRefused

ACTOR = "system:mail"


def record_setback(*, message: Message, verdict: Verdict, status: str, diagnostic: str, source: str, at: datetime) -> bool:
    """Record a failed delivery inside the caller's transaction. False when the same was told before (dialogue and report count once)."""
    try:
        with transaction.atomic():
            Setback.objects.create(
                business_id=message.business_id,
                address=message.address.lower(),
                message=message,
                verdict=verdict,
                status=status[:40],
                diagnostic=diagnostic[:500],
                source=source,
                at=at,
            )
    except IntegrityError:
        return False
    if verdict == "dead":
        suppress_address(business_id=message.business_id, address=message.address, cause="dead", at=at, actor=ACTOR, message=message)
        _free_place(message, at)
    elif verdict == "soft" and is_given_up(_soft_days(message, at), at.date()):
        until = at + SOFT_REST
        suppress_address(
            business_id=message.business_id, address=message.address, cause="soft", at=at, actor=ACTOR, message=message, until=until
        )
    elif verdict == "policy":
        fact = RouteRefused(tenant_id=message.business_id, at=at, actor=ACTOR, message_id=message.pk, diagnostic=diagnostic[:200])
        announce(fact)
    return True


def take_report(*, mail: ReadMail, raw: bytes, row: ReceivedMail, envelope_to: list[str], at: datetime) -> str:
    """Let a report of a failed delivery or a complaint take effect. Only one that carries a code of ours does: anybody can write the rest.

    Returns what became of it: "unmatched", or the reason code of the report.
    """
    report = report_in(mail, raw)
    message = _reported_message(mail, report, envelope_to, row.business_id)
    if message is None:
        return "unmatched_report"
    row.answers, row.customer = message, message.customer
    if report is None:
        record_setback(message=message, verdict="soft", status="", diagnostic="told in words", source="report", at=at)
        return "report_in_words"
    if report.complaint:
        _take_complaint(message, at)
        return "complaint_report"
    for one in report.deliveries:
        if one.verdict in ("dead", "soft", "policy"):
            _take_failure(message, one.verdict, one.status, one.diagnostic, at)
        elif one.verdict == "delivered":
            Setback.objects.filter(business_id=message.business_id, address=message.address.lower(), verdict="soft", at__lt=at).delete()
    return "delivery_report"


def _reported_message(mail: ReadMail, report: Report | None, envelope_to: list[str], business_id: int) -> Message | None:
    """By the signed return address first, then by our own code in what was returned."""
    texts = [*envelope_to, *mail.recipients]
    codes = [("bounce", token) for text in texts for token in tokens_in(text)]
    if report is not None:
        returned = [report.returned_fields.text(OWN_MARK), *ids_in(report.returned_fields.raw("message-id"))]
        codes += [("message", token) for text in returned for token in tokens_in(text)]
    for kind, token in codes:
        number = subject_of(kind, token, token_key())  # type: ignore[arg-type]
        found = Message.objects.filter(business_id=business_id, public_id=number).select_related("customer").first() if number else None
        if found is not None:
            return found
    return None


def _take_failure(message: Message, verdict: Verdict, status: str, diagnostic: str, at: datetime) -> None:
    if not record_setback(message=message, verdict=verdict, status=status, diagnostic=diagnostic, source="report", at=at):
        return
    if verdict in ("dead", "policy"):
        Message.objects.filter(pk=message.pk, state__in=[MessageState.ACCEPTED, MessageState.UNCERTAIN]).update(
            state=MessageState.FAILED, reason=verdict, reply_text=f"{status} {diagnostic}"[:500], bounced_at=at
        )
        tell_not_delivered(message=message, verdict=verdict, at=at)


def tell_not_delivered(*, message: Message, verdict: str, at: datetime) -> None:
    """Say on the customer's timeline that a message did not arrive."""
    if message.customer_id is not None:
        announce(
            MessageNotDelivered(
                tenant_id=message.business_id,
                at=at,
                actor=f"system:{message.origin}" if message.origin else ACTOR,
                customer_id=message.customer_id,
                message_id=message.pk,
                verdict=verdict,
                headline=noop("A mail was not delivered: “%(subject)s”"),
                headline_values={"subject": message.subject[:120]},
            )
        )


def _take_complaint(message: Message, at: datetime) -> None:
    suppress_address(
        business_id=message.business_id, address=message.address, cause="complaint", at=at, actor=ACTOR, message=message, all_purposes=False
    )
    if message.customer_id is not None:
        withdraw_consent(
            scope=Scope(message.business_id),
            customer_id=message.customer_id,
            channel="email",
            source="complaint",
            proof={"message": str(message.public_id)},
            at=at,
            actor=ACTOR,
        )


def _soft_days(message: Message, at: datetime) -> list[date]:
    """The days of soft failures since the last message that arrived without one."""
    address = message.address.lower()
    rows = Setback.objects.filter(business_id=message.business_id, address=address, verdict="soft", at__gt=at - SOFT_WITHIN)
    good = Message.objects.filter(
        business_id=message.business_id,
        address__iexact=message.address,
        state=MessageState.ACCEPTED,
        setbacks__isnull=True,
        settled_at__lt=at,
    ).exclude(pk=message.pk)
    last = good.order_by("-settled_at").values_list("settled_at", flat=True).first()
    if last is not None:
        rows = rows.filter(at__gt=last)
    return [one.date() for one in rows.values_list("at", flat=True)]


def _free_place(message: Message, at: datetime) -> None:
    if message.reservation:
        release_reservation(scope=Scope(message.business_id), reservation=message.reservation, reason="not delivered", at=at, actor=ACTOR)


def suppress_address(
    *,
    business_id: int,
    address: str,
    cause: str,
    at: datetime,
    actor: str,
    message: Message | None = None,
    until: datetime | None = None,
    all_purposes: bool = True,
    note: str = "",
) -> Suppression:
    """Put an address on the list of those that get no mail. A repeat keeps the first entry, with the later end. Raises AddressRefused."""
    try:
        address = recipient_of(address).normal
    except NotOneAddress as fault:
        raise AddressRefused(fault.code) from None
    with transaction.atomic():
        row, made = Suppression.objects.get_or_create(
            business_id=business_id,
            address=address,
            cause=cause,
            defaults={"since": at, "until": until, "all_purposes": all_purposes, "message": message, "note": note[:300]},
        )
        if made:
            announce(AddressSet(tenant_id=business_id, at=at, actor=actor, suppression_id=row.pk, cause=cause, gets_mail=False))
        elif until is not None and row.until is not None and until > row.until:
            Suppression.objects.filter(pk=row.pk).update(until=until)
    return row


def lift_suppression(*, business_id: int, suppression_id: int, at: datetime, actor: str) -> None:
    """Let an address get mail again. Raises NotFound."""
    with transaction.atomic():
        row = Suppression.objects.select_for_update().filter(business_id=business_id, pk=suppression_id).first()
        if row is None:
            raise NotFound(_("There is no such entry."))
        announce(
            AddressSet(tenant_id=business_id, at=at, actor=actor, suppression_id=row.pk, cause=row.cause, gets_mail=True),
            before={"address": row.address},
        )
        Setback.objects.filter(business_id=business_id, address=row.address, verdict="soft").delete()
        row.delete()


def end_rests(*, at: datetime) -> int:
    """Addresses that rested long enough get mail again: only soft causes have an end."""
    return Suppression.objects.filter(until__lte=at).delete()[0]
