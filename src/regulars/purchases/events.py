"""What happened with purchases."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class PurchaseRecorded(Fact):
    """A sale or refund was recorded. It stands on the timeline by itself (see `queries.timeline_lines`)."""

    purchase_id: int
    customer_id: int
    kind: str
    amount_minor: int
    currency: str

    @property
    def subject(self) -> str:
        return f"purchase:{self.purchase_id}"


@dataclass(frozen=True, kw_only=True)
class PurchasesImported(Fact):
    """A file of purchases was taken over; one fact for the whole batch."""

    batch_id: int
    created: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class PurchasesWithdrawn(Fact):
    """A batch of purchases was undone."""

    batch_id: int
    removed: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"
