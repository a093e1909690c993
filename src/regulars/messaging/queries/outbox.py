"""Questions about messages that go out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.messaging.models import Enclosure, MailSwitch, Message, MessageState, MessageText, Setback, Suppression

# As the index "message_standing" has them.
STANDING = ("queued", "failed", "uncertain", "withheld")


@dataclass(frozen=True)
class MessagePage:
    """Some messages, newest first, and the cursor of the next page ("" at the end)."""

    rows: list[Message]
    next_cursor: str


def _visible(scope: Scope) -> QuerySet[Message]:
    rows = Message.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        near = Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True)
        rows = rows.filter(near)
    return rows


def messages_before(*, scope: Scope, state: str = "", cursor: str = "", size: int = 30) -> MessagePage:
    """Messages, newest first; `state` narrows."""
    rows = _visible(scope).select_related("customer").defer("text")
    if state:
        rows = rows.filter(state=state)
    if cursor:
        if not cursor.isdigit():
            raise NotFound(_("This page does not exist."))
        last = Message.objects.filter(business_id=scope.business_id, pk=int(cursor)).values_list("queued_at", flat=True).first()
        if last is None:
            raise NotFound(_("This page does not exist."))
        rows = rows.filter(queued_at__lte=last).filter(Q(queued_at__lt=last) | Q(pk__lt=int(cursor)))
    found = list(rows.order_by("-queued_at", "-pk")[: size + 1])
    return MessagePage(found[:size], str(found[size - 1].pk) if len(found) > size else "")


def message_of(*, scope: Scope, public_id: str) -> Message:
    """One visible message. Raises NotFound."""
    uuid = parsed(public_id)
    row = _visible(scope).select_related("customer", "answers").filter(public_id=uuid).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such message."))
    return row


def enclosures_of(*, message_ids: Collection[int]) -> dict[int, list[Enclosure]]:
    """The files that went with messages, by message, without their content."""
    found: dict[int, list[Enclosure]] = {}
    for row in Enclosure.objects.filter(message_id__in=message_ids).defer("content").order_by("message_id", "number"):
        found.setdefault(row.message_id, []).append(row)
    return found


def enclosure_of(*, message: Message, number: int) -> Enclosure:
    """One file of a message that the caller may see. Raises NotFound, also for one that erasure has blanked."""
    row = Enclosure.objects.filter(message=message, number=number, size_bytes__gt=0).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    return row


def setbacks_of(*, message: Message) -> list[Setback]:
    """What went wrong with a message, oldest first."""
    return list(Setback.objects.filter(message=message).order_by("pk"))


def message_counts(*, scope: Scope) -> dict[str, int]:
    """How many messages are in each state that somebody should look at."""
    states = [MessageState.QUEUED, MessageState.IN_FLIGHT, MessageState.FAILED, MessageState.UNCERTAIN, MessageState.WITHHELD]
    rows = _visible(scope).order_by()
    # Two parts, each with an index of its own: what is being sent is not in that of what stands.
    standing = rows.filter(state__in=STANDING).values_list("state").annotate(n=Count("pk"))
    flying = rows.filter(state=MessageState.IN_FLIGHT).values_list("state").annotate(n=Count("pk"))
    counted = dict(standing.union(flying, all=True))
    return {state.value: counted.get(state.value, 0) for state in states}


def suppressions_of(*, scope: Scope, limit: int = 500) -> list[Suppression]:
    """The addresses that get no mail, newest first."""
    return list(Suppression.objects.filter(business_id=scope.business_id).order_by("-since", "-pk")[:limit])


def standing_stop(*, scope: Scope) -> MailSwitch | None:
    """The stop that stands now, if any."""
    return MailSwitch.objects.filter(business_id=scope.business_id, resumed_at__isnull=True).first()


def texts_of(*, scope: Scope) -> list[MessageText]:
    """The texts by name."""
    return list(MessageText.objects.filter(business_id=scope.business_id).order_by("name"))
