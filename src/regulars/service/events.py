"""What happened with cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CaseFact(CustomerFact):
    """A fact about a case that belongs on the customer's timeline."""

    case_id: int

    @property
    def subject(self) -> str:
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseFact):
    nature: str
    topic: str


@dataclass(frozen=True, kw_only=True)
class CaseResolved(CaseFact):
    nature: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseFact):
    rejected: bool


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(CaseFact):
    """A promise of a case was not kept in time."""

    clock: str


@dataclass(frozen=True, kw_only=True)
class GestureGiven(CaseFact):
    """Something was booked to make things good; `booked_at` says in which period it counts."""

    gesture_id: int
    ledger: str
    booked_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseChanged(Fact):
    """Anything else that happened to a case: a line of its stream."""

    case_id: int
    what: str

    @property
    def subject(self) -> str:
        return f"case:{self.case_id}"


@dataclass(frozen=True, kw_only=True)
class GestureDecided(Fact):
    """A gesture beyond somebody's authority was approved, refused, or taken back."""

    gesture_id: int
    verdict: str

    @property
    def subject(self) -> str:
        return f"gesture:{self.gesture_id}"


@dataclass(frozen=True, kw_only=True)
class QueueSet(Fact):
    """A queue was opened or changed."""

    queue_id: int

    @property
    def subject(self) -> str:
        return f"queue:{self.queue_id}"


@dataclass(frozen=True, kw_only=True)
class CaseReviewed(Fact):
    """Somebody's work in a case was reviewed."""

    review_id: int
    employee_id: int

    @property
    def subject(self) -> str:
        return f"review:{self.review_id}"
