"""Where mail may be handed over, and what a listener asks of us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# (sender, recipients, content) → one answer for each recipient
Keep = Callable[[str, Sequence[str], bytes], list[str]]
Accept = Callable[[str], bool]


@dataclass(frozen=True)
class Place:
    """Where to listen."""

    host: str
    port: int
    is_lmtp: bool
