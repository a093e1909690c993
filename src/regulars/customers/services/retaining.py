"""Retention: rules that a business switches on, shown before they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.business.queries import Scope
from regulars.customers.events import RetentionSet
from regulars.customers.models import OptInRequest, RetentionRule
from regulars.customers.queries.retaining import retention_due
from regulars.customers.rules.retention import BY_NAME
from regulars.customers.services.forgetting import ForgottenAlready, Held, forget_customer
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal

SHORTEST_DAYS, LONGEST_DAYS = 30, 36_500


class RuleRefused(Refusal):
    code = "retention_days_refused"

    def __init__(self) -> None:
        sentence = _("Say how many days: a whole number from %(least)s to %(most)s.") % {"least": SHORTEST_DAYS, "most": LONGEST_DAYS}
        super().__init__(sentence, fields={"days": sentence})


class OthersConcerned(Refusal):
    code = "others_concerned"
    status = 409

    def __init__(self, count: int) -> None:
        text = ngettext(
            "Meanwhile the rule would forget %(count)d person, not as many as you were shown. Look again.",
            "Meanwhile the rule would forget %(count)d people, not as many as you were shown. Look again.",
            count,
        )
        super().__init__(text % {"count": count}, count=count)


@dataclass(frozen=True)
class Retained:
    """What a run ended, by subject the number of people; how many a legal hold spared."""

    ended: dict[str, int]
    spared: int


def set_retention(
    *, scope: Scope, subject: str, days: int, enabled: bool, expected: int | None = None, at: datetime, actor: str
) -> RetentionRule:
    """Set how long a business keeps something, and whether the rule runs. Raises NotFound, RuleRefused, OthersConcerned.

    `expected`: how many people somebody was shown that the rule would end; when it would end another number now, nothing is set.
    """
    check_retention(subject=subject, days=days)
    if enabled and expected is not None:
        count = len(retention_due(scope=scope, at=at, proposed={subject: days}).ending[subject])
        if count != expected:
            raise OthersConcerned(count)
    with transaction.atomic():
        old = RetentionRule.objects.filter(business_id=scope.business_id, subject=subject).values("days", "enabled").first()
        row, _made = RetentionRule.objects.update_or_create(
            business_id=scope.business_id,
            subject=subject,
            defaults={"days": days, "enabled": enabled, "changed_by": actor, "changed_at": at},
        )
        fact = RetentionSet(tenant_id=scope.business_id, at=at, actor=actor, rule=subject, days=days, enabled=enabled)
        announce(fact, before=dict(old) if old else {}, after={"days": days, "enabled": enabled})
    return row


def check_retention(*, subject: str, days: int) -> None:
    """Refuse what no rule can be. Raises NotFound, RuleRefused."""
    if subject not in BY_NAME:
        raise NotFound(_("There is no retention rule “%(name)s”.") % {"name": subject[:40]})
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise RuleRefused


def keep_to_retention(*, scope: Scope, at: datetime, actor: str) -> Retained:
    """Forget everybody whom the rules end at `at`, each in a transaction of their own; a break loses nothing, the next run goes on."""
    due = retention_due(scope=scope, at=at)
    ended: dict[str, int] = {}
    for subject, rows in due.ending.items():
        for row in rows:
            try:
                forget_customer(scope=scope, customer_id=row.pk, reason="retention", at=at, actor=actor)
            except (Held, ForgottenAlready):
                continue  # somebody was faster
            ended[subject] = ended.get(subject, 0) + 1
    return Retained(ended, len(due.spared))


def drop_stale_opt_ins(*, at: datetime) -> int:
    """Requests go when their link has run out; what was confirmed stands among the consent events. Returns how many."""
    return OptInRequest.objects.filter(expires_at__lt=at).delete()[0]
