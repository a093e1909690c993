"""Idempotent requests (decision D4; IETF Idempotency-Key draft): key, fingerprint, answer **and effect** commit together.

So a crash or a server error leaves nothing behind, and a retry is safe. Refusals are kept like answers when they are about the request
itself (4xx but 401, 403, 429); those and server errors are never kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.models import KeptAnswer
from regulars.groundwork.kernel.refusals import Refusal
from regulars.groundwork.kernel.retrying import retried

KEPT_FOR = timedelta(days=7)
NEVER_KEPT = {401, 403, 429}


class KeyMissing(Refusal):
    code = "idempotency_key_missing"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            _(
                "This request moves value and needs an Idempotency-Key header: any text of your own, up to 200 characters, new for each act."
            ),
            documentation="/api/v1/docs",
        )


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used for another request. Use a new key for a new act."))


class InFlight(Refusal):
    code = "idempotency_in_flight"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("A request with this Idempotency-Key is under way. Ask again in a moment."))


@dataclass(frozen=True)
class Answer:
    """Status and JSON body; `replayed` when it was kept from an earlier request."""

    status: int
    body: Any
    replayed: bool = False


def once(*, credential: str, route: str, key: str | None, content: bytes, at: datetime, act: Callable[[], Answer]) -> Answer:
    """Perform `act` once for (credential, route, key) and keep its answer with its effect.

    Raises KeyMissing, KeyReused (same key, other content), InFlight (the same key is being worked on elsewhere).
    """
    if not key or len(key) > 200 or not key.isprintable():
        raise KeyMissing
    fingerprint = hashlib.sha256(content).hexdigest()
    return retried(lambda: _once(credential=credential, route=route, key=key, fingerprint=fingerprint, at=at, act=act))


def _once(*, credential: str, route: str, key: str, fingerprint: str, at: datetime, act: Callable[[], Answer]) -> Answer:
    kept = _kept(credential, route, key, fingerprint)
    if kept:
        return kept
    try:
        with transaction.atomic():
            # The row goes in before the act: a second request with the same key waits here for our commit, then finds it.
            row = KeptAnswer.objects.create(
                credential=credential, route=route, key=key, fingerprint=fingerprint, status=0, body="", kept_at=at
            )
            answer = _answer_of(act)
            row.status, row.body = answer.status, json.dumps(answer.body)
            row.save(update_fields=["status", "body"])
            return answer
    except IntegrityError:
        kept = _kept(credential, route, key, fingerprint)
        if kept:
            return kept
        if KeptAnswer.objects.filter(credential=credential, route=route, key=key).exists():
            raise InFlight from None
        raise


def _answer_of(act: Callable[[], Answer]) -> Answer:
    try:
        with transaction.atomic():
            return act()
    except Refusal as refusal:
        if refusal.status in NEVER_KEPT or refusal.status >= 500:
            raise
        return Answer(refusal.status, refusal.as_problem())


def _kept(credential: str, route: str, key: str, fingerprint: str) -> Answer | None:
    row = KeptAnswer.objects.filter(credential=credential, route=route, key=key).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    return Answer(row.status, json.loads(row.body), replayed=True)


def forget_old_answers(*, at: datetime) -> int:
    """Drop answers older than seven days; natural keys still keep a late repeat from counting twice."""
    assert not connection.in_atomic_block
    return KeptAnswer.objects.filter(kept_at__lt=at - KEPT_FOR).delete()[0]
