"""After a resolution: asking of a complaint whether it is settled, and one careful follow-up, unless the customer turned to us before."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of
from regulars.contacts.queries import Contact
from regulars.customers.queries import Customer, cluster_of
from regulars.groundwork.kernel.refusals import Refusal
from regulars.messaging.services import Letter, link_token, subject_of_link, write_message
from regulars.service.models import Aftercare, Case
from regulars.service.rules.happenings import What
from regulars.service.services.ending import reopen
from regulars.service.services.writing import CaseWriter, locked_case

ACTOR = "system:service"
AT_ONCE = 200
WORDS_MAX = 2_000
TOO_LATE = timedelta(days=14)


def send_aftercare(*, at: datetime) -> int:
    """Send the questions and follow-ups that are due, each through the gate; one that the gate refuses is cancelled with that reason.

    Returns how many were settled.
    """
    done = 0
    for pk in list(
        Aftercare.objects.filter(state="waiting", due_at__lte=at).order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    ):
        with transaction.atomic():
            row = Aftercare.objects.select_for_update().filter(pk=pk, state="waiting").first()
            if row is not None:
                _settle(row, at)
                done += 1
    return done


def answer_aftercare(*, token: str, settled: bool, words: str, at: datetime) -> Aftercare | None:
    """What the customer says to the question whether it is settled; “no” opens the case again. The last word within the grace counts.

    None for a token that is not ours.
    """
    row = aftercare_by_link(token=token)
    if row is None:
        return None
    with transaction.atomic():
        row.answer, row.words, row.answered_at = "yes" if settled else "no", words.strip()[:WORDS_MAX], at
        row.save(update_fields=["answer", "words", "answered_at"])
        case = locked_case(scope=Scope(row.business_id), case_id=row.case_id)
        _say(CaseWriter(case, at=at, actor=f"customer:{row.customer_id}"), settled, row.words)
    return row


def say_settled(*, scope: Scope, public_id: str, settled: bool, words: str, at: datetime) -> Case:
    """What the customer said to a person instead of on the page: the newest question counts as answered. Raises NotFound."""
    with transaction.atomic():
        case = locked_case(scope=scope, public_id=public_id)
        row = Aftercare.objects.filter(case=case, kind="question").order_by("-round").first()
        if row is not None:
            row.state, row.settled_at = ("sent", at) if row.state == "waiting" else (row.state, row.settled_at)
            row.answer, row.words, row.answered_at = "yes" if settled else "no", words.strip()[:WORDS_MAX], at
            row.save(update_fields=["state", "settled_at", "answer", "words", "answered_at"])
        _say(CaseWriter(case, at=at, actor=f"customer:{case.customer_id}"), settled, words.strip())
    return case


def _say(writer: CaseWriter, settled: bool, words: str) -> None:
    if not settled and writer.state.status.value in ("resolved", "closed"):
        reopen(writer, What.REOPENED, from_customer=True)
    writer.add(What.SAID_YES if settled else What.SAID_NO, {"why": words[:500]})
    writer.save()


def aftercare_by_link(*, token: str) -> Aftercare | None:
    """The question that a link belongs to; None for any other text."""
    public_id = subject_of_link(kind="settled", token=token)
    return Aftercare.objects.select_related("case", "business", "customer").filter(public_id=public_id).first() if public_id else None


def _settle(row: Aftercare, at: datetime) -> None:
    case = Case.objects.get(pk=row.case_id)
    row.settled_at = at
    if case.status not in ("resolved", "closed"):
        row.state, row.why = "cancelled", "open_again"
    elif row.kind == "follow-up" and _was_in_touch(row, case):
        row.state, row.why = "cancelled", "in_touch"
    elif row.kind == "follow-up" and at > row.due_at + TOO_LATE:
        row.state, row.why = "cancelled", "too_late"  # the program stood still: “some days ago” would be no care any more
    else:
        try:
            with transaction.atomic():
                row.message = write_message(
                    scope=Scope(row.business_id),
                    customer=Customer.objects.get(pk=row.customer_id),
                    letter=_letter(row, case),
                    key=f"aftercare:{row.public_id}",
                    at=at,
                    actor=ACTOR,
                ).message
            row.state = "sent"
        except Refusal as refusal:
            row.state, row.why = "cancelled", refusal.code[:40]
    row.save(update_fields=["state", "why", "settled_at", "message"])
    if row.state == "sent" and row.kind == "question":
        writer = CaseWriter(locked_case(scope=Scope(row.business_id), case_id=row.case_id), at=at, actor=ACTOR)
        writer.add(What.ASKED, key=f"asked:{row.round}")
        writer.save()


def _was_in_touch(row: Aftercare, case: Case) -> bool:
    """Whether the customer turned to us since the resolution, by any channel."""
    cluster = list(cluster_of(scope=Scope(row.business_id), customer_id=row.customer_id)) or [row.customer_id]
    return Contact.objects.filter(customer_id__in=cluster, direction="in", at__gt=case.resolved_at or row.due_at).exists()


def _letter(row: Aftercare, case: Case) -> Letter:
    with translation.override(row.customer.language or "en"):
        business = business_of(scope=Scope(row.business_id)).name.replace("{", "(").replace("}", ")")
        subject = case.subject.replace("{", "(").replace("}", ")")
        values = {"subject": subject, "link": settled_link(row.public_id), "business": business}
        if row.kind == "question":
            title = _("Is it settled? %(subject)s")
            body = _(
                "You told us about this: %(subject)s. We believe that it is settled now.\n\nIs it? Please tell us on this page, with one click:\n"
                "%(link)s\n\nIf it is not, we go on at once.\n\n%(business)s"
            )
        else:
            title = _("How are you getting on? %(subject)s")
            body = _(
                "Some days ago we settled this with you: %(subject)s. If anything is still open, just answer this message; a person reads it."
                "\n\n%(business)s"
            )
        return Letter(
            purpose="service",
            contact_class="service" if row.kind == "question" else "survey",
            subject=(title % values)[:200],
            body=body % values,
            automatic=True,
            origin="demo" if case.source == "demo" else "",
        )


def settled_link(public_id: UUID) -> str:
    """The page where the customer says whether it is settled."""
    return f"{settings.BASE_URL}/settled/{link_token(kind='settled', subject=public_id)}/"
