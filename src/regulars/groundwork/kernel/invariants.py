"""What must hold for all rows for ever, re-proved by `regulars verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Check = Callable[[], Iterator[str]]
INVARIANTS: dict[str, Check] = {}


def invariant(name: str) -> Callable[[Check], Check]:
    """Register a check: it yields one sentence for each fault, nothing when all is well."""

    def mark(check: Check) -> Check:
        INVARIANTS[name] = check
        return check

    return mark


def faults() -> Iterator[tuple[str, str]]:
    """Run every check; yields (invariant, sentence)."""
    for name, check in INVARIANTS.items():
        for sentence in check():
            yield name, sentence
