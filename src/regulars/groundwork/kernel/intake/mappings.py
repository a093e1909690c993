"""Saved mappings: how files with this header were read last time."""

from __future__ import annotations

from datetime import datetime

from regulars.groundwork.kernel.intake.kinds import Kind
from regulars.groundwork.kernel.intake.plans import Plan, header_signature
from regulars.groundwork.kernel.models import SavedMapping
from regulars.groundwork.kernel.tables.opening import Table


def saved_mapping(*, kind: Kind, tenant_id: int, table: Table) -> SavedMapping | None:
    """The mapping that was used last for files with this header."""
    return SavedMapping.objects.filter(tenant_id=tenant_id, kind=kind.name, signature=header_signature(table.names)).first()


def save_mapping(*, kind: Kind, tenant_id: int, table: Table, plan: Plan, name: str, at: datetime) -> SavedMapping:
    """Remember a plan for files with this header."""
    row, _made = SavedMapping.objects.update_or_create(
        tenant_id=tenant_id,
        kind=kind.name,
        signature=header_signature(table.names),
        defaults={"name": name[:80], "plan": plan.packed(), "used_at": at},
    )
    return row
