"""Lists of cases agree with what stands beside them, and the search finds what is old and rare."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.business.queries import Scope
from regulars.service.models import Case, Queue
from regulars.service.queries import counts_beside, find_cases, finding, lines_in, queues_of
from regulars.service.services import Resolution, resolve_case

from tests.cast import Cast
from tests.service.service_cast import NINE, answered, call_team, opened

AT = NINE + timedelta(hours=30)


def scenes(cast: Cast) -> dict[str, Any]:
    """Cases of every kind: mine, nobody's, in a queue, at a branch, put off, waiting, overdue, done."""
    team = call_team(cast)
    queue = Queue.objects.create(business=cast.business, name="Counter")
    opened(cast, key="mine", owner_id=team.mira.pk, subject="Rye too dark")
    opened(cast, key="queued", queue_id=queue.pk, subject="Rye too light")
    opened(cast, key="market", branch_id=cast.market.pk, subject="Till closed")
    opened(cast, key="station", branch_id=cast.station.pk, owner_id=team.mira.pk, subject="No rye left", at=NINE + timedelta(hours=29))
    off = opened(cast, key="off", owner_id=team.mira.pk, subject="Rye, later")
    Case.objects.filter(pk=off.pk).update(snoozed_until=AT + timedelta(days=1))
    answered(cast, opened(cast, key="waits", subject="Which flour?"), at=NINE + timedelta(hours=1), then="waiting", channel="phone")
    done = opened(cast, key="done", subject="Thanks for the rye")
    resolve_case(
        scope=cast.scope, public_id=str(done.public_id), resolution=Resolution(told=True), at=NINE + timedelta(hours=2), actor="employee:1"
    )
    return {"team": team, "queue": queue}


@pytest.mark.django_db
@pytest.mark.parametrize("branches", [None, "market", ""])
def test_the_counts_beside_the_lists_are_the_lengths_of_the_lists(cast: Cast, branches: str | None) -> None:
    made = scenes(cast)
    chosen = None if branches is None else frozenset([cast.market.pk] if branches else [])
    scope = Scope(cast.business.pk, chosen)
    me = made["team"].mira.pk
    counts = counts_beside(scope=scope, employee_id=me, queues=queues_of(scope=scope), at=AT)
    lengths = {name: len(lines_in(scope=scope, view=name, employee_id=me, at=AT).rows) for name in ("mine", "nobody", "overdue", "all")}
    place = str(made["queue"].public_id)
    lengths[place] = len(lines_in(scope=scope, view="queue", queue=place, employee_id=me, at=AT).rows)
    assert {name: one.number for name, one in counts.items()} == lengths
    assert (lengths["all"], lengths["overdue"] > 0) == {None: (5, True), "market": (4, True), "": (0, False)}[branches]


@pytest.mark.django_db
def test_a_count_stops_at_a_thousand(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes(cast)
    monkeypatch.setattr("regulars.service.queries.counting.COUNTED_TO", 2)
    found = counts_beside(scope=cast.scope, employee_id=None, queues=[], at=AT)["all"]
    assert (found.number, found.more, str(found)) == (3, True, "2+")


@pytest.mark.django_db
@pytest.mark.parametrize("newest", [(1,), (1_000,), (1, 1_000)])
def test_words_are_found_newest_first_whether_new_or_old(cast: Cast, monkeypatch: pytest.MonkeyPatch, newest: tuple[int, ...]) -> None:
    monkeypatch.setattr(finding, "NEWEST", newest)
    scenes(cast)
    subjects = [one.subject for one in find_cases(scope=cast.scope, text="rye")]
    assert subjects[0] == "No rye left"
    assert set(subjects) == {"Rye too dark", "Rye too light", "No rye left", "Rye, later", "Thanks for the rye"}
    assert [one.subject for one in find_cases(scope=cast.scope, text="RYE ligh")] == ["Rye too light"]
    assert find_cases(scope=cast.scope, text="rye till") == []
    near = Scope(cast.business.pk, frozenset([cast.market.pk]))
    assert "No rye left" not in [one.subject for one in find_cases(scope=near, text="rye")]
    assert len(find_cases(scope=cast.scope, text="rye", size=2)) == 2
