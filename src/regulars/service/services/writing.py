"""Writing to a case: its row locked, its stream read, new happenings added, and all that lists are made of worked out anew from the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.changing import change_rows
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.events import CaseChanged
from regulars.service.models import Case, ClockRow, EventRow
from regulars.service.queries.lawbook import laws
from regulars.service.queries.streams import ClockColumns, happenings_of, projected
from regulars.service.rules.clocks import Laws
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import Story
from regulars.service.rules.states import CaseState

CLOCK_COLUMNS = (
    "is_open",
    "paused",
    "breached",
    "how",
    "started_at",
    "due_at",
    "ended_at",
    "policy_id",
    "paragraph",
    "staff_id",
    "what",
    "next_look_at",
)


class CaseChangedMeanwhile(Refusal):
    """Somebody wrote to the case since the caller read it: nothing was done, the caller decides with the new text before them."""

    code = "case_changed"
    status = 409

    def __init__(self, case: Case, version: int) -> None:
        super().__init__(
            _("This case has changed since you opened it. Read what is new, then send again."), version=case.version, read=version
        )
        self.version = case.version


class CaseDone(Refusal):
    code = "case_done"
    status = 409

    def __init__(self, status: str) -> None:
        sentences = {
            "merged": _("This case was merged into another one; go on there."),
            "closed": _("This case is closed. Open it again, or open a new one."),
            "resolved": _("This case is resolved. Open it again to go on."),
        }
        super().__init__(sentences.get(status, _("This case is not open.")), case_status=status)


class CaseWriter:
    """A locked case: `add` happenings, `save` once. Lives inside the caller's transaction."""

    def __init__(self, case: Case, *, at: datetime, actor: str, book: Laws | None = None) -> None:
        self.case, self.at, self.actor = case, at, actor
        self.laws = book or laws()
        self.story = Story(self.laws)
        self.known: set[str] = set()
        self.new: list[EventRow] = []
        for row, one in happenings_of(case_id=case.pk) if case.version else ():
            self.story.take(one)
            if row.key:
                self.known.add(row.key)

    @property
    def state(self) -> CaseState:
        """The case as its stream tells it, new happenings included."""
        return self.story.state

    def expect(self, version: int | None) -> None:
        """Refuse when the caller has read an older state. Raises CaseChangedMeanwhile."""
        if version is not None and version != self.case.version:
            raise CaseChangedMeanwhile(self.case, version)

    def expect_status(self, *allowed: str) -> None:
        """Raises CaseDone."""
        if self.state.status.value not in allowed:
            raise CaseDone(self.state.status.value)

    def add(self, what: What, body: dict[str, Any] | None = None, *, at: datetime | None = None, key: str = "", actor: str = "") -> bool:
        """Something happened, at `at` (now). Under a key that happened before nothing is added, and False is answered."""
        if key and key in self.known:
            return False
        said = {name: value for name, value in (body or {}).items() if name != "why" or value}
        one = Happening(self.state.seq + 1, at or self.at, what, actor or self.actor, said)
        self.story.take(one)
        self.new.append(EventRow(case=self.case, seq=one.seq, at=one.at, what=what.value, actor=one.actor, body=said, key=key))
        if key:
            self.known.add(key)
        return True

    def save(self) -> Case:
        """Write the new lines and the projections."""
        EventRow.objects.bulk_create(self.new)
        apply_projection(cases=[(self.case, self.state)], book=self.laws, at=self.at)
        for row in self.new:
            if row.what != What.OPENED.value:
                announce(CaseChanged(tenant_id=self.case.business_id, at=row.at, actor=row.actor, case_id=self.case.pk, what=row.what))
        self.new = []
        return self.case


@contextmanager
def writing(
    *, scope: Scope, public_id: str = "", case_id: int | None = None, at: datetime, actor: str, version: int | None = None
) -> Iterator[CaseWriter]:
    """A visible case to write to, in a transaction; saved when the block ends well. Raises NotFound, CaseChangedMeanwhile."""
    with transaction.atomic():
        writer = CaseWriter(locked_case(scope=scope, public_id=public_id, case_id=case_id), at=at, actor=actor)
        writer.expect(version)
        yield writer
        writer.save()


def locked_case(*, scope: Scope, public_id: str = "", case_id: int | None = None) -> Case:
    """The case with its row locked until the transaction ends. Raises NotFound."""
    rows = Case.objects.select_for_update().filter(business_id=scope.business_id)
    uuid = parsed(public_id) if case_id is None else None
    row = rows.filter(pk=case_id).first() if case_id is not None else rows.filter(public_id=uuid).first() if uuid else None
    if row is None or not scope.sees_branch(row.branch_id):
        raise NotFound(_("There is no such case."))
    return row


def apply_projection(*, cases: Iterable[tuple[Case, CaseState]], book: Laws, at: datetime) -> int:
    """Write what lists are made of, for cases whose rows are locked. Returns how many deadlines of promises still open moved."""
    pairs = [(case, projected(case, state, book, at=at)) for case, state in cases]
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for case, (columns, _clocks) in pairs:
        fresh = {name: value for name, value in columns.items() if getattr(case, name) != value}
        for name, value in fresh.items():
            setattr(case, name, value)
        if fresh:
            changed.setdefault(tuple(fresh), []).append((*fresh.values(), case.pk))
    for names, rows in changed.items():
        change_rows(model=Case, names=names, rows=rows)
    clocks = [clock for _case, (_columns, clocks) in pairs for clock in clocks]
    new, moved = (clocks, 0) if len(pairs) == 1 else _write_changed_clocks([case.pk for case, _state in pairs], clocks)
    _save_clocks(new)
    return moved


_stored_of = attrgetter(*CLOCK_COLUMNS)


def _write_changed_clocks(case_ids: list[int], clocks: list[ClockColumns]) -> tuple[list[ClockColumns], int]:
    """Write what changed of the clocks that stand already; returns those that are new, and how many open ones got another due instant."""
    stored = {row[:2]: row[2:] for row in ClockRow.objects.filter(case_id__in=case_ids).values_list("case_id", "key", "pk", *CLOCK_COLUMNS)}
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    new, moved = [], 0
    for row in clocks:
        known = stored.get((row.case_id, row.key))
        if known is None:
            new.append(row)
            continue
        fresh = _stored_of(row)
        if fresh == known[1:]:
            continue
        names = tuple(name for name, old, value in zip(CLOCK_COLUMNS, known[1:], fresh, strict=True) if old != value)
        moved += "due_at" in names and known[1]
        changed.setdefault(names, []).append((*(getattr(row, name) for name in names), known[0]))
    for names, rows in changed.items():
        change_rows(model=ClockRow, names=names, rows=rows)
    return new, moved


def _save_clocks(rows: list[ClockColumns]) -> None:
    if not rows:
        return
    ClockRow.objects.bulk_create(
        [ClockRow(**asdict(one)) for one in rows],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["case", "key"],
        update_fields=[name.removesuffix("_id") for name in CLOCK_COLUMNS],
    )
