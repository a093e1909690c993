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
