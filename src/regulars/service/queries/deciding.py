"""Who decides on what goes beyond somebody's authority."""

from __future__ import annotations

from datetime import datetime

from regulars.business.queries import Scope
from regulars.policy.queries import RANK, authority_of, policy_of_version, version_at
from regulars.staff.queries import role_at


def decides_freely(*, scope: Scope, employee_id: int, kind: str, at: datetime) -> bool:
    """Whether this person stands above everybody whom the policy limits for a kind, and is not limited for it: who wrote the limits may
    approve beyond them, never for themselves. A kind that the policy does not name nobody decides on."""
    version = version_at(scope=scope, at=at)
    role = role_at(scope=scope, employee_id=employee_id, at=at)
    if version is None or role is None or role.value not in RANK or authority_of(scope=scope, employee_id=employee_id, kind=kind, at=at):
        return False
    limited = [one for rule in policy_of_version(version).authority if rule.kind == kind for one in rule.roles if one in RANK]
    mine = RANK.index(role.value)
    return bool(limited) and mine >= RANK.index("supervisor") and all(RANK.index(one) < mine for one in limited)
