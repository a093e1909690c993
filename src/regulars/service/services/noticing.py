"""Telling people of the staff: alarms before and after a promise breaks, stand-ins of those who are away. Each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope, business_of, zone_of
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.groundwork.kernel.facts import announce
from regulars.policy.queries import policy_of_version
from regulars.service.events import PromiseBroken
from regulars.service.models import Case, ClockRow, Handler, Notice
from regulars.service.rules.clocks import Metric, lapses
from regulars.service.rules.happenings import What
from regulars.service.rules.silences import silence_at
from regulars.service.rules.states import timings_of
from regulars.service.services.writing import CaseWriter, locked_case
from regulars.staff.queries import Employee, leaves_of

ACTOR = "system:service"
LOOKED_AT_ONCE = 500
LEADS = ("supervisor", "manager", "executive")  # who hears of a silence: the first of these that anybody holds


def look_at_clocks(*, at: datetime, limit: int = LOOKED_AT_ONCE) -> int:
    """Ring the alarms that are due and mark the promises that broke, each once whatever runs beside. Returns how many cases were seen."""
    rows = ClockRow.objects.filter(next_look_at__lte=at).order_by("next_look_at", "pk")
    seen: dict[int, int] = {}
    for case_id, business_id in rows.values_list("case_id", "business_id")[:limit]:
        seen.setdefault(case_id, business_id)
    for case_id, business_id in seen.items():
        with transaction.atomic():
            case = locked_case(scope=Scope(business_id), case_id=case_id)
            _look(CaseWriter(case, at=at, actor=ACTOR))
    return len(seen)


def _look(writer: CaseWriter) -> None:
    at, case = writer.at, writer.case
    for clock in list(writer.state.clocks):
        while clock.open:
            timing = timings_of(writer.state, writer.laws)[clock.key]
            if timing.alarm is None or timing.alarm_at is None or timing.alarm_at > at:
                break
            writer.add(
                What.ALARMED,
                {"clock": clock.key, "step": timing.alarm.at, "to": timing.alarm.to},
                key=f"alarm:{clock.key}:{timing.alarm.at}",
            )
            _notify(case, holders_of(case=case, role=timing.alarm.to, at=at), kind="alarm", clock=clock.key, step=timing.alarm.at, at=at)
        due = timings_of(writer.state, writer.laws)[clock.key].due_at
        if clock.open and clock.key not in writer.state.breached and due is not None and due < at:
            writer.add(What.BREACHED, {"clock": clock.key}, at=due, key=f"breach:{clock.key}:{due.isoformat()}")
            if not lapses(clock):
                _tell(writer, clock.key, at)
            if clock.metric is Metric.OWN and clock.staff_id is not None:
                _notify(case, [clock.staff_id], kind="broken", clock=clock.key, step="", at=at)
    _warn_of_silence(writer)
    writer.save()


def _warn_of_silence(writer: CaseWriter) -> None:
    """K3: a working day without a step of ours in a case that was not settled at first contact: whoever has it (and who stands in for them)
    and those who supervise hear of it, once for each silence."""
    at, case = writer.at, writer.case
    silent, since = silence_at(writer.state, writer.laws), writer.state.step_at
    if silent is None or silent > at or since is None:
        return
    name = f"silence:{since.isoformat()}"
    if writer.add(What.FELL_SILENT, {"since": since.isoformat()}, key=name):
        owners = [case.owner_id] if case.owner_id is not None else []
        leads = next((found for role in LEADS if (found := holders_of(case=case, role=role, at=at))), [])
        people = dict.fromkeys([*owners, *stand_ins_for(case=case, at=at), *leads])
        _notify(case, people, kind="silence", clock=name, step="", at=at)


def _tell(writer: CaseWriter, key: str, at: datetime) -> None:
    case = writer.case
    announce(
        PromiseBroken(
            tenant_id=case.business_id,
            at=at,
            actor=ACTOR,
            customer_id=case.customer_id,
            case_id=case.pk,
            clock=key,
            headline=gettext_noop("A promise of case #%(number)s was not kept in time: %(subject)s"),
            headline_values={"number": case.pk, "subject": case.subject[:120]},
        )
    )


def holders_of(*, case: Case, role: str, at: datetime) -> list[int]:
    """Who holds a role for this case and is there today: of its branch or of all branches. When all are away, all of them."""
    rows = Employee.objects.filter(business_id=case.business_id, role=role, left_at__isnull=True)
    if case.branch_id is not None:
        rows = rows.filter(every_branch=True) | rows.filter(branches=case.branch_id)
    found = sorted(set(rows.values_list("pk", flat=True)))
    away = away_at(business_id=case.business_id, at=at)
    return [one for one in found if one not in away] or found


def away_at(*, business_id: int, at: datetime) -> set[int]:
    """Who is on leave on this day in the zone of the business."""
    scope = Scope(business_id)
    today = at.astimezone(zone_of(business=business_of(scope=scope))).date()
    return {leave.employee_id for leave in leaves_of(scope=scope) if leave.from_on <= today <= leave.until_on}


def stand_ins_for(*, case: Case, at: datetime) -> list[int]:
    """S16: who stands in for the case's owner while they are away: the deputy, somebody of the same branch, or the supervisors, as the policy
    says; nobody when the owner is there."""
    if case.owner_id is None:
        return []
    away = away_at(business_id=case.business_id, at=at)
    if case.owner_id not in away:
        return []
    handler = Handler.objects.filter(customer_id=case.customer_id, until__isnull=True).first()
    if handler is not None and handler.deputy_id is not None and handler.deputy_id not in away:
        return [handler.deputy_id]
    rule = _stand_in_rule(case)
    if rule == "same-branch":
        near = [
            one
            for role in ("agent", "cashier")
            for one in holders_of(case=case, role=role, at=at)
            if one not in away and one != case.owner_id
        ]
        if near:
            return near
    return [one for one in holders_of(case=case, role="supervisor", at=at) if one not in away] or holders_of(
        case=case, role="manager", at=at
    )


def notice_stand_ins(*, case: Case, at: datetime) -> None:
    """Tell the stand-ins of an absent owner that a customer wrote; the owner stays the owner, the deadline stays."""
    today = at.date().isoformat()
    _notify(case, stand_ins_for(case=case, at=at), kind="stand-in", clock="", step=today, at=at)


def _stand_in_rule(case: Case) -> str:
    if case.policy is None:
        return "supervisor"
    rules = policy_of_version(case.policy).named_persons
    return rules[0].stand_in if rules else "supervisor"


def _notify(case: Case, people: Iterable[int], *, kind: str, clock: str, step: str, at: datetime) -> None:
    Notice.objects.bulk_create(
        [Notice(business_id=case.business_id, case=case, employee_id=one, kind=kind, clock=clock, step=step, at=at) for one in people],
        ignore_conflicts=True,
    )


def see_notices(*, scope: Scope, employee_id: int, case_id: int | None, at: datetime) -> int:
    """Somebody has seen their notices (of one case, or all). Returns how many."""
    rows = Notice.objects.filter(business_id=scope.business_id, employee_id=employee_id, seen_at__isnull=True)
    if case_id is None:
        return rows.update(seen_at=at)
    # Asked for each time a case is opened, where there is hardly ever anything to see.
    unseen = "SELECT t.id FROM service_notice t WHERE t.business_id = %s AND t.employee_id = %s AND t.case_id = %s AND t.seen_at IS NULL"
    numbers = [number for (number,) in fetch_prepared(unseen, scope.business_id, employee_id, case_id)]
    return rows.filter(pk__in=numbers).update(seen_at=at) if numbers else 0


def notice_owner(*, case: Case, kind: str, clock: str, at: datetime) -> None:
    """Tell whoever has the case."""
    if case.owner_id is not None:
        _notify(case, [case.owner_id], kind=kind, clock=clock, step="", at=at)


def notice_person(*, case: Case, employee_id: int, kind: str, clock: str, at: datetime) -> None:
    """Tell one person, once for its `clock`."""
    _notify(case, [employee_id], kind=kind, clock=clock, step="", at=at)
