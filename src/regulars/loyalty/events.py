"""What happened with programs and points."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.customers.events import CustomerFact
from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ProgramApplied(Fact):
    """A program has a new version."""

    program_id: int
    version_id: int
    number: int

    @property
    def subject(self) -> str:
        return f"program:{self.program_id}"


@dataclass(frozen=True, kw_only=True)
class ProgramFroze(Fact):
    """The books of a program don't agree: nobody spends in it until somebody has looked."""

    program_id: int
    reason: str

    @property
    def subject(self) -> str:
        return f"program:{self.program_id}"


@dataclass(frozen=True, kw_only=True)
class MemberJoined(CustomerFact):
    """A customer takes part in a program from now on."""

    program_id: int


@dataclass(frozen=True, kw_only=True)
class UnitsAdjusted(Fact):
    """Somebody gave or took units by hand."""

    entry_id: int
    units: int

    @property
    def subject(self) -> str:
        return f"entry:{self.entry_id}"


@dataclass(frozen=True, kw_only=True)
class AdjustmentAsked(Fact):
    """Somebody asks for an adjustment that takes two people."""

    request_id: int
    units: int

    @property
    def subject(self) -> str:
        return f"adjustment-request:{self.request_id}"


@dataclass(frozen=True, kw_only=True)
class AdjustmentDecided(Fact):
    """A request was approved, refused, or nobody decided in time ("lapsed")."""

    request_id: int
    verdict: str

    @property
    def subject(self) -> str:
        return f"adjustment-request:{self.request_id}"


@dataclass(frozen=True, kw_only=True)
class OfflineOverspent(CustomerFact):
    """An offline till took more units than the member had: the rest is owed, and disputed."""

    dispute_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class DisputeSettled(Fact):
    """Somebody looked at a dispute: what is owed was "kept" or "forgiven"."""

    dispute_id: int
    how: str

    @property
    def subject(self) -> str:
        return f"dispute:{self.dispute_id}"


@dataclass(frozen=True, kw_only=True)
class TierReached(CustomerFact):
    """A member rose to a tier."""

    program_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierKept(CustomerFact):
    """A review left a member their tier."""

    program_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierLowered(CustomerFact):
    """A review lowered a member by one step, to `tier` (empty: none)."""

    program_id: int
    tier: str


@dataclass(frozen=True, kw_only=True)
class TierAtRisk(CustomerFact):
    """A review comes near, and units are missing to keep the tier."""

    program_id: int
    tier: str
    missing: str
    review_on: str


@dataclass(frozen=True, kw_only=True)
class ExpiryNoticeDue(CustomerFact):
    """A member has to be told that units end by inactivity: until somebody has, they don't."""

    program_id: int
    unit: str
    units: int
    due_on: str


@dataclass(frozen=True, kw_only=True)
class ExpiryNoticed(CustomerFact):
    """A member was told: the units end after this day unless they come back."""

    program_id: int
    unit: str
    units: int
    ends_on: str
    way: str


@dataclass(frozen=True, kw_only=True)
class CardFilled(CustomerFact):
    """A punch card, or several, are full."""

    program_id: int
    card: str
    count: int


@dataclass(frozen=True, kw_only=True)
class VoucherGiven(CustomerFact):
    """A member has a voucher for a reward."""

    voucher_id: int


@dataclass(frozen=True, kw_only=True)
class VoucherUsed(CustomerFact):
    """A member used a voucher."""

    use_id: int


@dataclass(frozen=True, kw_only=True)
class VoucherReturned(Fact):
    """A use was given back: what it was used for was cancelled."""

    use_id: int

    @property
    def subject(self) -> str:
        return f"voucher-use:{self.use_id}"


@dataclass(frozen=True, kw_only=True)
class VoucherVoided(Fact):
    """A voucher was withdrawn before anybody used it."""

    voucher_id: int
    reason: str

    @property
    def subject(self) -> str:
        return f"voucher:{self.voucher_id}"


@dataclass(frozen=True, kw_only=True)
class VouchersMade(Fact):
    """A batch of codes was made; one fact for all of them."""

    batch_id: int
    count: int

    @property
    def subject(self) -> str:
        return f"voucher-batch:{self.batch_id}"


@dataclass(frozen=True, kw_only=True)
class ShopSet(Fact):
    """A web shop was added, described anew, given another secret or removed (`how`)."""

    shop_id: int
    how: str

    @property
    def subject(self) -> str:
        return f"shop:{self.shop_id}"
