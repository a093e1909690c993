"""Keeping projections true: recomputing them when a policy or calendar changed, comparing them with the replay of the streams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.abreast import done_abreast
from regulars.groundwork.kernel.bulk.copying import copy_rows
from regulars.policy.queries import Version, policy_of_version, version_at, version_numbered
from regulars.service.models import Case, ClockRow, LedgerLine
from regulars.service.queries.lawbook import laws
from regulars.service.queries.streams import projected, streams_of
from regulars.service.rules.clocks import Laws
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import Story
from regulars.service.services.writing import apply_projection

AT_ONCE = 500
ACTOR = "system:service"


@dataclass
class Recomputed:
    """How many open cases were looked at, how many got another version applied, how many deadlines moved."""

    cases: int = 0
    applied: int = 0
    moved: int = 0


@dataclass
class Verified:
    """How many cases were compared with their streams, and where they differ: case number, column, what stands there, what should."""

    cases: int = 0
    faults: list[tuple[int, str, str, str]] = field(default_factory=list)


def recompute(*, scope: Scope, at: datetime, beat: Callable[[], None] = lambda: None) -> Recomputed:
    """Work out the deadlines of all open cases anew. C15: cases under an older minor version of the policy in force get the newest one, so
    that a new holiday reaches them; another major version only when it says so (`open_cases = "move"`). Closed ones keep what they ended under.
    """
    newest = version_at(scope=scope, at=at)
    moves = newest is not None and policy_of_version(newest).open_cases == "move"
    done = Recomputed()
    with closing(done_abreast(partial(_recompute_some, newest=newest, moves=moves, at=at), _open_numbers(scope))) as parts:
        for part in parts:
            done.cases += part.cases
            done.applied += part.applied
            done.moved += part.moved
            beat()  # what it raises ends the other hand too
    return done


def _recompute_some(numbers: list[int], *, newest: Version | None, moves: bool, at: datetime) -> Recomputed:
    majors: dict[int, int] = {}
    stories, new = [], list[tuple[Any, ...]]()
    with transaction.atomic():
        book = laws(known=newest)
        rows = Case.objects.select_for_update().filter(pk__in=numbers, status__in=["open", "waiting"])
        cases = list(rows.defer("subject", "remedy_asked", "action", "words", "opened_by", "source", "source_key").order_by("pk"))
        streams = streams_of(case_ids=[one.pk for one in cases])
        for case in cases:
            story = _told(streams[case.pk], book)
            held = story.state.version_id
            if newest is not None and held != newest.pk and (held is None or moves or _major(held, majors) == newest.major):
                one = Happening(story.state.seq + 1, at, What.POLICY_APPLIED, ACTOR, {"policy": newest.pk})
                story.take(one)
                new.append((case.pk, one.seq, at, one.what.value, ACTOR, json.dumps(one.body), ""))
            stories.append((case, story.state))
        copy_rows(table="service_event", columns=("case_id", "seq", "at", "what", "actor", "body", "key"), rows=new)
        moved = apply_projection(cases=stories, book=book, at=at)
    return Recomputed(len(cases), len(new), moved)


def verify(*, scope: Scope, beat: Callable[[], None] = lambda: None) -> Verified:
    """Compare each case and its clocks with the replay of its stream, and each booking's two sides with each other."""
    found = Verified()
    for numbers in _numbers(Case.objects.filter(business_id=scope.business_id)):
        book = laws()
        with transaction.atomic():
            cases = list(Case.objects.filter(pk__in=numbers).order_by("pk"))
            streams = streams_of(case_ids=[one.pk for one in cases])
            clocks: dict[int, dict[str, ClockRow]] = {}
            for row in ClockRow.objects.filter(case_id__in=streams):
                clocks.setdefault(row.case_id, {})[row.key] = row
        for case in cases:
            found.cases += 1
            _compare(case, streams[case.pk], clocks.get(case.pk, {}), book, found)
        beat()
    found.faults += _unbalanced(scope)
    return found


COMPARED = ("is_open", "paused", "breached", "how", "started_at", "due_at", "ended_at", "policy_id", "paragraph", "staff_id")


def _compare(case: Case, stream: list[Happening], clocks: dict[str, ClockRow], book: Laws, found: Verified) -> None:
    story = _told(stream, book)
    columns, rows = projected(case, story.state, book, at=case.opened_at)
    for name, value in columns.items():
        if getattr(case, name) != value:
            found.faults.append((case.pk, name, str(getattr(case, name)), str(value)))
    for row in rows:
        stored: Any = clocks.pop(row.key, None)
        for name in COMPARED:
            if stored is None or getattr(stored, name) != getattr(row, name):
                found.faults.append((case.pk, f"{row.key}.{name}", str(getattr(stored, name, None)), str(getattr(row, name))))
    found.faults += [(case.pk, key, "there", "nothing") for key in clocks]


def _unbalanced(scope: Scope) -> list[tuple[int, str, str, str]]:
    from django.db.models import Sum

    rows = LedgerLine.objects.filter(business_id=scope.business_id).values("gesture_id", "booking").annotate(sum=Sum("amount_minor"))
    return [(row["gesture_id"], "ledger", str(row["sum"]), "0") for row in rows.exclude(sum=0)]


def _told(stream: list[Happening], book: Laws) -> Story:
    story = Story(book)
    for one in stream:
        story.take(one)
    return story


def _major(version_id: int, majors: dict[int, int]) -> int:
    if version_id not in majors:
        majors[version_id] = version_numbered(version_id=version_id).major
    return majors[version_id]


def _open_numbers(scope: Scope) -> Iterator[list[int]]:
    yield from _numbers(Case.objects.filter(business_id=scope.business_id, status__in=["open", "waiting"]))


def _numbers(rows: Any) -> Iterator[list[int]]:
    last = 0
    while True:
        numbers = list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not numbers:
            return
        yield numbers
        last = numbers[-1]
