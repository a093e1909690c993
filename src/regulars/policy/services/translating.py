"""A version of the policy in one more language."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound
from regulars.policy.events import PolicyTranslated
from regulars.policy.models import Translation, Version
from regulars.policy.queries.versions import policy_of_version, version_of
from regulars.policy.rules.document import Policy, fingerprint
from regulars.policy.rules.translating import differences
from regulars.policy.services.drafting import PolicyRefused, read_policy


def translate_policy(*, scope: Scope, public_id: str, text: str, at: datetime, actor: str) -> Translation:
    """Add a language to a version. Its numbers, targets, limits and calendars have to be the same: only words for people differ.

    Each language has its own fingerprint, by which it is confirmed. The same text again changes nothing. Raises NotFound, PolicyRefused.
    """
    version = version_of(scope=scope, public_id=public_id)
    if version is None:
        raise NotFound(_("There is no such version of the policy."))
    policy = read_policy(text)
    faults = {place: _("this promises something else than version %(number)s") % {"number": version} for place in _other(version, policy)}
    if policy.language == version.language:
        faults["/language"] = _("version %(number)s is written in this language already") % {"number": version}
    if faults:
        raise PolicyRefused(faults)
    mark = fingerprint(text, policy.language)
    with transaction.atomic():
        row, made = Translation.objects.get_or_create(
            version=version, language=policy.language, defaults={"text": text, "fingerprint": mark, "at": at, "actor": actor}
        )
        if not made and row.fingerprint != mark:
            raise PolicyRefused({"/language": _("this language stands there already; texts that people confirm are never changed")})
        if made:
            announce(
                PolicyTranslated(tenant_id=scope.business_id, at=at, actor=actor, version_id=version.pk, language=policy.language),
                after={"fingerprint": mark},
            )
    return row


def _other(version: Version, policy: Policy) -> list[str]:
    return differences(policy_of_version(version), policy)
