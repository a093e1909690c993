"""What part of the records a caller may see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One business, and all of its branches (`None`) or some. A record is visible when it belongs to a visible branch or to none."""

    business_id: int
    branch_ids: frozenset[int] | None = None

    def sees_branch(self, branch_id: int | None) -> bool:
        """Whether records of this branch (None: of no branch) are visible."""
        return branch_id is None or self.branch_ids is None or branch_id in self.branch_ids
