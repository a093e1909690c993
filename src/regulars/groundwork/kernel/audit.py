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

from regulars.groundwork.kernel.bulk.copying import copy_rows, on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.models import AuditHead, AuditLine

COLUMNS = ("tenant_id", "number", "at", "actor", "act", "subject", "before_digest", "after_digest", "digest", "salt")
INSERT = f"INSERT INTO kernel_auditline ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))}) RETURNING id"  # noqa: S608 — constants
ADVANCE = "UPDATE kernel_audithead SET number = %s, digest = %s WHERE tenant_id = %s RETURNING id"


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
    number, digest = _locked_head(tenant_id)
    salt = secrets.token_hex(16)
    line = AuditLine(
        tenant_id=tenant_id,
        number=number + 1,
        at=at,
        actor=actor,
        act=act,
        subject=subject,
        before_digest=_sealed(before, salt),
        after_digest=_sealed(after, salt),
        salt=salt,
    )
    line.digest = digest_of(line, digest)
    _appended([line])
    return line


def write_lines(*, tenant_id: int, acts: Sequence[tuple[datetime, str, str, str]]) -> None:
    """Append a line for each (at, actor, act, subject), in order, inside the caller's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit line belongs inside the transaction that it records")
    number, digest = _locked_head(tenant_id)
    lines = []
    for at, actor, act, subject in acts:
        number += 1
        line = AuditLine(tenant_id=tenant_id, number=number, at=at, actor=actor, act=act, subject=subject, salt=secrets.token_hex(16))
        line.digest = digest = digest_of(line, digest)
        lines.append(line)
    _appended(lines)


def _locked_head(tenant_id: int) -> tuple[int, str]:
    """The last link of a tenant's chain, locked until the transaction ends; begun when there is none."""
    look = f"SELECT h.number, h.digest FROM kernel_audithead h WHERE h.tenant_id = %s{' FOR UPDATE' if on_postgres() else ''}"  # noqa: S608 — constants
    found = fetch_prepared(look, tenant_id)
    if not found:
        AuditHead.objects.bulk_create([AuditHead(tenant_id=tenant_id)], ignore_conflicts=True)
        found = fetch_prepared(look, tenant_id)
    return found[0][0], found[0][1]


def _appended(lines: Sequence[AuditLine]) -> None:
    """Save lines that continue a chain whose head is locked."""
    if not lines:
        return
    rows = [[getattr(line, name) for name in COLUMNS] for line in lines]
    if len(rows) == 1:
        fetch_prepared(INSERT, *[instant_value(cell) if isinstance(cell, datetime) else cell for cell in rows[0]])
    else:
        copy_rows(table="kernel_auditline", columns=COLUMNS, rows=rows)
    last = lines[-1]
    fetch_prepared(ADVANCE, last.number, last.digest, last.tenant_id)


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
