"""Promised follow-ups: given, kept (in time or late), cancelled with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.contacts.events import FollowUpCancelled, FollowUpKept, FollowUpPromised
from regulars.contacts.models import Contact, FollowUp, FollowUpEnding
from regulars.contacts.queries.reading import customer_in, follow_up_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal

FARTHEST = timedelta(days=3 * 366)


class FollowUpRefused(Refusal):
    code = "follow_up_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


class FollowUpEnded(Refusal):
    code = "follow_up_ended"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This follow-up was kept or cancelled before."))


@dataclass(frozen=True)
class Promise:
    """What is promised, by when, and who will keep it (None: anybody of the business)."""

    what: str
    due_at: datetime
    staff_id: int | None = None


def promise_follow_up(
    *, scope: Scope, customer_id: int, promise: Promise, at: datetime, actor: str, contact: Contact | None = None
) -> FollowUp:
    """Promise a customer to come back. Raises NotFound, FollowUpRefused (nothing said, due in the past or beyond three years)."""
    customer = customer_in(scope=scope, customer_id=customer_id)
    what = promise.what.strip()
    if not what or len(what) > 200:
        raise FollowUpRefused("promise", _("Say in up to 200 characters what was promised."))
    if not at < promise.due_at < at + FARTHEST:
        raise FollowUpRefused("due_at", _("A promise is due in the future, within three years."))
    with transaction.atomic():
        row = FollowUp.objects.create(
            business_id=customer.business_id,
            customer=customer,
            contact=contact,
            staff_id=promise.staff_id,
            what=what,
            due_at=promise.due_at,
            promised_at=at,
            actor=actor,
        )
        announce(
            FollowUpPromised(
                tenant_id=row.business_id,
                at=at,
                actor=actor,
                customer_id=customer.pk,
                follow_up_id=row.pk,
                headline=gettext_noop("Promised: %(what)s"),
                headline_values={"what": what[:120]},
            ),
            after={"what": what, "due_at": promise.due_at.isoformat()},
        )
    return row


def keep_follow_up(*, scope: Scope, public_id: str, at: datetime, actor: str, contact: Contact | None = None) -> FollowUp:
    """Say that a promise was kept, at `at`; after its due instant it was kept late. Raises NotFound, FollowUpEnded."""
    row = follow_up_of(scope=scope, public_id=public_id)
    late = at > row.due_at
    headline = gettext_noop("Promise kept late: %(what)s") if late else gettext_noop("Promise kept: %(what)s")
    with transaction.atomic():
        _end(row, how="kept", at=at, actor=actor, contact=contact)
        announce(
            FollowUpKept(
                tenant_id=row.business_id,
                at=at,
                actor=actor,
                customer_id=row.customer_id,
                follow_up_id=row.pk,
                late=late,
                headline=headline,
                headline_values={"what": row.what[:120]},
            )
        )
    return row


def cancel_follow_up(*, scope: Scope, public_id: str, reason: str, at: datetime, actor: str) -> FollowUp:
    """Say that a promise will not be kept, and why. Raises NotFound, FollowUpRefused (no reason), FollowUpEnded."""
    row = follow_up_of(scope=scope, public_id=public_id)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise FollowUpRefused("reason", _("Say in up to 200 characters why it is cancelled."))
    with transaction.atomic():
        _end(row, how="cancelled", at=at, actor=actor, reason=reason)
        announce(
            FollowUpCancelled(
                tenant_id=row.business_id,
                at=at,
                actor=actor,
                customer_id=row.customer_id,
                follow_up_id=row.pk,
                headline=gettext_noop("Promise cancelled: %(what)s"),
                headline_values={"what": row.what[:120]},
            ),
            after={"reason": reason},
        )
    return row


def _end(row: FollowUp, *, how: str, at: datetime, actor: str, contact: Contact | None = None, reason: str = "") -> None:
    # The conditional update decides who ends it: of two at once one finds it open.
    if not FollowUp.objects.filter(pk=row.pk, open=True).update(open=False):
        raise FollowUpEnded
    FollowUpEnding.objects.create(follow_up=row, how=how, at=at, actor=actor, contact=contact, reason=reason)
