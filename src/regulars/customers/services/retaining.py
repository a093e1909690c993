"""Retention: rules that a business switches on, shown before they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.models import OptInRequest, RetentionRule
from regulars.customers.queries.retaining import retention_due
from regulars.customers.rules.retention import BY_NAME
from regulars.customers.services.forgetting import ForgottenAlready, Held, forget_customer
from regulars.groundwork.kernel.refusals import NotFound, Refusal

SHORTEST_DAYS, LONGEST_DAYS = 30, 36_500


class RuleRefused(Refusal):
    code = "retention_days_refused"

    def __init__(self) -> None:
        sentence = _("Say how many days: a whole number from %(least)s to %(most)s.") % {"least": SHORTEST_DAYS, "most": LONGEST_DAYS}
        super().__init__(sentence, fields={"days": sentence})


@dataclass(frozen=True)
class Retained:
    """What a run ended, by subject the number of people; how many a legal hold spared."""

    ended: dict[str, int]
    spared: int


def set_retention(*, scope: Scope, subject: str, days: int, enabled: bool, at: datetime, actor: str) -> RetentionRule:
    """Set how long a business keeps something, and whether the rule runs. Raises NotFound, RuleRefused."""
    if subject not in BY_NAME:
        raise NotFound(_("There is no retention rule “%(name)s”.") % {"name": subject[:40]})
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise RuleRefused
    row, _made = RetentionRule.objects.update_or_create(
        business_id=scope.business_id,
        subject=subject,
        defaults={"days": days, "enabled": enabled, "changed_by": actor, "changed_at": at},
    )
    return row


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
