"""What the staff proposes, with how many are for it and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regulars.business.queries import Scope
from regulars.groundwork.kernel.bulk.instances import instances
from regulars.policy.models import Proposal


@dataclass(frozen=True)
class ProposalShown:
    """A proposal with those merged into it: each supporter counts once, every author that gave a name stays named."""

    row: Proposal
    merged: tuple[Proposal, ...]
    supporters: frozenset[int]

    @property
    def votes(self) -> int:
        """How many people are for it."""
        return len(self.supporters)

    @property
    def authors(self) -> list[str]:
        """Who proposed it, as far as they said."""
        return list(dict.fromkeys(one.author.name for one in (self.row, *self.merged) if one.author))

    def late(self, at: datetime) -> bool:
        """Whether the answer is owed longer than promised."""
        return self.row.answered_at is None and at > self.row.answer_due_at


def proposals(*, scope: Scope) -> list[ProposalShown]:
    """All proposals of the business: open ones by votes, then answered ones, newest first."""
    rows = list(
        Proposal.objects.filter(business_id=scope.business_id)
        .select_related("author", "version")
        .prefetch_related("supports")
        .order_by("-pk")
    )
    merged: dict[int, list[Proposal]] = {}
    for row in rows:
        if row.merged_into_id:
            merged.setdefault(row.merged_into_id, []).append(row)
    found = [_shown(row, merged.get(row.pk, [])) for row in rows if row.merged_into_id is None]
    return sorted(found, key=lambda one: (one.row.answered_at is not None, -one.votes if one.row.answered_at is None else 0, -one.row.pk))


def news_of_proposals(*, scope: Scope, employee_id: int) -> list[Proposal]:
    """This person's proposals of which something became that they have not seen."""
    told = instances(
        ((Proposal, "t"), (Proposal, "m")),
        "FROM policy_proposal t LEFT JOIN policy_proposal m ON m.id = t.merged_into_id"
        " WHERE t.business_id = %s AND t.author_id = %s AND t.news <> '' ORDER BY t.id DESC",
        scope.business_id,
        employee_id,
    )
    for row, other in told:
        row.merged_into = other
    return [row for row, _other in told]


def _shown(row: Proposal, merged: list[Proposal]) -> ProposalShown:
    supporters = frozenset(support.employee_id for one in (row, *merged) for support in one.supports.all())
    return ProposalShown(row, tuple(merged), supporters)
