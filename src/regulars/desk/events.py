"""What happened at the desk itself."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.groundwork.kernel.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DemoLoaded(Fact):
    """The demo business was loaded; one fact for all of its rows."""

    customers: int
    purchases: int


@dataclass(frozen=True, kw_only=True)
class DemoRemoved(Fact):
    """The demo's rows were taken away; `everything` when the business went with them."""

    customers: int
    purchases: int
    everything: bool
