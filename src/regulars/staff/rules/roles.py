"""Roles, and who a caller is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a person does in the business; each role's rights stand in the authorisation table."""

    EXECUTIVE = "executive"
    MANAGER = "manager"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    MARKETER = "marketer"
    CASHIER = "cashier"
    READ_ONLY = "read-only"


KEY_SCOPES = (
    "customers:read",
    "customers:write",
    "privacy:read",
    "privacy:write",
    "purchases:read",
    "purchases:write",
    "contacts:read",
    "contacts:write",
    "gate:read",
    "gate:write",
    "messages:read",
    "messages:write",
    "cases:read",
    "cases:write",
    "loyalty:read",
    "loyalty:write",
    "loyalty:adjust",
    "loyalty:programs",
)

# Who may give which role: nobody can hand out more than they hold.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.EXECUTIVE: frozenset(Role),
    Role.MANAGER: frozenset(Role) - {Role.EXECUTIVE},
}


def may_give(giver: Role, role: Role) -> bool:
    """Whether a person of one role may invite or appoint somebody to another."""
    return role in MAY_GIVE.get(giver, frozenset())


def covers(within: Collection[int] | None, branch_ids: Collection[int] | None) -> bool:
    """Whether branches (None: all) lie within those that somebody holds (None: all)."""
    return within is None or (branch_ids is not None and set(branch_ids) <= set(within))


@dataclass(frozen=True)
class Actor:
    """Who calls: an employee with a role, or a key with scopes. `branch_ids` None means all branches."""

    kind: Literal["employee", "key"]
    id: int
    business_id: int
    branch_ids: frozenset[int] | None
    role: Role | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """The actor as facts and audit lines name it: "employee:3"."""
        return f"{self.kind}:{self.id}"
