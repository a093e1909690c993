"""Asking for a refresh: it runs in the worker, once at a time for each business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import all_businesses
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.refusals import Refusal
from regulars.insight.models import SILENT_FOR, Refresh, RefreshState


class NoSuchDay(Refusal):
    code = "no_such_day"

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence, fields={field: sentence})


def request_refresh(
    *,
    business_id: int,
    at: datetime,
    actor: str,
    as_of: date | None = None,
    calibration_end: date | None = None,
) -> Refresh:
    """Queue a refresh for the worker, or return the one that is under way already.

    `as_of` is the last day to look at (default: see `rules/observing.py`). Refuses a calibration end that does not lie
    before it.
    """
    check_days(as_of=as_of, calibration_end=calibration_end)
    with transaction.atomic():
        under_way = (
            Refresh.objects.select_for_update()
            .filter(
                business_id=business_id,
                state__in=[RefreshState.QUEUED, RefreshState.RUNNING],
                touched_at__gt=at - SILENT_FOR,
            )
            .order_by("-pk")
            .first()
        )
        if under_way is not None:
            return under_way
        refresh = Refresh.objects.create(
            business_id=business_id,
            asked_at=at,
            asked_by=actor,
            asked_as_of=as_of,
            calibration_end=calibration_end,
            touched_at=at,
        )
        enqueue("insight.refresh", {"refresh": refresh.pk}, key=str(refresh.pk))
    return refresh


def refresh_insight(
    *,
    business_id: int,
    at: datetime,
    actor: str,
    as_of: date | None = None,
    calibration_end: date | None = None,
    progress: Callable[[int, str], None] | None = None,
) -> Refresh:
    """Compute everything anew, here and now, and make it current.

    `as_of` is the last day looked at, on the business's calendar (default: `rules/observing.py`). With a
    `calibration_end` models and scores see nothing after it; what came after, to `as_of`, is compared with the forecast.
    `progress(percent, stage)` is called after each step. Refuses days that can't be meant.
    """
    # The numeric libraries load with the computing, not with the pages that show its results.
    from regulars.insight.services.refreshing import compute_refresh

    check_days(as_of=as_of, calibration_end=calibration_end)
    refresh = Refresh.objects.create(
        business_id=business_id,
        asked_at=at,
        asked_by=actor,
        asked_as_of=as_of,
        calibration_end=calibration_end,
        touched_at=at,
    )
    return compute_refresh(refresh_id=refresh.pk, at=at, progress=progress)


def request_refreshes(*, at: datetime, actor: str) -> int:
    """Queue a refresh for every business; returns how many."""
    businesses = all_businesses()
    for business in businesses:
        request_refresh(business_id=business.pk, at=at, actor=actor)
    return len(businesses)


def forget_refreshes(*, business_id: int) -> int:
    """Forget every finished refresh of a business: the purchases that they told of are gone. Returns how many. The next one begins anew."""
    with transaction.atomic():
        count, _rows = Refresh.objects.filter(business_id=business_id, state__in=[RefreshState.DONE, RefreshState.FAILED]).delete()
    return count


def check_days(*, as_of: date | None, calibration_end: date | None) -> None:
    """Refuse days that can't be meant."""
    if as_of is not None and not 1970 <= as_of.year <= 2100:
        raise NoSuchDay(_("The day must lie between 1970 and 2100."), "as_of")
    if calibration_end is not None and as_of is not None and calibration_end >= as_of:
        raise NoSuchDay(_("The calibration must end before the last day looked at."), "calibration_end")
