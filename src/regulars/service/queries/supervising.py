"""What a supervisor looks at: queues, who has how much, promises about to break, broken ones with their cause, cases without an owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from regulars.business.queries import Scope, business_of, zone_of
from regulars.policy.queries import Level
from regulars.service.models import Case, ClockRow, Gesture
from regulars.service.queries.lawbook import laws
from regulars.service.queries.listing import queues_of, seen
from regulars.service.queries.signalling import COPY
from regulars.service.rules.clocks import Laws
from regulars.staff.queries import employee_names, leaves_of

SOON = timedelta(hours=24)
LATELY = timedelta(days=30)
SIMILAR_WITHIN = timedelta(days=90)
SHOWN = 12
UNDONE = ["open", "waiting"]


@dataclass(frozen=True)
class Load:
    """How much lies in one place or with one person: open, of these overdue and falling due within a day; the oldest."""

    name: str
    key: str
    open: int
    overdue: int
    soon: int
    oldest_at: datetime | None
    away: bool = False


@dataclass(frozen=True)
class AtRisk:
    """A promise about to break, or broken: `left` until it falls due (below zero: since then), in `working` time or by the clock on the wall."""

    clock: ClockRow
    case: Case
    left: timedelta
    owner: str
    past: bool
    working: bool


@dataclass(frozen=True)
class Board:
    """All of the board."""

    queues: list[Load]
    people: list[Load]
    at_risk: list[AtRisk]
    broken: list[AtRisk]
    nobody: list[Case]
    stand_ins: list[Case]
    reopened: list[Case]
    similar: list[Case]
    awaiting: int
    names: dict[int, str] = field(default_factory=dict)


def board(*, scope: Scope, at: datetime) -> Board:
    """What needs a look now. Every list is cut to the first dozen; counts are of all."""
    names = {pk: name for pk, _public, name in employee_names(scope=scope)}
    publics = {pk: public for pk, public, _name in employee_names(scope=scope)}
    undone = seen(scope).filter(status__in=UNDONE)
    today = at.astimezone(zone_of(business=business_of(scope=scope))).date()
    away = {leave.employee_id for leave in leaves_of(scope=scope) if leave.from_on <= today <= leave.until_on}
    by_owner = _loads(undone.filter(owner__isnull=False), "owner_id", at)
    people = [
        Load(names.get(pk, "?"), publics.get(pk, ""), one.open, one.overdue, one.soon, one.oldest_at, pk in away)
        for pk, one in by_owner.items()
    ]
    similar = undone.filter(nature="complaint").exclude(source=COPY).filter(Exists(_similar_before()))
    listed = undone.select_related("customer", "owner", "queue")
    return Board(
        queues=_queues(scope, undone, at),
        people=sorted(people, key=lambda one: (-one.overdue, -one.open, one.name)),
        at_risk=_clocks(scope, names, at, Q(is_open=True, due_at__gte=at, due_at__lt=at + SOON, paused=False)),
        broken=_clocks(scope, names, at, Q(breached=True) & (Q(is_open=True) | Q(ended_at__gt=at - LATELY)), newest=True),
        nobody=list(listed.filter(owner__isnull=True).order_by(F("due_at").asc(nulls_last=True))[:SHOWN]),
        stand_ins=list(listed.filter(owner_id__in=away).order_by(F("due_at").asc(nulls_last=True))[:SHOWN]),
        reopened=list(listed.filter(Q(reopened__gt=0) | Q(rejected__gt=0)).order_by("-customer_at")[:SHOWN]),
        similar=list(similar.select_related("customer", "owner", "queue").order_by("-opened_at")[:SHOWN]),
        awaiting=Gesture.objects.filter(business_id=scope.business_id, state="awaiting").count(),
        names=names,
    )


def _similar_before() -> QuerySet[Case]:
    """An earlier complaint of the same customer about the same topic, not long ago (K4)."""
    return Case.objects.filter(
        customer=OuterRef("customer"),
        nature="complaint",
        topic=OuterRef("topic"),
        opened_at__lt=OuterRef("opened_at"),
        opened_at__gt=OuterRef("opened_at") - SIMILAR_WITHIN,
    ).exclude(Q(topic="") | Q(source=COPY))


def _loads(rows: QuerySet[Case], name: str, at: datetime) -> dict[int, Load]:
    counted = (
        rows.order_by()
        .values(name)
        .annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=at)),
            soon=Count("pk", filter=Q(due_at__gte=at, due_at__lt=at + SOON)),
            oldest=Min("opened_at"),
        )
    )
    return {row[name]: Load("", "", row["open"], row["overdue"], row["soon"], row["oldest"]) for row in counted}


def _queues(scope: Scope, undone: QuerySet[Case], at: datetime) -> list[Load]:
    found = _loads(undone.filter(queue__isnull=False), "queue_id", at)
    empty = Load("", "", 0, 0, 0, None)
    return [
        Load(row.name, str(row.public_id), one.open, one.overdue, one.soon, one.oldest_at)
        for row in queues_of(scope=scope)
        for one in [found.get(row.pk, empty)]
    ]


def _clocks(scope: Scope, names: dict[int, str], at: datetime, wanted: Q, *, newest: bool = False) -> list[AtRisk]:
    rows = ClockRow.objects.filter(wanted, business_id=scope.business_id).exclude(how="cancelled")
    if scope.branch_ids is not None:
        rows = rows.filter(Q(case__branch_id__in=scope.branch_ids) | Q(case__branch_id__isnull=True))
    rows = rows.select_related("case__customer").order_by("-due_at" if newest else "due_at", "pk")
    book = laws()
    found = []
    for row in rows[:SHOWN]:
        level = _level(book, row)
        left = timedelta() if row.due_at is None else row.due_at - at
        if level is not None and row.policy_id is not None and row.due_at is not None:
            working = book.working(row.policy_id, level.calendar)
            left = working.between(at, row.due_at) if row.due_at >= at else -working.between(row.due_at, at)
        owner = names.get(row.staff_id or row.case.owner_id or 0, "")
        past = row.due_at is not None and row.due_at < at
        found.append(AtRisk(row, row.case, left, owner, past=past, working=level is not None))
    return found


def _level(book: Laws, row: ClockRow) -> Level | None:
    """The level of the policy that a promise comes from; None for what somebody of the staff promised."""
    if row.policy_id is None:
        return None
    return next((one for one in book.law(row.policy_id).policy.levels if one.paragraph == row.paragraph), None)
