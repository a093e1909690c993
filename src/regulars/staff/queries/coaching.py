"""Coaching notes: for coach and coached person alone. Figures only over enough people that nobody can be told from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.staff.models import CoachingNote

PEOPLE_MIN = 5
SHOWN_MAX = 200


@dataclass(frozen=True)
class CoachingFigures:
    """How much coaching there was. All None when fewer than five people were coached: then a figure would be about somebody."""

    notes: int | None
    people: int | None
    closed: int | None


def coaching_notes_of(*, scope: Scope, employee_id: int) -> list[CoachingNote]:
    """The notes in which somebody is coach or coached, open ones first, newest first."""
    rows = _mine(scope, employee_id).order_by("-written_at", "-pk")[:SHOWN_MAX]
    return sorted(rows, key=lambda one: one.closed_at is not None)


def coaching_note_of(*, scope: Scope, public_id: str, employee_id: int) -> CoachingNote:
    """One note, for one of its two people. Raises NotFound for everybody else, whatever their role."""
    key = parsed(public_id)
    row = _mine(scope, employee_id).filter(public_id=key).first() if key else None
    if row is None:
        raise NotFound(_("There is no such coaching note."))
    return row


def follow_up_talks_due(*, scope: Scope, employee_id: int, day: date) -> list[CoachingNote]:
    """The open notes of a coach whose day to follow up has come."""
    any_open = "SELECT 1 FROM staff_coachingnote t WHERE t.coach_id = %s AND t.closed_at IS NULL AND t.follow_up_on <= %s LIMIT 1"
    if not fetch_prepared(any_open, employee_id, day.isoformat()):
        return []
    rows = _mine(scope, employee_id).filter(coach_id=employee_id, closed_at=None, follow_up_on__lte=day)
    return list(rows.order_by("follow_up_on", "pk")[:20])


def coaching_figures(*, scope: Scope, since: datetime) -> CoachingFigures:
    """Over the whole business since an instant."""
    rows = CoachingNote.objects.filter(coachee__business_id=scope.business_id, written_at__gte=since)
    found = rows.aggregate(
        notes=Count("pk"), people=Count("coachee_id", distinct=True), closed=Count("pk", filter=Q(closed_at__isnull=False))
    )
    return CoachingFigures(**found) if found["people"] >= PEOPLE_MIN else CoachingFigures(None, None, None)


def _mine(scope: Scope, employee_id: int) -> QuerySet[CoachingNote]:
    both = Q(coach_id=employee_id) | Q(coachee_id=employee_id)
    return CoachingNote.objects.filter(both, coach__business_id=scope.business_id).select_related("coach", "coachee")
