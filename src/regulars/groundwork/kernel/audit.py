"""The audit trail: one numbered, hash-chained line for each changing act (decision D19: tamper-evident, and erasure doesn't break it).

digest(n) = SHA-256 over digest(n-1) and the line's fields. Values enter only as HMAC-SHA256 digests under a salt of the line; destroying
the salt makes them unguessable while the chain stays whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from regulars.groundwork.kernel.models import AuditHead, AuditLine


def write_line(
    *,
    tenant_id: int,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditLine:
    """Append one line inside the caller's transaction. The tenant's chain head is locked until that transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit line belongs inside the transaction that it records")
    AuditHead.objects.bulk_create([AuditHead(tenant_id=tenant_id)], ignore_conflicts=True)
    head = AuditHead.objects.select_for_update().get(tenant_id=tenant_id)
    salt = secrets.token_hex(16)
    line = AuditLine(
        tenant_id=tenant_id,
        number=head.number + 1,
        at=at,
        actor=actor,
        act=act,
        subject=subject,
        before_digest=_sealed(before, salt),
        after_digest=_sealed(after, salt),
        salt=salt,
    )
    line.digest = digest_of(line, head.digest)
    line.save(force_insert=True)
    head.number, head.digest = line.number, line.digest
    head.save(update_fields=["number", "digest"])
    return line


def write_lines(*, tenant_id: int, acts: Sequence[tuple[datetime, str, str, str]]) -> None:
    """Append a line for each (at, actor, act, subject), in order, inside the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit line belongs inside the transaction that it records")
    AuditHead.objects.bulk_create([AuditHead(tenant_id=tenant_id)], ignore_conflicts=True)
    head = AuditHead.objects.select_for_update().get(tenant_id=tenant_id)
    lines = []
    for at, actor, act, subject in acts:
        line = AuditLine(
            tenant_id=tenant_id, number=head.number + 1, at=at, actor=actor, act=act, subject=subject, salt=secrets.token_hex(16)
        )
        line.digest = digest_of(line, head.digest)
        head.number, head.digest = line.number, line.digest
        lines.append(line)
    AuditLine.objects.bulk_create(lines)
    head.save(update_fields=["number", "digest"])


def digest_of(line: AuditLine, previous: str) -> str:
    """The chain digest of a line after `previous` (hex)."""
    instant = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [previous, line.tenant_id, line.number, instant, line.actor, line.act, line.subject, line.before_digest, line.after_digest]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def faults_in_chains() -> Iterator[str]:
    """Re-compute every chain; yield a sentence for each break."""
    for head in AuditHead.objects.order_by("tenant_id"):
        previous, number = "0" * 64, 0
        for line in AuditLine.objects.filter(tenant_id=head.tenant_id).order_by("number").iterator(2000):
            if line.number != number + 1:
                yield f"Audit trail of business {head.tenant_id}: line {number + 1} is missing."
                break
            if digest_of(line, previous) != line.digest:
                yield f"Audit trail of business {head.tenant_id}: line {line.number} was changed."
                break
            previous, number = line.digest, line.number
        else:
            if (number, previous) != (head.number, head.digest):
                yield f"Audit trail of business {head.tenant_id}: the end is missing after line {number}."


def _sealed(values: dict[str, Any] | None, salt: str) -> str:
    if values is None:
        return ""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()
