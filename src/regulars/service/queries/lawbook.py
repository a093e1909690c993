"""The versions of the policy as the clocks read them, each parsed and its calendars expanded once for a thread."""

from __future__ import annotations

import threading

from regulars.policy.queries import Version, WorkingTime, policy_of_version, version_numbered
from regulars.service.rules.clocks import Law, Laws

_kept = threading.local()
KEPT_MOST = 64


def laws(known: Version | None = None) -> Laws:
    """A book of laws for one piece of work, which may know one version already. Versions never change, so their calendars are kept from one
    piece to the next.
    """

    def law(version_id: int) -> Law:
        version = known if known is not None and known.pk == version_id else version_numbered(version_id=version_id)
        return Law(version.pk, str(version), policy_of_version(version), version.fingerprint)

    kept: dict[tuple[str, str], WorkingTime] = getattr(_kept, "working", {})
    if len(kept) > KEPT_MOST:
        kept = {}
    _kept.working = kept
    return Laws(law, kept)
