"""Reports of the service, out of the log and the streams: each with n, an interval and a verdict beside the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Either
from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce, Lag, Lead, TruncMonth

from regulars.business.queries import Scope, business_of, zone_of
from regulars.contacts.queries import Contact
from regulars.groundwork.kernel.bulk.columns import ColumnKind, instant, stream_columns
from regulars.service.models import ClockRow, EventRow, Gesture
from regulars.service.queries.listing import seen
from regulars.service.rules.comparing import Mean, Rate, Spread, ranks_of_median
from regulars.service.rules.happenings import What

REPEATED_WITHIN = timedelta(days=7)
COHORTS = 6
ENDS = {"began": ColumnKind.INSTANT, "done": ColumnKind.INSTANT}


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
    contacts_per_case: Mean
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
        contacts_per_case=_contacts(scope, since, before, at),
        gestures=_gestures(scope, since, at),
        settled=_settled(scope, since, before, at),
    )


def _first_contact(scope: Scope, since: datetime, before: datetime, at: datetime) -> Rate:
    """First contact resolution, computed from the log and never from what somebody ticked: a customer's contact on a topic that no other
    contact of theirs on that topic follows within seven days. Only contacts that had seven days to be followed count; a contact that itself
    follows another is no first one. All contacts of both periods are walked once, each beside its neighbours."""
    person_and_topic, in_order = [F("customer"), F("topic")], [F("at").asc(), F("pk").asc()]
    rows = (
        _asked(scope)
        .filter(at__gte=before - REPEATED_WITHIN, at__lt=at)
        .annotate(
            since_last=ExpressionWrapper(
                F("at") - Window(Lag("at"), partition_by=person_and_topic, order_by=in_order), output_field=DurationField()
            ),
            until_next=ExpressionWrapper(
                Window(Lead("at"), partition_by=person_and_topic, order_by=in_order) - F("at"), output_field=DurationField()
            ),
        )
    )
    first = Q(since_last__isnull=True) | Q(since_last__gt=REPEATED_WITHIN)
    settled = first & (Q(until_next__isnull=True) | Q(until_next__gt=REPEATED_WITHIN))
    periods = {"now": Q(at__gte=since, at__lt=at - REPEATED_WITHIN), "then": Q(at__gte=before, at__lt=since)}
    counts = {f"{name}_n": Count("pk", filter=within & first) for name, within in periods.items()}
    counts |= {f"{name}_good": Count("pk", filter=within & settled) for name, within in periods.items()}
    found = rows.aggregate(**counts)
    return Rate(found["now_good"], found["now_n"], found["then_good"], found["then_n"])


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
    import numpy as np  # a tenth of a second to load, which no page but the report has to pay

    rows = seen(scope).exclude(status="merged").filter(**{f"{ended}__gte": before, f"{ended}__lt": at})
    rows = rows.annotate(began=instant("opened_at"), done=instant(ended)).order_by()
    now, then = [np.empty(0)], [np.empty(0)]
    first = round(since.timestamp() * 1_000_000)
    for part in stream_columns(rows.values_list(*ENDS), ENDS):
        lengths = (part["done"] - part["began"]) / 1_000_000
        recent = part["done"] >= first
        now.append(lengths[recent])
        then.append(lengths[~recent])
    of_now, of_before = np.sort(np.concatenate(now)), np.sort(np.concatenate(then))
    n, before_n = len(of_now), len(of_before)
    low, high = ranks_of_median(n) if n else (0, 0)
    return Spread(
        n,
        float(of_now[n // 2]) if n else None,
        float(of_now[min(n - 1, n * 9 // 10)]) if n else None,
        before_n,
        float(of_before[before_n // 2]) if before_n else None,
        (float(of_now[low]), float(of_now[high])) if n else None,
    )


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
    """By the month of the first resolution: cases and how many opened again since. A young month can still grow."""
    zone = zone_of(business=business_of(scope=scope))
    since = at - timedelta(days=31 * COHORTS)
    events = EventRow.objects.filter(case=OuterRef("pk"), what=What.RESOLVED.value).order_by("seq").values("at")[:1]
    # The case keeps its latest resolution, and none while it is open again: so these are all that can have been resolved since, and only
    # those that were opened again had another one before.
    first = Either(When(reopened=0, then=F("resolved_at")), default=Subquery(events))
    rows = seen(scope).filter(Q(resolved_at__gt=since) | Q(reopened__gt=0)).annotate(resolved_first=first)
    counted = (
        rows.filter(resolved_first__gt=since)
        .annotate(month=TruncMonth("resolved_first", tzinfo=zone))
        .order_by()
        .values("month")
        .annotate(n=Count("pk"), again=Count("pk", filter=Q(reopened__gt=0)))
    )
    return [Cohort(row["month"], Rate(row["again"], row["n"], high_is_good=False)) for row in sorted(counted, key=lambda one: one["month"])]


def _contacts(scope: Scope, since: datetime, before: datetime, at: datetime) -> Mean:
    """How often a customer had to turn to us for one resolved problem."""
    said = seen(scope).filter(resolved_at__gte=before, resolved_at__lt=at).annotate(said=Count("entries", filter=Q(entries__kind="in")))
    periods = {"now": Q(resolved_at__gte=since), "then": Q(resolved_at__lt=since)}
    found = said.aggregate(
        **{f"{name}_n": Count("pk", filter=within) for name, within in periods.items()},
        **{f"{name}_total": Coalesce(Sum("said", filter=within), 0) for name, within in periods.items()},
        **{f"{name}_squares": Coalesce(Sum(F("said") * F("said"), filter=within), 0) for name, within in periods.items()},
    )
    return Mean(*(found[f"{name}_{what}"] for name in periods for what in ("n", "total", "squares")))


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
