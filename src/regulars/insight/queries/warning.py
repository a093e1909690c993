"""Warnings to act on, in words, and how often they were right."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope, business_of, zone_of
from regulars.contacts.queries import TermKind, terms_of
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.insight.models import EarlyWarning
from regulars.service.queries import Rate, cases_by_public_id, conflicts

RIGHT_WITHIN = timedelta(days=60)
MONTHS = 6
SHOWN = 100


@dataclass(frozen=True)
class WarningShown:
    """A warning with its evidence in sentences; each with the cases that it points to, as (id, number and subject)."""

    row: EarlyWarning
    evidence: list[tuple[str, int, list[tuple[str, str]]]]


@dataclass(frozen=True)
class HitRate:
    """Of one month: how many of its warnings came true within 60 days, and how many of its conflicts had been warned of."""

    month: str
    precision: Rate
    recall: Rate
    mature: bool


def warnings_open(*, scope: Scope) -> list[WarningShown]:
    """Open warnings, most points first."""
    rows = list(_seen(scope).filter(state="open").select_related("customer").order_by("-points", "raised_at", "pk")[:SHOWN])
    return _shown(scope, rows)


def warning_count(*, scope: Scope) -> int:
    """How many stand open."""
    if scope.branch_ids is None:
        count = "SELECT count(*) FROM insight_earlywarning t WHERE t.business_id = %s AND t.state = 'open'"
        return int(fetch_prepared(count, scope.business_id)[0][0])
    return _seen(scope).filter(state="open").count()


def warnings_of_customer(*, scope: Scope, customer_ids: list[int]) -> list[WarningShown]:
    """A customer's open warning."""
    return _shown(scope, list(_seen(scope).filter(state="open", customer_id__in=customer_ids).select_related("customer")))


def hit_rates(*, scope: Scope, at: datetime) -> list[HitRate]:
    """Precision and recall by the month in which a warning was raised or a conflict broke out, oldest first. A month is mature when all of
    its warnings had their 60 days."""
    zone = zone_of(business=business_of(scope=scope))
    since = at - timedelta(days=31 * MONTHS)
    raised = list(
        EarlyWarning.objects.filter(business_id=scope.business_id, raised_at__gt=since - RIGHT_WITHIN).values_list(
            "customer_id", "raised_at"
        )
    )
    broke = conflicts(scope=scope, since=since, until=at)
    when_raised, when_broke = _by_customer(raised), _by_customer(broke)
    months: dict[str, list[list[bool]]] = {}
    for customer, instant in raised:
        if instant > since:
            hits = months.setdefault(f"{instant.astimezone(zone):%Y-%m}", [[], []])
            hits[0].append(_between(when_broke.get(customer, []), instant, instant + RIGHT_WITHIN))
    for customer, instant in broke:
        hits = months.setdefault(f"{instant.astimezone(zone):%Y-%m}", [[], []])
        hits[1].append(_between(when_raised.get(customer, []), instant - RIGHT_WITHIN, instant - timedelta(microseconds=1)))
    last = f"{(at - RIGHT_WITHIN - timedelta(days=31)).astimezone(zone):%Y-%m}"
    return [
        HitRate(month, Rate(sum(right), len(right)), Rate(sum(warned), len(warned)), month <= last)
        for month, (right, warned) in sorted(months.items())
    ]


def _by_customer(rows: list[tuple[int, datetime]]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for customer, instant in sorted(rows, key=lambda one: one[1]):
        found.setdefault(customer, []).append(instant)
    return found


def _between(instants: list[datetime], first: datetime, last: datetime) -> bool:
    """Whether one lies after the first and not after the last."""
    place = bisect_right(instants, first)
    return place < len(instants) and instants[place] <= last


def _seen(scope: Scope) -> QuerySet[EarlyWarning]:
    rows = EarlyWarning.objects.filter(business_id=scope.business_id)
    if scope.branch_ids is not None:
        rows = rows.filter(Q(customer__home_branch_id__in=scope.branch_ids) | Q(customer__home_branch_id__isnull=True))
    return rows


def _shown(scope: Scope, rows: list[EarlyWarning]) -> list[WarningShown]:
    topics = {one.code: _(one.label) for one in terms_of(scope=scope).known[TermKind.TOPIC].values()}
    cases = cases_by_public_id(scope=scope, public_ids={case for row in rows for one in row.evidence for case in one["cases"]})
    return [
        WarningShown(
            row,
            [
                (
                    _sentence(one, topics),
                    one["points"],
                    [(case, f"#{cases[case].pk} {cases[case].subject}") for case in one["cases"] if case in cases],
                )
                for one in row.evidence
            ],
        )
        for row in rows
    ]


def _sentence(one: dict[str, Any], topics: dict[str, str]) -> str:
    values = {"topic": topics.get(one["topic"], one["topic"]), "count": one["count"]}
    sentences = {
        "second_similar": _("A second complaint about “%(topic)s” within 90 days."),
        "often": _("%(count)s contacts about “%(topic)s” within two weeks."),
        "broken": _("A promise to them broke."),
        "hands": _("They were passed between three people or more."),
        "bill": _("A bill is open while a complaint is open."),
        "mood": _("Their mood fell below nought."),
        "silence": _("Nothing was heard for two weeks after our last word on a complaint."),
    }
    return sentences[one["code"]] % values
