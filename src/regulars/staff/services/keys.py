"""API keys: shown once, kept as a hash, dead when revoked, expired or their owner left."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import new_secret
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.staff.events import KeyMade, KeyRevoked
from regulars.staff.models import ApiKey, Employee
from regulars.staff.queries.people import KEY_SIGN, hashed
from regulars.staff.rules.roles import KEY_SCOPES


class UnknownScope(Refusal):
    code = "unknown_scope"

    def __init__(self, scope: str) -> None:
        sentence = _("There is no scope “%(scope)s”. Scopes are: %(scopes)s.") % {"scope": scope[:40], "scopes": ", ".join(KEY_SCOPES)}
        super().__init__(sentence, fields={"scopes": sentence})


def make_key(
    *,
    business_id: int,
    name: str,
    scopes: Sequence[str],
    at: datetime,
    actor: str,
    owner: Employee | None = None,
    branch_ids: Collection[int] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; returns it and its text, which is never shown again. Refuses unknown scopes and an empty list."""
    if not scopes:
        raise UnknownScope("")
    for scope in scopes:
        if scope not in KEY_SCOPES:
            raise UnknownScope(scope)
    prefix, secret = KEY_SIGN + secrets.token_hex(4), new_secret()
    with transaction.atomic():
        key = ApiKey.objects.create(
            business_id=business_id,
            owner=owner,
            name=name.strip()[:80],
            prefix=prefix,
            secret_hash=hashed(secret),
            scopes=sorted(set(scopes)),
            every_branch=branch_ids is None,
            made_at=at,
            expires_at=expires_at,
        )
        key.branches.set(branch_ids or [])
        announce(KeyMade(tenant_id=business_id, at=at, actor=actor, key_id=key.pk), after={"name": key.name, "scopes": key.scopes})
    return key, f"{prefix}.{secret}"


def revoke_key(*, business_id: int, public_id: str, at: datetime, actor: str) -> None:
    """Make a key useless from now on. Raises NotFound."""
    with transaction.atomic():
        found = ApiKey.objects.filter(business_id=business_id, public_id=public_id, revoked_at__isnull=True)
        key = found.first()
        if key is None or not found.update(revoked_at=at):
            raise NotFound(_("There is no such live key."))
        announce(KeyRevoked(tenant_id=business_id, at=at, actor=actor, key_id=key.pk))
