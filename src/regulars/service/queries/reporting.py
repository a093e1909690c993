"""Reports of the service, out of the log and the streams: each with n, an interval and a verdict beside the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from regulars.business.queries import Scope, business_of, zone_of
from regulars.contacts.queries import Contact
from regulars.service.models import Case, ClockRow, Gesture
from regulars.service.queries.listing import seen
from regulars.service.rules.comparing import Rate, Spread, ranks_of_median

REPEATED_WITHIN = timedelta(days=7)
COHORTS = 6


@dataclass(frozen=True)
class Cohort:
    """Cases resolved in one month, and how many of them opened again."""

    month: datetime
    rate: Rate


@dataclass(frozen=True)
class Report:
    """The service in a period of so many days up to an instant."""

    days: int
    since: datetime
    until: datetime
    first_contact: Rate
    first_answer: Spread
    resolution: Spread
    kept: Rate
    reopened: list[Cohort]
    contacts_per_case: tuple[float, int]
    gestures: list[tuple[str, str, int, int]]
    settled: Rate


def report(*, scope: Scope, days: int, at: datetime) -> Report:
    """Everything, for the last so many days and the same length before."""
    since, before = at - timedelta(days=days), at - timedelta(days=2 * days)
    return Report(
        days=days,
        since=since,
        until=at,
        first_contact=_first_contact(scope, since, before, at),
        first_answer=_spread(scope, "first_answered_at", since, before, at),
        resolution=_spread(scope, "resolved_at", since, before, at),
        kept=_kept(scope, since, before, at),
        reopened=_cohorts(scope, at),
        contacts_per_case=_contacts(scope, since, at),
        gestures=_gestures(scope, since, at),
        settled=_settled(scope, since, before, at),
    )


def _first_contact(scope: Scope, since: datetime, before: datetime, at: datetime) -> Rate:
    """First contact resolution, computed from the log and never from what somebody ticked: a customer's contact on a topic that no other
    contact of theirs on that topic follows within seven days. Only contacts that had seven days to be followed count; a contact that itself
    follows another is no first one."""
    mature = at - REPEATED_WITHIN
    rows = (
        _asked(scope)
        .annotate(
            followed=Exists(
                _asked(scope).filter(
                    customer=OuterRef("customer"),
                    topic=OuterRef("topic"),
                    at__gt=OuterRef("at"),
                    at__lte=_later(OuterRef("at"), REPEATED_WITHIN),
                )
            ),
            follows=Exists(
                _asked(scope).filter(
                    customer=OuterRef("customer"),
                    topic=OuterRef("topic"),
                    at__lt=OuterRef("at"),
                    at__gte=_later(OuterRef("at"), -REPEATED_WITHIN),
                )
            ),
        )
        .filter(follows=False)
    )
    now, then = (
        rows.filter(at__gte=first, at__lt=last).aggregate(n=Count("pk"), good=Count("pk", filter=Q(followed=False)))
        for first, last in ((since, mature), (before, since))
    )
    return Rate(now["good"], now["n"], then["good"], then["n"])


def _later(instant: OuterRef, by: timedelta) -> Any:
    return ExpressionWrapper(instant + by, output_field=DateTimeField())


def _asked(scope: Scope) -> QuerySet[Contact]:
    """What customers came with, as it stands: questions, requests and complaints with a topic."""
    rows = Contact.objects.filter(
        business_id=scope.business_id, direction="in", nature__in=["question", "request", "complaint"], void=False
    )
    if scope.branch_ids is not None:
        rows = rows.filter(Q(branch_id__in=scope.branch_ids) | Q(branch_id__isnull=True))
    return rows.exclude(topic="").filter(~Exists(Contact.objects.filter(corrects=OuterRef("pk"))))


def _spread(scope: Scope, ended: str, since: datetime, before: datetime, at: datetime) -> Spread:
    """How long from the beginning of a case to its first answer or resolution, by the clock; cases that ended so in the period."""
    length = ExpressionWrapper(F(ended) - F("opened_at"), output_field=DurationField())
    rows = seen(scope).exclude(status="merged").annotate(length=length)
    now = rows.filter(**{f"{ended}__gte": since, f"{ended}__lt": at}).order_by("length").values_list("length", flat=True)
    then = rows.filter(**{f"{ended}__gte": before, f"{ended}__lt": since}).order_by("length").values_list("length", flat=True)
    n, before_n = now.count(), then.count()
    interval = None
    if n:
        low, high = ranks_of_median(n)
        interval = (_at(now, low), _at(now, high))
    return Spread(
        n,
        _at(now, n // 2) if n else None,
        _at(now, min(n - 1, n * 9 // 10)) if n else None,
        before_n,
        _at(then, before_n // 2) if before_n else None,
        interval,
    )


def _at(rows: QuerySet[Case, timedelta], rank: int) -> float:
    return float(rows[rank].total_seconds())


def _kept(scope: Scope, since: datetime, before: datetime, at: datetime) -> Rate:
    """Promises that fell due in the period and were kept in time, of all that were kept, kept late or broken; those withdrawn or no longer
    owed don't count."""
    rows = ClockRow.objects.filter(business_id=scope.business_id).exclude(how__in=["cancelled", "lapsed"])
    if scope.branch_ids is not None:
        rows = rows.filter(Q(case__branch_id__in=scope.branch_ids) | Q(case__branch_id__isnull=True))
    good = Q(how="kept", ended_at__lte=F("due_at"))
    now, then = (
        rows.filter(due_at__gte=first, due_at__lt=last).aggregate(n=Count("pk"), good=Count("pk", filter=good))
        for first, last in ((since, at), (before, since))
    )
    return Rate(now["good"], now["n"], then["good"], then["n"])


def _cohorts(scope: Scope, at: datetime) -> list[Cohort]:
    """By the month of the resolution: cases and how many opened again since. A young month can still grow."""
    zone = zone_of(business=business_of(scope=scope))
    rows = seen(scope).filter(Q(resolved_at__isnull=False) | Q(reopened__gt=0), opened_at__gt=at - timedelta(days=31 * COHORTS))
    counted = (
        rows.annotate(month=TruncMonth("opened_at", tzinfo=zone))
        .order_by()
        .values("month")
        .annotate(n=Count("pk"), again=Count("pk", filter=Q(reopened__gt=0)))
    )
    return [Cohort(row["month"], Rate(row["again"], row["n"], high_is_good=False)) for row in sorted(counted, key=lambda one: one["month"])]


def _contacts(scope: Scope, since: datetime, at: datetime) -> tuple[float, int]:
    """How often a customer had to turn to us for one resolved problem, on the average, and of how many."""
    rows = seen(scope).filter(resolved_at__gte=since, resolved_at__lt=at)
    found = rows.aggregate(n=Count("pk", distinct=True), said=Count("entries", filter=Q(entries__kind="in")))
    return (found["said"] / found["n"] if found["n"] else 0.0), found["n"]


def _gestures(scope: Scope, since: datetime, at: datetime) -> list[tuple[str, str, int, int]]:
    """What was booked by cause of the case: cause, currency, how many, how much in minor units; the dearest cause first."""
    rows = Gesture.objects.filter(business_id=scope.business_id, state="booked", at__gte=since, at__lt=at)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(case__branch_id__in=scope.branch_ids) | Q(case__branch_id__isnull=True))
    counted = rows.order_by().values("case__cause", "currency").annotate(n=Count("pk"), sum=Sum("amount_minor"))
    return sorted(((row["case__cause"], row["currency"], row["n"], row["sum"]) for row in counted), key=lambda one: -one[3])


def _settled(scope: Scope, since: datetime, before: datetime, at: datetime) -> Rate:
    """Of the customers who said afterwards whether it is settled, how many said yes."""
    rows = seen(scope).filter(settled__isnull=False)
    now, then = (
        rows.filter(opened_at__gte=first, opened_at__lt=last).aggregate(n=Count("pk"), good=Count("pk", filter=Q(settled=True)))
        for first, last in ((since, at), (before, since))
    )
    return Rate(now["good"], now["n"], then["good"], then["n"])
