"""Putting a policy in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.events import PolicyPublished
from regulars.policy.models import Draft, Version
from regulars.policy.rules.document import Policy, fingerprint
from regulars.policy.services.drafting import NoDraft, PolicyRefused, read_policy, save_draft
from regulars.staff.queries import certificate_kinds

BACK_MAX = timedelta(minutes=5)
AHEAD_MAX = timedelta(days=2 * 366)
REASON_MAX = 500


class CommentsOpen(Refusal):
    code = "comments_open"
    status = 409

    def __init__(self, days: int, until: datetime | None) -> None:
        sentence = ngettext(
            "The staff has %(days)s day to comment before a policy is published. An executive may override that with a reason, which all will see.",
            "The staff has %(days)s days to comment before a policy is published. An executive may override that with a reason, which all will see.",
            days,
        )
        super().__init__(sentence % {"days": days}, until=until.isoformat() if until else None)


def publish_policy(
    *,
    scope: Scope,
    grade: Literal["major", "minor"],
    effective_at: datetime | None,
    override_reason: str = "",
    text: str | None = None,
    at: datetime,
    actor: str,
) -> Version:
    """Make the open draft a version, with effect from an instant (None: at once). A major one is confirmed anew by everybody.

    `text` is saved as the draft first; when the publishing is refused, that is undone too.

    Raises NoDraft; CommentsOpen when the staff has not had its days of comment and no reason is given; PolicyRefused for a time that is past
    and for a certificate that the business does not know.
    """
    begins = effective_at or at
    if begins < at - BACK_MAX or begins > at + AHEAD_MAX:
        raise PolicyRefused({"effective_at": _("A policy begins now or later, within two years; what has happened was judged already.")})
    if len(override_reason) > REASON_MAX:
        raise PolicyRefused({"override_reason": _("A reason has 500 signs at most.")})
    with transaction.atomic():
        if text is not None:
            save_draft(scope=scope, text=text, revision=None, at=at, actor=actor)
        draft = Draft.objects.select_for_update().filter(business_id=scope.business_id, closed_at=None).first()
        if draft is None:
            raise NoDraft
        policy = read_policy(draft.text)
        _needs_kinds(scope, policy)
        ready = draft.laid_out_at + timedelta(days=policy.comment_days) if draft.laid_out_at else None
        if (ready is None or at < ready) and not override_reason.strip():
            raise CommentsOpen(policy.comment_days, ready)
        latest = Version.objects.filter(business_id=scope.business_id).order_by("-major", "-minor").first()
        if latest and begins < latest.effective_at:
            raise PolicyRefused({"effective_at": _("A later version may not begin before version %(number)s does.") % {"number": latest}})
        major, minor = _next_number(latest, grade)
        version = Version.objects.create(
            business_id=scope.business_id,
            major=major,
            minor=minor,
            language=policy.language,
            text=draft.text,
            fingerprint=fingerprint(draft.text, policy.language),
            effective_at=begins,
            published_at=at,
            actor=actor,
            commented_days=(at - draft.laid_out_at).days if draft.laid_out_at else 0,
            override_reason=override_reason.strip() if ready is None or at < ready else "",
        )
        draft.closed_at, draft.version = at, version
        draft.save(update_fields=["closed_at", "version"])
        announce(
            PolicyPublished(
                tenant_id=scope.business_id,
                at=at,
                actor=actor,
                version_id=version.pk,
                number=str(version),
                effective=begins.isoformat(),
                overridden=bool(version.override_reason),
            ),
            after={"fingerprint": version.fingerprint, "override": version.override_reason},
        )
    return version


def _needs_kinds(scope: Scope, policy: Policy) -> None:
    """A limit that hangs on a certificate which nobody can have would be no limit but a mistake."""
    known = {one.code for one in certificate_kinds(scope=scope)}
    faults = {
        f"/authority/{place}/certificate": _("no kind of certificate is called “%(code)s” here; name it under Certificates first")
        % {"code": one.certificate}
        for place, one in enumerate(policy.authority)
        if one.certificate and one.certificate not in known
    }
    if faults:
        raise PolicyRefused(faults)


def _next_number(latest: Version | None, grade: str) -> tuple[int, int]:
    if latest is None:
        return 1, 0
    return (latest.major + 1, 0) if grade == "major" else (latest.major, latest.minor + 1)


def withdraw_policy(*, business_id: int, actor: str) -> None:
    """Take away what somebody published who never was (the demo's people): only while nobody else has published or drafted after them."""
    others = Version.objects.filter(business_id=business_id).exclude(actor=actor).exists()
    if others or Draft.objects.filter(business_id=business_id).exclude(begun_by=actor).exists():
        return
    with transaction.atomic():
        Draft.objects.filter(business_id=business_id, begun_by=actor).delete()
        Version.objects.filter(business_id=business_id, actor=actor).delete()
