"""What happened with customers, and the base of all facts that belong on a customer's timeline."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class CustomerFact(Fact):
    """A fact that concerns one customer. `contacts` puts every one of them on the timeline.

    `headline` is a translatable message with named placeholders; `headline_values` fills them when it is shown.
    """

    customer_id: int
    headline: str
    headline_values: dict[str, str | int] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return f"customer:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(CustomerFact):
    pass


@dataclass(frozen=True, kw_only=True)
class CustomerDescribed(CustomerFact):
    """Name, language, branch, note or other plain particulars were set."""


@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(CustomerFact):
    contact_point_id: int


@dataclass(frozen=True, kw_only=True)
class ContactPointRemoved(CustomerFact):
    kind: str


@dataclass(frozen=True, kw_only=True)
class TraitsPublished(Fact):
    """A trait was computed anew for many customers at once."""

    trait: str
    customers: int

    @property
    def subject(self) -> str:
        return f"trait:{self.trait}"


@dataclass(frozen=True, kw_only=True)
class CustomersImported(Fact):
    """A file of customers was taken over; one fact for the whole batch."""

    batch_id: int
    created: int
    updated: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class CustomersWithdrawn(Fact):
    """A batch of customers was undone."""

    batch_id: int
    removed: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class ConsentsImported(Fact):
    """A file of permissions and refusals was taken over; one fact for the whole batch."""

    batch_id: int
    created: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class ConsentsTakenBack(Fact):
    """The permissions of a file were taken back; its refusals stay."""

    batch_id: int
    removed: int

    @property
    def subject(self) -> str:
        return f"batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(CustomerFact):
    """A customer allowed a purpose on a channel."""

    event_id: int
    channel: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(CustomerFact):
    """A customer forbade a purpose on a channel; "*" is everything that needs permission."""

    event_id: int
    channel: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class WishesStated(CustomerFact):
    """A customer said how, when and how often they wish to hear from the business."""


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(CustomerFact):
    """Two records became one person; `customer_id` is the one that survives."""

    loser_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(CustomerFact):
    """A merge was taken back."""

    loser_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerExported(CustomerFact):
    """Everything that is stored about a customer was handed out."""

    sections: int


@dataclass(frozen=True, kw_only=True)
class CustomerForgotten(CustomerFact):
    """A person was forgotten. `customer_ids` are all their records: every floor above erases its part in a reaction.

    What stays may only be figures: no name, address, number, free text, file or message of theirs, and nothing to guess them from.
    """

    customer_ids: list[int]
    erasure_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class LegalHoldPlaced(CustomerFact):
    """A customer must not be forgotten for the time being."""


@dataclass(frozen=True, kw_only=True)
class LegalHoldLifted(CustomerFact):
    """Nothing stands in the way of forgetting any more."""


@dataclass(frozen=True, kw_only=True)
class OptInAsked(Fact):
    """Somebody asked to be written to and must confirm it; a message with the link is due (`customers.queries.opt_in_letter`)."""

    request_id: int
    reminder: bool

    @property
    def subject(self) -> str:
        return f"opt-in:{self.request_id}"


@dataclass(frozen=True, kw_only=True)
class JoinedHousehold(CustomerFact):
    """A customer was noted as living in a household."""

    household_id: int


@dataclass(frozen=True, kw_only=True)
class LeftHousehold(CustomerFact):
    """A customer lives there no more."""

    household_id: int


@dataclass(frozen=True, kw_only=True)
class JoinedOrganisation(CustomerFact):
    """A person was noted as speaking for an organisation."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class LeftOrganisation(CustomerFact):
    """A person speaks for the organisation no more."""

    organisation_id: int


@dataclass(frozen=True, kw_only=True)
class PurposeAdded(Fact):
    """The business writes or calls about something new, on a legal basis."""

    purpose: str
    basis: str

    @property
    def subject(self) -> str:
        return f"purpose:{self.purpose}"


@dataclass(frozen=True, kw_only=True)
class WordingPublished(Fact):
    """A new text stands to be agreed to."""

    wording_id: int
    purpose: str

    @property
    def subject(self) -> str:
        return f"wording:{self.wording_id}"


@dataclass(frozen=True, kw_only=True)
class ZonesAssumed(Fact):
    """Where customers may live of whom no zone is known; empty: where the business is."""

    zones: list[str]


@dataclass(frozen=True, kw_only=True)
class RetentionSet(Fact):
    """A rule of retention was switched on or off, or got another length."""

    rule: str
    days: int
    enabled: bool

    @property
    def subject(self) -> str:
        return f"retention:{self.rule}"
