"""Anchors of the audit trail: each day the heads of all chains are written to a file outside the database (decision D19).

Who cuts off the end of a chain, or rewrites all of it, can't rewrite a file on another machine: copy it there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from regulars.groundwork.kernel.models import AuditHead, AuditLine


def anchor_file() -> Path:
    """Where the anchors stand, one JSON object a line."""
    return Path(settings.VAR) / "audit-anchors.jsonl"


def drop_anchor(*, at: datetime) -> int:
    """Append the present heads; returns how many."""
    heads = list(AuditHead.objects.order_by("tenant_id"))
    with anchor_file().open("a") as out:
        for head in heads:
            out.write(json.dumps({"at": at.isoformat(), "business": head.tenant_id, "number": head.number, "digest": head.digest}) + "\n")
    return len(heads)


def faults_against_anchors() -> Iterator[str]:
    """A sentence for each anchored line that is missing or different."""
    if not anchor_file().exists():
        return
    for place, text in enumerate(anchor_file().read_text().splitlines(), start=1):
        try:
            anchor = json.loads(text)
            tenant, number, digest = int(anchor["business"]), int(anchor["number"]), str(anchor["digest"])
        except (ValueError, KeyError, TypeError):
            yield f"The anchor file can't be read at line {place}."
            continue
        held = AuditLine.objects.filter(tenant_id=tenant, number=number).values_list("digest", flat=True).first()
        if number and held != digest:
            what = "is missing" if held is None else "is not the one"
            yield f"Audit trail of business {tenant}: line {number} {what} that was anchored on {anchor.get('at', '?')[:10]}."
