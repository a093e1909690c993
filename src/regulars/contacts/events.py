"""What happened at the contact desk."""

from __future__ import annotations

from dataclasses import dataclass

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
