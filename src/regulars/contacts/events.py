"""What happened at the contact desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ContactLogged(Fact):
    """A contact was written down; it stands on the timeline by itself."""

    contact_id: int
    customer_id: int
    channel: str
    direction: str
    nature: str
    outcome: str

    @property
    def subject(self) -> str:
        return f"contact:{self.contact_id}"


@dataclass(frozen=True, kw_only=True)
class ContactCorrected(Fact):
    """A contact was corrected, or (`void`) declared never to have happened."""

    contact_id: int
    corrects_id: int
    customer_id: int
    void: bool

    @property
    def subject(self) -> str:
        return f"contact:{self.contact_id}"


@dataclass(frozen=True, kw_only=True)
class FollowUpPromised(CustomerFact):
    follow_up_id: int


@dataclass(frozen=True, kw_only=True)
class FollowUpKept(CustomerFact):
    follow_up_id: int
    late: bool


@dataclass(frozen=True, kw_only=True)
class FollowUpCancelled(CustomerFact):
    follow_up_id: int


@dataclass(frozen=True, kw_only=True)
class TermsChanged(Fact):
    """The business changed a word of its taxonomies."""

    kind: str
    code: str

    @property
    def subject(self) -> str:
        return f"term:{self.kind}:{self.code}"


@dataclass(frozen=True, kw_only=True)
class ContactsWithdrawn(Fact):
    """The contacts of one source, or of one imported batch, were taken away."""

    source: str
    batch_id: int | None
    removed: int

    @property
    def subject(self) -> str:
        return f"source:{self.source}"


@dataclass(frozen=True, kw_only=True)
class ReservationPreempted(Fact):
    """A reserved contact gave way: to something more urgent, or to changed rules. `key` is what its holder called it."""

    customer_id: int
    reservation: str
    key: str
    why: str

    @property
    def subject(self) -> str:
        return f"reservation:{self.reservation}"


@dataclass(frozen=True, kw_only=True)
class GateRulesChanged(Fact):
    """New rules of the gate, with effect from an instant."""

    version: int
    effective_at: datetime

    @property
    def subject(self) -> str:
        return f"gate_rules:{self.version}"


@dataclass(frozen=True, kw_only=True)
class ContactsFrozen(CustomerFact):
    """Promotions and surveys to a customer are held back."""

    freeze_id: int


@dataclass(frozen=True, kw_only=True)
class FreezeLifted(CustomerFact):
    """What froze a customer is closed; some days are still to pass."""

    freeze_id: int


@dataclass(frozen=True, kw_only=True)
class ContactsImported(Fact):
    """A file of contacts was taken over; one fact for the whole batch."""

    batch_id: int
    created: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"
