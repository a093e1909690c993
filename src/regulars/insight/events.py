"""What has happened in insight."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class InsightRefreshed(Fact):
    """All scores were computed anew."""

    refresh_id: int
    customers: int
    slipping_away: int

    @property
    def subject(self) -> str:
        return f"refresh:{self.refresh_id}"


@dataclass(frozen=True, kw_only=True)
class WarningsLookedFor(Fact):
    """Relationships heading for a conflict were found."""

    raised: int


@dataclass(frozen=True, kw_only=True)
class WarningDismissed(Fact):
    """Somebody looked at a warning and saw nothing to worry about."""

    warning_id: int

    @property
    def subject(self) -> str:
        return f"warning:{self.warning_id}"
