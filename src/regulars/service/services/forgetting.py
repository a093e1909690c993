"""Cases of somebody who was forgotten: what was said goes, that there was a case and how it went stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from regulars.service.models import Aftercare, Case, ClockRow, Entry, EventRow, Gesture


def forget_cases(*, customer_ids: Collection[int], at: datetime) -> int:
    """Blank subjects, remedies, actions, words of all entries, answers and promises. Returns how many rows lost something."""
    with transaction.atomic():
        cases = Case.objects.filter(customer_id__in=customer_ids)
        changed = cases.update(subject="", remedy_asked="", action="", words="")
        mine = list(cases.values_list("pk", flat=True))
        changed += Entry.objects.filter(case_id__in=mine).exclude(text="").update(text="")
        changed += ClockRow.objects.filter(case_id__in=mine).exclude(what="").update(what="")
        changed += Aftercare.objects.filter(case_id__in=mine).exclude(words="").update(words="")
        Aftercare.objects.filter(case_id__in=mine, state="waiting").update(state="cancelled", why="forgotten", settled_at=at)
        changed += Gesture.objects.filter(case_id__in=mine).update(words="", decided_why="")
        for row in EventRow.objects.filter(case_id__in=mine):
            if any(row.body.get(name) for name in ("what", "why", "action")):
                row.body = {**row.body, "what": "", "why": "", "action": ""}
                row.save(update_fields=["body"])
                changed += 1
    return changed
