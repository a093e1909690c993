"""The rules of the gate as they stand at an instant. Parsed once a version and kept: a rule is read thousands of times a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.business.queries import Scope
from regulars.contacts.models import RuleVersion
from regulars.contacts.rules.gate_document import DEFAULT_DOCUMENT, GateRules, rules_in, written_out


@dataclass(frozen=True)
class RulesKnown:
    """All versions of a business, oldest first; `newest` tells whether they are still all."""

    newest: int
    versions: tuple[tuple[datetime, int, GateRules], ...]

    def at(self, instant: datetime) -> tuple[int, GateRules]:
        """The version in effect (number, rules): the last to begin, of two of one instant the later made; 0 is the house's own."""
        begun = [one for one in self.versions if one[0] <= instant]
        if not begun:
            return 0, DEFAULT_RULES
        latest = max(begun, key=lambda one: (one[0], one[1]))
        return latest[1], latest[2]


@dataclass(frozen=True)
class RulesShown:
    """One version as people and programs read it."""

    version: int
    effective_at: datetime | None
    made_at: datetime | None
    actor: str
    document: dict[str, Any]


DEFAULT_RULES = rules_in(DEFAULT_DOCUMENT)
_KNOWN: dict[int, RulesKnown] = {}


def rules_known(*, business_id: int, newest: int | None = None) -> RulesKnown:
    """The parsed versions; read again when `newest` says that there is a later one than those kept (None: read in any case)."""
    known = _KNOWN.get(business_id)
    if known is None or newest is None or known.newest != newest:
        rows = RuleVersion.objects.filter(business_id=business_id).order_by("pk")
        versions = tuple((row.effective_at, row.pk, rules_in(row.document)) for row in rows)
        known = RulesKnown(versions[-1][1] if versions else 0, versions)
        _KNOWN[business_id] = known
    return known


def kept_rules(*, business_id: int) -> RulesKnown:
    """What is kept, perhaps stale: whoever uses it compares `newest` with what the ledger says."""
    return _KNOWN.get(business_id) or rules_known(business_id=business_id)


def forget_kept_rules() -> None:
    """Begin anew (tests, where numbers of versions come again)."""
    _KNOWN.clear()


def gate_rules_at(*, scope: Scope, at: datetime) -> RulesShown:
    """The rules in effect at an instant, every default said."""
    number, rules = rules_known(business_id=scope.business_id).at(at)
    row = RuleVersion.objects.filter(pk=number).first()
    return RulesShown(number, row.effective_at if row else None, row.made_at if row else None, row.actor if row else "", written_out(rules))


def gate_rule_versions(*, scope: Scope) -> list[RulesShown]:
    """All versions, newest first, as they were written."""
    rows = RuleVersion.objects.filter(business_id=scope.business_id).order_by("-effective_at", "-pk")[:200]
    return [RulesShown(row.pk, row.effective_at, row.made_at, row.actor, row.document) for row in rows]
