"""Receipts of mail, on the way that every message takes: kept in one statement, settled many at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from regulars.groundwork.kernel.bulk.copying import on_postgres
from regulars.groundwork.kernel.bulk.dialect import instant_value, run
from regulars.groundwork.kernel.bulk.instances import as_instant
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.messaging.models import RawMail, Receipt

# Known content gives no row to the second part, and a delivery that is known goes back on both.
KEEP = """
WITH known AS (
    SELECT 1 FROM messaging_receipt k WHERE k.mailbox_id = %s AND k.uid_validity = %s AND k.uid = %s::bigint
), raw AS (
    INSERT INTO messaging_rawmail (business_id, digest, size_bytes, content)
    SELECT %s, %s::text, %s::bigint, %s::bytea WHERE NOT EXISTS (SELECT 1 FROM known) ON CONFLICT DO NOTHING RETURNING id
) INSERT INTO messaging_receipt
    (public_id, business_id, mailbox_id, raw_id, state, reason, uid_validity, uid, envelope_from, envelope_to, source, origin, received_at, attempts, fault)
SELECT %s::uuid, %s::bigint, %s::bigint, raw.id, 'stored', '', %s::bigint, %s::bigint, %s::text, %s::jsonb, %s::text, %s::text, %s::timestamptz, 0, '' FROM raw
RETURNING id, raw_id, recorded_at
"""

SETTLE_ONE = (
    "UPDATE messaging_receipt SET state = 'contact', reason = '', mail_id = %s, settled_at = %s, next_at = NULL, fault = '', attempts = attempts + 1"
    " WHERE id = %s"
)
SETTLE_ALL = (
    "UPDATE messaging_receipt r SET state = 'contact', reason = '', mail_id = g.mail, settled_at = %s::timestamptz, next_at = NULL, fault = '',"
    " attempts = attempts + 1 FROM json_to_recordset(%s::json) AS g(id bigint, mail bigint) WHERE r.id = g.id"
)


def settle_read(*, settled: Sequence[tuple[int, int]], at: datetime) -> None:
    """Settle locked receipts, each (receipt, mail), as contacts."""
    if on_postgres():
        run(SETTLE_ALL, at, json.dumps([{"id": receipt, "mail": mail} for receipt, mail in settled]))
        return
    for receipt, mail in settled:
        run(SETTLE_ONE, mail, instant_value(at), receipt)


def keep_at_once(*, raw: RawMail, receipt: Receipt) -> bool:
    """Insert both and set their numbers; False when the content or the delivery was kept before.

    Raises IntegrityError when somebody keeps the same delivery in this very moment: then neither is written.
    """
    rows = fetch_prepared(
        KEEP,
        receipt.mailbox_id, receipt.uid_validity, receipt.uid,
        raw.business_id, raw.digest, raw.size_bytes, bytes(raw.content),
        receipt.public_id, receipt.business_id, receipt.mailbox_id, receipt.uid_validity, receipt.uid, receipt.envelope_from,
        json.dumps(receipt.envelope_to), receipt.source, receipt.origin, receipt.received_at,
    )  # fmt: skip
    if not rows:
        return False
    receipt.pk, raw.pk, receipt.recorded_at = rows[0][0], rows[0][1], as_instant(rows[0][2])
    receipt.raw = raw
    for one in (raw, receipt):
        one._state.adding, one._state.db = False, "default"
    return True
