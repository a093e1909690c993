"""What happened to the firm's own description."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class BusinessFounded(Fact):
    business_id: int

    @property
    def subject(self) -> str:
        return f"business:{self.business_id}"


@dataclass(frozen=True, kw_only=True)
class BusinessDescribed(Fact):
    """Name, zone, currency, languages or brand were set."""

    business_id: int

    @property
    def subject(self) -> str:
        return f"business:{self.business_id}"


@dataclass(frozen=True, kw_only=True)
class BranchFact(Fact):
    branch_id: int

    @property
    def subject(self) -> str:
        return f"branch:{self.branch_id}"


@dataclass(frozen=True, kw_only=True)
class BranchOpened(BranchFact):
    pass


@dataclass(frozen=True, kw_only=True)
class BranchDescribed(BranchFact):
    pass


@dataclass(frozen=True, kw_only=True)
class OpeningHoursSet(BranchFact):
    pass


@dataclass(frozen=True, kw_only=True)
class HolidaySet(Fact):
    holiday_id: int

    @property
    def subject(self) -> str:
        return f"holiday:{self.holiday_id}"


@dataclass(frozen=True, kw_only=True)
class HolidayRemoved(Fact):
    holiday_id: int

    @property
    def subject(self) -> str:
        return f"holiday:{self.holiday_id}"
