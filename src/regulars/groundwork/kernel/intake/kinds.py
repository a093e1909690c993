"""What a capability has to say so that its records can be imported."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from django.utils.functional import Promise

from regulars.groundwork.kernel.intake.plans import Plan
from regulars.groundwork.kernel.models import ImportBatch

Shape = Literal["text", "moment", "money", "quantity"]
StagedRow = Sequence[Any]
RowReader = Callable[[int, list[str]], StagedRow]


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column can hold. `synonyms` are header words, folded, in the languages that files are written in."""

    name: str
    title: str | Promise
    shape: Shape = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Where records go: the business, and what it says about zone and currency when the importer says nothing."""

    tenant_id: int
    zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Task:
    """One batch at work. `at` is the instant of this run."""

    batch_id: int
    tenant_id: int
    branch_ids: frozenset[int] | None
    plan: Plan
    at: datetime
    actor: str

    @property
    def rows_table(self) -> str:
        """The staged rows of this batch."""
        return f"intake_{self.batch_id}_rows"

    @property
    def ready_table(self) -> str:
        """The same rows, arranged into slots: what belongs together has one slot."""
        return f"intake_{self.batch_id}_ready"


@dataclass
class Tally:
    """What became of some rows, and remarks to add up in the batch's result."""

    created: int = 0
    updated: int = 0
    identical: int = 0
    failed: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    remarks: dict[str, int] = field(default_factory=dict)


@dataclass
class Undone:
    """One step of an undo: things taken back, kept because changed or used since, gone already; `more` while there is a next step."""

    undone: int = 0
    kept: int = 0
    gone: int = 0
    more: bool = False
    remarks: dict[str, int] = field(default_factory=dict)


class Kind(ABC):
    """A kind of record that can be imported. One instance of each is registered by `register_kind`."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    fields: ClassVar[tuple[Field, ...]]
    stage_columns: ClassVar[dict[str, str]]
    slots_at_once: ClassVar[int] = 50_000
    remarks: ClassVar[tuple[str, ...]] = ()  # further counts of this kind, kept in the batch's result

    @abstractmethod
    def ground_for(self, *, tenant_id: int | None, currency: str, zone: str, at: datetime, actor: str, found: bool = True) -> Ground:
        """The business that takes the records; without `tenant_id` the only one. When there is none it is founded, or, without
        `found`, answered as number 0: good enough for a check that leaves no trace."""

    def columns_for(self, task: Task) -> dict[str, str]:
        """The columns that this file's rows are staged with; a kind may leave out what the file does not hold."""
        return self.stage_columns

    @abstractmethod
    def row_reader(self, task: Task, positions: dict[str, int]) -> RowReader:
        """A function that turns cells into a staged row (in the order of `columns_for`). It raises BadCell, or SpoiledRow."""

    @abstractmethod
    def arrange(self, task: Task) -> int:
        """Fill `ready_table` from `rows_table`; returns the number of slots (1 … n)."""

    @abstractmethod
    def apply(self, task: Task, *, first: int, last: int, write: bool) -> Tally:
        """Compare the rows of these slots with the records and, if `write`, record what is new. Joins the caller's transaction."""

    def stands_alone(self, task: Task) -> bool:
        """Whether the chunks of this file, once `prepare` has run for each, need nothing from one another."""
        return False

    def prepare(self, task: Task, *, first: int, last: int) -> None:
        """Make what several chunks need, before they are recorded side by side. Joins the caller's transaction."""
        raise NotImplementedError(f"files of {self.name} are recorded one chunk after the other")

    @abstractmethod
    def conclude(self, task: Task, batch: ImportBatch) -> None:
        """Announce the finished batch, inside the transaction that finishes it."""

    @abstractmethod
    def undo_step(self, task: Task, batch: ImportBatch) -> Undone:
        """Take back one chunk of the batch, inside the caller's transaction."""

    @abstractmethod
    def conclude_undo(self, task: Task, batch: ImportBatch) -> None:
        """Announce the undone batch."""


class SpoiledRow(Exception):
    """A row that can't be taken but must be staged, because it spoils others that belong to it."""

    def __init__(self, note: str, staged: StagedRow) -> None:
        super().__init__(note)
        self.note = note
        self.staged = staged


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Make a kind importable under its name."""
    if KINDS.setdefault(kind.name, kind) is not kind:
        raise RuntimeError(f"two kinds of import are called {kind.name!r}")
    return kind


def kind_named(name: str) -> Kind:
    """The kind. Raises KeyError."""
    return KINDS[name]
