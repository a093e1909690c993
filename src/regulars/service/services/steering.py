"""Steering a case: who has it, how urgent it is, what it waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.contacts.queries import TermKind, terms_of
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.models import Case, Handler, Queue
from regulars.service.rules.happenings import What
from regulars.service.services.freezing import freeze
from regulars.service.services.opening import PRIORITIES, CaseRefused, SoundsLikeComplaint
from regulars.service.services.writing import writing
from regulars.staff.queries import Employee

UNDONE = ("open", "waiting")


class OutOfSight(Refusal):
    """A case in the hands of somebody who may not see it would lie where nobody looks."""

    code = "out_of_sight"

    def __init__(self, name: str) -> None:
        sentence = _("%(name)s doesn't see the cases of this branch. Choose somebody who does.") % {"name": name}
        super().__init__(sentence, fields={"owner": sentence})


class SnoozeRefused(Refusal):
    code = "snooze_refused"

    def __init__(self) -> None:
        sentence = _("A case can sleep until a moment in the future, within a year.")
        super().__init__(sentence, fields={"until": sentence})


def assign_case(
    *,
    scope: Scope,
    public_id: str,
    at: datetime,
    actor: str,
    owner_id: int | str | None = "",
    queue: str = "",
    handover: str = "",
    version: int | None = None,
) -> Case:
    """Give a case to somebody (None: to nobody; "": as it is) or to another queue. `handover`: what the next one needs to know.

    Raises NotFound, CaseDone, CaseChangedMeanwhile, OutOfSight.
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor, version=version) as writer:
        writer.expect_status(*UNDONE, "resolved")
        body: dict[str, Any] = {}
        if not isinstance(owner_id, str):
            body["owner"] = _who_sees(writer.case, owner_id, scope, at) if owner_id is not None else None
        if queue:
            body["queue"] = queue_of(scope=scope, public_id=queue).pk
        if (body.get("owner", writer.state.owner_id), body.get("queue", writer.state.queue_id)) == (
            writer.state.owner_id,
            writer.state.queue_id,
        ):
            return writer.case
        writer.add(What.ASSIGNED, {**body, "why": handover.strip()[:500]})
    return writer.case


def classify_case(
    *,
    scope: Scope,
    public_id: str,
    at: datetime,
    actor: str,
    nature: str = "",
    topic: str | None = None,
    priority: str = "",
    why: str = "",
    version: int | None = None,
) -> Case:
    """Say what a case is and how urgent. Its promises run by the paragraph that holds from then on, from their old start.

    A complaint that becomes something else needs a reason. Raises NotFound, CaseRefused, SoundsLikeComplaint, CaseDone.
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor, version=version) as writer:
        writer.expect_status(*UNDONE)
        state = writer.state
        wanted = {
            "nature": nature or state.nature,
            "topic": state.topic if topic is None else topic,
            "priority": priority or state.priority,
        }
        _refuse_unknown(scope, wanted, state.nature, state.topic)
        changed = {name: value for name, value in wanted.items() if value != getattr(state, name)}
        if not changed:
            return writer.case
        if state.nature == "complaint" and "nature" in changed and not why.strip():
            raise SoundsLikeComplaint(_("complaint"))
        writer.add(What.CLASSIFIED, {**changed, "why": why.strip()[:500]})
        if changed.get("nature") == "complaint":
            freeze(case=writer.case, at=at, actor=actor)
    return writer.case


def wait_for_customer(*, scope: Scope, public_id: str, at: datetime, actor: str, version: int | None = None) -> Case:
    """The customer has the word: promises rest until they write, except promises of a date. Raises NotFound, CaseDone."""
    with writing(scope=scope, public_id=public_id, at=at, actor=actor, version=version) as writer:
        writer.expect_status("open")
        writer.add(What.WAITING_BEGAN)
    return writer.case


def go_on(*, scope: Scope, public_id: str, at: datetime, actor: str) -> Case:
    """We go on without waiting any longer. Raises NotFound, CaseDone."""
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        writer.expect_status("waiting")
        writer.add(What.WAITING_ENDED)
    return writer.case


def snooze_case(*, scope: Scope, public_id: str, until: datetime, at: datetime, actor: str) -> Case:
    """Out of the lists until an instant; its promises run on. A word of the customer wakes it. Raises NotFound, CaseDone, SnoozeRefused."""
    if not at < until or (until - at).days > 366:
        raise SnoozeRefused
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        writer.expect_status(*UNDONE)
        writer.add(What.SNOOZED, {"until": until.isoformat()})
    return writer.case


def wake_case(*, scope: Scope, public_id: str, at: datetime, actor: str) -> Case:
    """Back into the lists. Raises NotFound."""
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        if writer.state.snoozed_until is not None:
            writer.add(What.WOKEN)
    return writer.case


def name_handler(
    *, scope: Scope, customer_id: int, employee_id: int | None, deputy_id: int | None = None, at: datetime, actor: str
) -> Handler | None:
    """One person handles everything of this customer from now on (None: nobody in particular). Their open cases go to that person.

    Raises NotFound.
    """
    with transaction.atomic():
        Handler.objects.filter(customer_id=customer_id, until__isnull=True).update(until=at)
        if employee_id is None:
            return None
        row = Handler.objects.create(
            business_id=scope.business_id,
            customer_id=customer_id,
            employee=active_employee(scope=scope, employee_id=employee_id, at=at),
            deputy=active_employee(scope=scope, employee_id=deputy_id, at=at) if deputy_id is not None else None,
            since=at,
            actor=actor,
        )
        for public_id in Case.objects.filter(customer_id=customer_id, status__in=UNDONE).values_list("public_id", flat=True):
            assign_case(scope=scope, public_id=str(public_id), owner_id=employee_id, at=at, actor=actor)
    return row


def _who_sees(case: Case, employee_id: int, scope: Scope, at: datetime) -> int:
    """The person, if they may see the case's branch."""
    employee = active_employee(scope=scope, employee_id=employee_id, at=at)
    if case.branch_id is not None and not employee.every_branch and not employee.branches.filter(pk=case.branch_id).exists():
        raise OutOfSight(employee.name)
    return employee.pk


def active_employee(*, scope: Scope, employee_id: int, at: datetime) -> Employee:
    """Somebody who works here at this instant. Raises NotFound."""
    row = Employee.objects.filter(pk=employee_id, business_id=scope.business_id).first()
    if row is None or (row.left_at is not None and row.left_at <= at):
        raise NotFound(_("There is no such employee."))
    return row


def queue_of(*, scope: Scope, public_id: str) -> Queue:
    """A queue that takes cases. Raises NotFound."""
    uuid = parsed(public_id)
    row = Queue.objects.filter(business_id=scope.business_id, public_id=uuid, retired=False).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such queue."))
    return row


def _refuse_unknown(scope: Scope, wanted: dict[str, str], nature: str, topic: str) -> None:
    terms = terms_of(scope=scope)
    faults = {}
    if wanted["nature"] != nature and wanted["nature"] not in {one.code for one in terms.offered(TermKind.NATURE)}:
        faults["nature"] = _("Your business has no such nature of contact.")
    if wanted["topic"] not in ("", topic) and wanted["topic"] not in {one.code for one in terms.offered(TermKind.TOPIC)}:
        faults["topic"] = _("Your business has no such topic.")
    if wanted["priority"] not in PRIORITIES:
        faults["priority"] = _("A priority is low, normal, high or urgent.")
    if faults:
        raise CaseRefused(faults)
