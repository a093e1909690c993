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
