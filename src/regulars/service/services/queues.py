"""Queues and articles: where cases wait, and what is known."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.events import QueueSet
from regulars.service.models import Article, Queue

SEEN = "INSERT INTO service_presence (case_id, employee_id, seen_at{column}) VALUES (%s, %s, %s{value}) ON CONFLICT (case_id, employee_id) DO UPDATE SET seen_at = excluded.seen_at{change} RETURNING 1"
LOOKS = SEEN.format(column="", value="", change="")
WRITES = SEEN.format(column=", writing_at", value=", %s", change=", writing_at = excluded.writing_at")


class QueueRefused(Refusal):
    code = "queue_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


def set_queue(
    *,
    scope: Scope,
    name: str,
    natures: list[str],
    mailboxes: list[str],
    branch_id: int | None,
    position: int,
    retired: bool = False,
    at: datetime,
    actor: str,
    public_id: str = "",
) -> Queue:
    """Open a queue, or change one. Raises NotFound, QueueRefused (no name, the name is taken)."""
    if not 0 < len(name.strip()) <= 60:
        raise QueueRefused("name", _("Give the queue a name of up to 60 characters."))
    row = Queue(business_id=scope.business_id)
    if public_id:
        found = Queue.objects.filter(business_id=scope.business_id, public_id=public_id).first() if parsed(public_id) else None
        if found is None:
            raise NotFound(_("There is no such queue."))
        row = found
    row.name, row.natures, row.mailboxes, row.branch_id = name.strip(), natures, mailboxes, branch_id
    row.position, row.retired = position, retired
    try:
        with transaction.atomic():
            row.save()
            announce(QueueSet(tenant_id=scope.business_id, at=at, actor=actor, queue_id=row.pk), after={"name": row.name})
    except IntegrityError:
        raise QueueRefused("name", _("Another queue has this name.")) from None
    return row


def save_article(
    *, scope: Scope, title: str, text: str, natures: list[str], retired: bool = False, at: datetime, actor: str, public_id: str = ""
) -> Article:
    """Write down what is known, or change it. Raises NotFound, QueueRefused."""
    if not 0 < len(title.strip()) <= 120:
        raise QueueRefused("title", _("Give it a title of up to 120 characters."))
    if not 0 < len(text.strip()) <= 20_000:
        raise QueueRefused("text", _("Write the answer, in up to 20,000 characters."))
    row = Article(business_id=scope.business_id)
    if public_id:
        found = Article.objects.filter(business_id=scope.business_id, public_id=public_id).first() if parsed(public_id) else None
        if found is None:
            raise NotFound(_("There is no such article."))
        row = found
    row.title, row.text, row.natures, row.retired = title.strip(), text.strip(), natures, retired
    row.saved_at, row.saved_by = at, actor
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise QueueRefused("title", _("Another article has this title.")) from None
    return row


def be_present(*, case_id: int, employee_id: int, writing: bool, at: datetime) -> None:
    """Somebody has the case open, or is writing an answer."""
    now = instant_value(at)
    fetch_prepared(WRITES if writing else LOOKS, case_id, employee_id, now, *([now] if writing else []))
