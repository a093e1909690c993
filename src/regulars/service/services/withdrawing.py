"""Taking away the cases of one source as a whole: the demo's."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from regulars.contacts.services import withdraw_freezes
from regulars.service.models import (
    Aftercare,
    Article,
    Case,
    ClockRow,
    Entry,
    EventRow,
    Gesture,
    LedgerLine,
    Link,
    Notice,
    Presence,
    Queue,
)


def withdraw_cases(*, business_id: int, source: str, actor: str) -> int:
    """Take away every case of a source with all that stands in it, and the articles and empty queues that this actor made.

    Streams and ledgers of other sources can't be touched: triggers refuse. Returns how many cases went.
    """
    with transaction.atomic():
        numbers = list(Case.objects.filter(business_id=business_id, source=source).values_list("pk", flat=True))
        withdraw_freezes(business_id=business_id, sources=[f"case:{one}" for one in numbers])
        gestures = Gesture.objects.filter(case_id__in=numbers)
        gestures.update(origin=source)
        LedgerLine.objects.filter(gesture__in=gestures).delete()
        gestures.delete()
        Aftercare.objects.filter(case_id__in=numbers).delete()
        Link.objects.filter(Q(case_id__in=numbers) | Q(other_id__in=numbers)).delete()
        for model in (Entry, ClockRow, EventRow, Notice, Presence):
            model.objects.filter(case_id__in=numbers).delete()
        Entry.objects.filter(moved_from_id__in=numbers).update(moved_from=None)
        Case.objects.filter(pk__in=numbers).delete()
        Article.objects.filter(business_id=business_id, saved_by=actor).delete()
        used = Case.objects.filter(business_id=business_id, queue__isnull=False).values_list("queue_id", flat=True)
        Queue.objects.filter(business_id=business_id).exclude(pk__in=list(used)).delete()
    return len(numbers)
