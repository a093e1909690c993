"""Changing the gate's rules, with effect from an instant; what is reserved is weighed anew under them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.events import GateRulesChanged
from regulars.contacts.models import RuleVersion, Slot
from regulars.contacts.queries.gate import ask_of_slot, weigh
from regulars.contacts.queries.gate_rules import RulesShown, rules_known
from regulars.contacts.rules.gate_document import NotRules, rules_in, written_out
from regulars.contacts.services.deciding import tell_preempted
from regulars.customers.queries import cluster_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.jobs import enqueue
from regulars.groundwork.kernel.refusals import Refusal

BACK_MAX = timedelta(minutes=5)
AHEAD_MAX = timedelta(days=2 * 366)


class RulesRefused(Refusal):
    code = "gate_rules_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        places = "; ".join(f"{place}: {text}" for place, text in faults.items())
        super().__init__(_("These rules can't be obeyed. %(places)s") % {"places": places}, fields=faults)


def apply_gate_rules(*, scope: Scope, document: Any, effective_at: datetime | None, at: datetime, actor: str) -> RulesShown:
    """Make these rules the business's from `effective_at` on (None: at once). Sent messages stay sent; reservations are weighed anew then.

    Raises RulesRefused with every fault and its place.
    """
    try:
        rules = rules_in(document)
    except NotRules as fault:
        raise RulesRefused(fault.faults) from None
    begins = effective_at or at
    if begins < at - BACK_MAX or begins > at + AHEAD_MAX:
        raise RulesRefused({"effective_at": _("Rules begin now or later, within two years; what has happened was judged already.")})
    whole = written_out(rules)
    with transaction.atomic():
        row = RuleVersion.objects.create(business_id=scope.business_id, effective_at=begins, document=whole, made_at=at, actor=actor)
        announce(
            GateRulesChanged(tenant_id=scope.business_id, at=at, actor=actor, version=row.pk, effective_at=begins),
            after={"document": whole},
        )
        enqueue("contacts.reweigh", {"business": scope.business_id, "after": 0}, key=f"{row.pk}", due_at=begins)
    rules_known(business_id=scope.business_id)
    return RulesShown(row.pk, begins, at, actor, whole)


def reweigh_reservations(*, business_id: int, after: int, size: int, at: datetime, actor: str) -> tuple[int, int]:
    """Weigh the reservations of the next customers (those with a number over `after`) under the rules of now.

    The strongest keep their places first; what has no room any more gives way. Returns (how many gave way, last customer; 0 at the end).
    """
    waiting = Slot.objects.filter(business_id=business_id, state="reserved", pinned_at__isnull=True, held_until__gt=at)
    people = list(waiting.filter(customer_id__gt=after).order_by("customer_id").values_list("customer_id", flat=True).distinct()[:size])
    gave_way = sum(_reweigh(Scope(business_id), one, at=at, actor=actor) for one in people)
    return gave_way, people[-1] if len(people) == size else 0


def _reweigh(scope: Scope, customer_id: int, *, at: datetime, actor: str) -> int:
    cluster = cluster_of(scope=scope, customer_id=customer_id) or (customer_id,)
    rows = Slot.objects.filter(customer_id__in=cluster, state="reserved", pinned_at__isnull=True, held_until__gt=at)
    weakest_first = sorted(
        rows, key=lambda row: (-row.priority, -(row.expires_at.timestamp() if row.expires_at else float("inf")), row.value, -row.pk)
    )
    gave_way = 0
    for slot in weakest_first:
        ask = ask_of_slot(slot, at=max(slot.at, at))
        weighed = weigh(scope=scope, customer_id=slot.customer_id, ask=ask, at=at, without=slot.pk)
        if weighed.outcome.answer == "allow" and not weighed.outcome.preempted:
            continue
        with transaction.atomic():
            gone = Slot.objects.filter(pk=slot.pk, state="reserved", pinned_at__isnull=True).update(
                state="preempted", settled_at=at, settled_by=actor, settled_reason="rules_changed"
            )
            if gone:
                held = next(one for one in weighed.ledger.held if one.id == slot.pk)
                tell_preempted(scope=scope, held=held, why="rules_changed", at=at, actor=actor)
                gave_way += 1
    return gave_way
