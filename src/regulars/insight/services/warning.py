"""Looking for relationships that are heading for a conflict; dismissing a warning with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.queries import moods_falling, often_on_a_topic
from regulars.customers.queries import customers_with_trait
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.insight.events import WarningDismissed, WarningsLookedFor
from regulars.insight.models import EarlyWarning
from regulars.insight.rules.warning_points import THRESHOLD, Complaint, Evidence, second_similar, weighed
from regulars.service.queries import CaseSign, case_signs

OPEN_BILL = "open_bill"
QUIET_AFTER_DISMISSAL = timedelta(days=90)


class DismissalRefused(Refusal):
    code = "dismissal_refused"

    def __init__(self) -> None:
        sentence = _("Say in up to 300 characters why there is nothing to worry about.")
        super().__init__(sentence, fields={"why": sentence})


def look_for_warnings(*, business_id: int, at: datetime, customer_ids: Collection[int] | None = None, actor: str = "system:insight") -> int:
    """Weigh the signs of all customers (or of some) and raise, renew or end warnings. Returns how many are new.

    What somebody dismissed stays dismissed for 90 days unless something new has happened.
    """
    scope = Scope(business_id)
    found = {customer: weighed(evidence) for customer, evidence in _evidence(scope, at, customer_ids).items()}
    due = {customer: one for customer, one in found.items() if one[0] >= THRESHOLD}
    with transaction.atomic():
        rows = EarlyWarning.objects.select_for_update().filter(business_id=business_id, state="open")
        standing = {row.customer_id: row for row in (rows if customer_ids is None else rows.filter(customer_id__in=list(customer_ids)))}
        for customer, row in standing.items():
            if customer not in due:
                row.state, row.ended_at, row.ended_by = "ended", at, actor
            else:
                row.points, row.evidence = due[customer][0], [_kept(one) for one in due[customer][1]]
            row.looked_at = at
        EarlyWarning.objects.bulk_update(
            standing.values(), ["state", "ended_at", "ended_by", "points", "evidence", "looked_at"], batch_size=500
        )
        calm = _dismissed(business_id, set(due) - set(standing), at)
        new = [
            EarlyWarning(
                business_id=business_id,
                customer_id=customer,
                raised_at=at,
                looked_at=at,
                points=points,
                evidence=[_kept(one) for one in evidence],
            )
            for customer, (points, evidence) in sorted(due.items())
            if customer not in standing and not {one.key for one in evidence} <= calm.get(customer, set())
        ]
        EarlyWarning.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
        if new:
            announce(WarningsLookedFor(tenant_id=business_id, at=at, actor=actor, raised=len(new)))
    return len(new)


def dismiss_warning(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> EarlyWarning:
    """There is nothing to worry about, because. Raises NotFound, DismissalRefused."""
    if not 0 < len(why.strip()) <= 300:
        raise DismissalRefused
    uuid = parsed(public_id)
    with transaction.atomic():
        row = (
            EarlyWarning.objects.select_related("customer").filter(business_id=scope.business_id, public_id=uuid).first() if uuid else None
        )
        if row is None or not scope.sees_branch(row.customer.home_branch_id):
            raise NotFound(_("There is no such warning."))
        changed = EarlyWarning.objects.filter(pk=row.pk, state="open").update(
            state="dismissed", ended_at=at, ended_by=actor, why=why.strip()
        )
        if changed:
            announce(WarningDismissed(tenant_id=scope.business_id, at=at, actor=actor, warning_id=row.pk), after={"why": why.strip()})
    return row


def _evidence(scope: Scope, at: datetime, customer_ids: Collection[int] | None) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = {}
    complaints: dict[int, list[CaseSign]] = {}
    for one in case_signs(scope=scope, at=at, customer_ids=customer_ids):
        if one.kind == "complaint":
            complaints.setdefault(one.customer_id, []).append(one)
        else:
            found.setdefault(one.customer_id, []).append(Evidence(one.kind, one.at, (one.case_public,)))
    bills = customers_with_trait(scope=scope, name=OPEN_BILL, value="yes", customer_ids=list(complaints))
    for customer, rows in complaints.items():
        seen = [Complaint(one.case_public, one.topic, one.at, one.is_open) for one in rows]
        found.setdefault(customer, []).extend(second_similar(seen, at))
        still = [one for one in rows if one.is_open]
        if customer in bills and still:
            found[customer].append(Evidence("bill", still[-1].at, (still[-1].case_public,)))
    for customer, topic, count, last in often_on_a_topic(scope=scope, at=at, customer_ids=customer_ids):
        found.setdefault(customer, []).append(Evidence("often", last, (), topic, count))
    for customer, _before, now, when in moods_falling(scope=scope, at=at, customer_ids=customer_ids):
        found.setdefault(customer, []).append(Evidence("mood", when, (), "", now))
    return found


def _dismissed(business_id: int, customers: set[int], at: datetime) -> dict[int, set[str]]:
    """What was waved through lately: customer → keys of its evidence."""
    rows = EarlyWarning.objects.filter(
        business_id=business_id, customer_id__in=customers, state="dismissed", ended_at__gt=at - QUIET_AFTER_DISMISSAL
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.customer_id, set()).update(one["key"] for one in row.evidence)
    return found


def _kept(one: Evidence) -> dict[str, Any]:
    return {
        "code": one.code,
        "at": one.at.isoformat(),
        "cases": list(one.cases),
        "topic": one.topic,
        "count": one.count,
        "points": one.points,
        "key": one.key,
    }
