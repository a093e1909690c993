"""Resolving a case, opening it again, closing it when the grace is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.contacts.queries import TermKind, terms_of
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.queries import RANK
from regulars.service.events import CaseReopened, CaseResolved
from regulars.service.models import Aftercare, Case, Notice
from regulars.service.rules.happenings import What
from regulars.service.services.freezing import freeze, lift
from regulars.service.services.writing import CaseWriter, locked_case, writing
from regulars.staff.queries import Employee

DEFAULT_GRACE = timedelta(days=14)
ASK_AFTER = timedelta(days=1)
FOLLOW_UP_AFTER = timedelta(days=14)
CLOSED_AT_ONCE = 200


class ResolutionRefused(Refusal):
    code = "resolution_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(faults.values())), fields=faults)


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """How it was settled. A complaint needs its cause (a topic of the business) and what was done about it (B8)."""

    cause: str = ""
    action: str = ""
    told: bool = False


def resolve_case(
    *, scope: Scope, public_id: str, resolution: Resolution, at: datetime, actor: str, version: int | None = None, key: str = ""
) -> Case:
    """The matter is settled, as far as we know. Within the grace the customer's answer opens it again; of complaints they are asked.

    Raises NotFound, CaseDone, CaseChangedMeanwhile, ResolutionRefused.
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        if key and f"resolution:{key}" in writer.known:
            return writer.case
        writer.expect(version)
        writer.expect_status("open", "waiting")
        _refuse_faults(scope, writer.case, resolution)
        case = writer.case
        case.cause, case.action = resolution.cause, resolution.action.strip()
        case.save(update_fields=["cause", "action"])
        writer.add(
            What.RESOLVED,
            {"cause": resolution.cause, "action": resolution.action.strip(), "told": resolution.told},
            key=f"resolution:{key}" if key else "",
        )
        _plan_aftercare(writer)
        lift(case=case, at=at, actor=actor)
        Notice.objects.filter(case=case, seen_at__isnull=True).update(seen_at=at)
        announce(
            CaseResolved(
                tenant_id=case.business_id,
                at=at,
                actor=actor,
                customer_id=case.customer_id,
                case_id=case.pk,
                nature=case.nature,
                headline=gettext_noop("Case #%(number)s resolved: %(subject)s"),
                headline_values={"number": case.pk, "subject": case.subject[:120]},
            )
        )
    return writer.case


def reopen_case(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> Case:
    """It is not settled after all. Raises NotFound, CaseDone, ResolutionRefused (no reason)."""
    if not why.strip():
        raise ResolutionRefused({"why": _("Say why it is open again.")})
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        writer.expect_status("resolved", "closed")
        reopen(writer, What.REOPENED, why=why.strip()[:500])
    return writer.case


def reject_answer(*, scope: Scope, public_id: str, why: str, at: datetime, actor: str) -> Case:
    """K5: the customer does not accept the answer. The case is not closed; the next level has it, with a deadline of its own.

    Raises NotFound, CaseDone.
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        writer.expect_status("resolved", "open", "waiting")
        reopen(writer, What.REJECTED, why=why.strip()[:500])
        _raise_a_level(scope, writer)
    return writer.case


def reopen(writer: CaseWriter, what: What, *, why: str = "", from_customer: bool = False, at: datetime | None = None) -> None:
    """Open the case again and cancel what was to come after its resolution."""
    writer.add(what, {"why": why, "from_customer": from_customer}, at=at)
    case = writer.case
    if case.nature == "complaint":
        freeze(case=case, at=writer.at, actor=writer.actor)
    Aftercare.objects.filter(case=case, state="waiting").update(state="cancelled", why="reopened", settled_at=writer.at)
    announce(
        CaseReopened(
            tenant_id=case.business_id,
            at=at or writer.at,
            actor=writer.actor,
            customer_id=case.customer_id,
            case_id=case.pk,
            rejected=what is What.REJECTED,
            headline=gettext_noop("Case #%(number)s is open again: %(subject)s"),
            headline_values={"number": case.pk, "subject": case.subject[:120]},
        )
    )


def close_settled(*, at: datetime, actor: str = "system:service") -> int:
    """Close what was resolved and whose grace is over. Returns how many."""
    done = 0
    rows = Case.objects.filter(status="resolved", resolved_at__lt=at).order_by("resolved_at")
    for case in list(rows.select_related("policy")[: CLOSED_AT_ONCE * 50]):
        if case.resolved_at is None or case.resolved_at + grace_of(case) > at:
            continue
        with transaction.atomic():
            try:
                row = locked_case(scope=Scope(case.business_id), case_id=case.pk)
            except NotFound:
                continue
            writer = CaseWriter(row, at=at, actor=actor)
            if writer.state.status.value != "resolved" or writer.state.resolved_at is None or writer.state.resolved_at + grace_of(row) > at:
                continue
            writer.add(What.CLOSED)
            writer.save()
            done += 1
        if done >= CLOSED_AT_ONCE:
            break
    return done


def grace_of(case: Case) -> timedelta:
    """How long an answer opens the case again: by the policy that holds for it."""
    if case.policy is None:
        return DEFAULT_GRACE
    from regulars.policy.queries import policy_of_version

    return timedelta(days=policy_of_version(case.policy).reopen_days)


def _plan_aftercare(writer: CaseWriter) -> None:
    """Of a complaint the customer is asked whether it is settled; anybody gets one careful follow-up, unless they turn to us before."""
    case, state = writer.case, writer.state
    round_ = state.reopened + state.rejected + 1
    kinds = [("follow-up", FOLLOW_UP_AFTER)]
    if case.nature == "complaint":
        kinds.insert(0, ("question", ASK_AFTER))
    Aftercare.objects.bulk_create(
        [
            Aftercare(
                business_id=case.business_id, case=case, customer_id=case.customer_id, kind=kind, round=round_, due_at=writer.at + after
            )
            for kind, after in kinds
        ],
        ignore_conflicts=True,
    )


def _raise_a_level(scope: Scope, writer: CaseWriter) -> None:
    """To somebody of the next higher role than its owner's, who is there; to nobody's desk in the same queue when there is none."""
    owner = Employee.objects.filter(pk=writer.state.owner_id).first() if writer.state.owner_id else None
    rank = RANK.index(owner.role) if owner is not None and owner.role in RANK else RANK.index("agent")
    for role in RANK[rank + 1 :]:
        found = Employee.objects.filter(business_id=scope.business_id, role=role, left_at__isnull=True).order_by("pk").first()
        if found is not None:
            writer.add(What.ASSIGNED, {"owner": found.pk})
            return


def _refuse_faults(scope: Scope, case: Case, resolution: Resolution) -> None:
    faults = {}
    if case.nature == "complaint":
        if not resolution.cause:
            faults["cause"] = _("A complaint is resolved when its cause is known. Choose it.")
        if not resolution.action.strip():
            faults["action"] = _("Say what was done about it.")
    if resolution.cause and resolution.cause not in {one.code for one in terms_of(scope=scope).offered(TermKind.TOPIC)}:
        faults["cause"] = _("Your business has no such topic.")
    if len(resolution.action) > 500:
        faults["action"] = _("Say in up to 500 characters what was done.")
    if faults:
        raise ResolutionRefused(faults)
