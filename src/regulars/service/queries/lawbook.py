"""The versions of the policy as the clocks read them, each parsed and its calendars expanded once for a thread."""

from __future__ import annotations

import threading

from regulars.policy.queries import WorkingTime, policy_of_version, version_numbered
from regulars.service.rules.clocks import Law, Laws

_kept = threading.local()
KEPT_MOST = 64


def _law(version_id: int) -> Law:
    version = version_numbered(version_id=version_id)
    return Law(version.pk, str(version), policy_of_version(version), version.fingerprint)


def laws() -> Laws:
    """A book of laws for one piece of work. Versions never change, so their calendars are kept from one piece to the next."""
    kept: dict[tuple[str, str], WorkingTime] = getattr(_kept, "working", {})
    if len(kept) > KEPT_MOST:
        kept = {}
    _kept.working = kept
    return Laws(_law, kept)
