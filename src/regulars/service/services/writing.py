"""Writing to a case: its row locked, its stream read, new happenings added, and all that lists are made of worked out anew from the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.events import CaseChanged
from regulars.service.models import Case, ClockRow, EventRow
from regulars.service.queries.lawbook import laws
from regulars.service.queries.streams import happenings_of, projected
from regulars.service.rules.clocks import Laws
from regulars.service.rules.happenings import Happening, What
from regulars.service.rules.replaying import CaseState, Story

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


def apply_projection(*, cases: Iterable[tuple[Case, CaseState]], book: Laws, at: datetime) -> None:
    """Write what lists are made of, for cases whose rows are locked."""
    pairs = [(case, projected(case, state, book, at=at)) for case, state in cases]
    changed: dict[tuple[str, ...], list[Case]] = {}
    for case, (columns, _clocks) in pairs:
        fresh = {name: value for name, value in columns.items() if getattr(case, name) != value}
        for name, value in fresh.items():
            setattr(case, name, value)
        if fresh:
            changed.setdefault(tuple(sorted(fresh)), []).append(case)
    for names, cases_alike in changed.items():
        _update_alike("service_case", names, cases_alike)
    clocks = [clock for _case, (_columns, clocks) in pairs for clock in clocks]
    _save_clocks(clocks if len(pairs) == 1 else _new_clocks([case.pk for case, _state in pairs], clocks))


def _new_clocks(case_ids: list[int], clocks: list[ClockRow]) -> list[ClockRow]:
    """Write what changed of the clocks that stand already; returns those that are new."""
    stored = {(row.case_id, row.key): row for row in ClockRow.objects.filter(case_id__in=case_ids)}
    changed: dict[tuple[str, ...], list[ClockRow]] = {}
    new = []
    for row in clocks:
        known = stored.get((row.case_id, row.key))
        if known is None:
            new.append(row)
        elif names := tuple(name for name in CLOCK_COLUMNS if getattr(known, name) != getattr(row, name)):
            row.pk = known.pk
            changed.setdefault(names, []).append(row)
    for names, rows in changed.items():
        _update_alike("service_clock", names, rows)
    return new


def _update_alike(table: str, names: tuple[str, ...], rows_alike: Sequence[Case | ClockRow]) -> None:
    """One short statement for each case, all sent together: rows of many columns in one statement take far longer to put together."""
    places = ", ".join(f"{name} = %s" for name in names)
    adapted = [connection.ops.adapt_datetimefield_value if "_at" in name or name.endswith(("_since", "_until")) else None for name in names]
    rows = [
        (*(adapt(getattr(case, name)) if adapt else getattr(case, name) for name, adapt in zip(names, adapted, strict=True)), case.pk)
        for case in rows_alike
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {places} WHERE id = %s", rows)  # noqa: S608 — names of columns


def _save_clocks(rows: list[ClockRow]) -> None:
    if not rows:
        return
    ClockRow.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["case", "key"],
        update_fields=[name.removesuffix("_id") for name in CLOCK_COLUMNS],
    )
