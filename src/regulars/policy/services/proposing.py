"""What the staff proposes: made, supported, merged, answered in time, linked to what came of it (R32)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.events import ProposalChanged
from regulars.policy.models import Proposal, Support, Version

ANSWER_WITHIN = timedelta(days=14)
TITLE_MAX, TEXT_MAX = 120, 4_000
NOBODY = "system:anonymous"


class ProposalRefused(Refusal):
    code = "proposal_refused"


def make_proposal(*, scope: Scope, employee_id: int, anonymous: bool, title: str, text: str, at: datetime, actor: str) -> Proposal:
    """Propose something. Anonymously: then neither the row nor the fact knows who it was. Raises ProposalRefused."""
    title, text = title.strip(), text.strip()
    faults = {}
    if not title or len(title) > TITLE_MAX:
        faults["title"] = _("A title has 1 to 120 signs.")
    if not text or len(text) > TEXT_MAX:
        faults["text"] = _("A proposal has 1 to 4,000 signs.")
    if faults:
        raise ProposalRefused(" ".join(faults.values()), fields=faults)
    with transaction.atomic():
        row = Proposal.objects.create(
            business_id=scope.business_id,
            title=title,
            text=text,
            author_id=None if anonymous else employee_id,
            at=at,
            answer_due_at=at + ANSWER_WITHIN,
        )
        _tell(scope, row, "made", at, NOBODY if anonymous else actor)
    return row


def support_proposal(*, scope: Scope, public_id: str, employee_id: int, supports: bool, at: datetime) -> None:
    """Be for a proposal, or no longer. Raises NotFound."""
    row = _found(scope, public_id)
    if supports:
        Support.objects.get_or_create(proposal=row, employee_id=employee_id, defaults={"at": at})
    else:
        Support.objects.filter(proposal=row, employee_id=employee_id).delete()


def merge_proposals(*, scope: Scope, public_id: str, into: str, at: datetime, actor: str) -> Proposal:
    """Say that a proposal is the same as another: its votes count there, each person once; its author stays named.

    Raises NotFound; ProposalRefused for itself, for one that is merged already, and for a circle.
    """
    with transaction.atomic():
        both = sorted((_found(scope, public_id), _found(scope, into)), key=lambda one: one.pk)
        locked = {
            str(one.public_id): one for one in Proposal.objects.select_for_update().filter(pk__in=[one.pk for one in both]).order_by("pk")
        }
        loser, winner = locked[str(parsed(public_id))], locked[str(parsed(into))]
        if loser.pk == winner.pk:
            raise ProposalRefused(_("A proposal can't be merged with itself."))
        if loser.merged_into_id or winner.merged_into_id:
            raise ProposalRefused(_("One of the two is merged into another already."))
        Proposal.objects.filter(merged_into=loser).update(merged_into=winner)
        loser.merged_into = winner
        loser.save(update_fields=["merged_into"])
        _give_news(Proposal.objects.filter(pk=loser.pk), "merged", actor)
        _tell(scope, loser, "merged", at, actor)
    return winner


def answer_proposal(
    *, scope: Scope, public_id: str, verdict: Literal["accepted", "declined"], answer: str, at: datetime, actor: str
) -> Proposal:
    """Answer a proposal, once, with a reason. Raises NotFound, ProposalRefused."""
    answer = answer.strip()
    if not answer or len(answer) > TEXT_MAX:
        sentence = _("An answer gives its reason, in 1 to 4,000 signs.")
        raise ProposalRefused(sentence, fields={"answer": sentence})
    if verdict not in ("accepted", "declined"):
        raise ProposalRefused(_("A proposal is accepted or declined."))
    with transaction.atomic():
        row = _found(scope, public_id)
        open_ = Proposal.objects.filter(pk=row.pk, answered_at=None, merged_into=None)
        if not open_.update(verdict=verdict, answer=answer, answered_at=at, answered_by=actor):
            raise ProposalRefused(_("This proposal has its answer already."))
        _give_news(_with_merged(row), verdict, actor)
        _tell(scope, row, verdict, at, actor)
    row.refresh_from_db()
    return row


def link_proposal(*, scope: Scope, public_id: str, version: Version, at: datetime, actor: str) -> None:
    """Say which version of the policy came of an accepted proposal. Raises NotFound, ProposalRefused."""
    with transaction.atomic():
        row = _found(scope, public_id)
        if version.business_id != scope.business_id:
            raise NotFound(_("There is no such version of the policy."))
        if not Proposal.objects.filter(pk=row.pk, verdict="accepted").update(version=version):
            raise ProposalRefused(_("Only an accepted proposal has led to something."))
        _give_news(_with_merged(row), "linked", actor)
        _tell(scope, row, "linked", at, actor)


def note_news_of_proposals(*, scope: Scope, employee_id: int) -> None:
    """An author has seen what became of their proposals."""
    Proposal.objects.filter(business_id=scope.business_id, author_id=employee_id).exclude(news="").update(news="")


def _with_merged(row: Proposal) -> QuerySet[Proposal]:
    return Proposal.objects.filter(Q(pk=row.pk) | Q(merged_into=row))


def _give_news(rows: QuerySet[Proposal], what: str, actor: str) -> None:
    """T44: whoever proposed it hears what became of it; who did it themselves knows. Of an anonymous one nobody knows whom to tell."""
    kind, _colon, number = actor.partition(":")
    own = int(number) if kind == "employee" and number.isdigit() else 0
    rows.filter(author__isnull=False).exclude(author_id=own).update(news=what)


def _found(scope: Scope, public_id: str) -> Proposal:
    key = parsed(public_id)
    row = Proposal.objects.filter(business_id=scope.business_id, public_id=key).first() if key else None
    if row is None:
        raise NotFound(_("There is no such proposal."))
    return row


def _tell(scope: Scope, row: Proposal, act: str, at: datetime, actor: str) -> None:
    announce(ProposalChanged(tenant_id=scope.business_id, at=at, actor=actor, proposal_id=row.pk, act=act))
