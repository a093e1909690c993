"""Merging cases, undoing it, splitting one message off, linking two. Merges are pointers: nothing is copied, nothing lost."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import cluster_of
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.models import Case, Entry, Link
from regulars.service.rules.happenings import What
from regulars.service.rules.words import own_words
from regulars.service.services.opening import NewCase, open_case
from regulars.service.services.receiving import surviving
from regulars.service.services.writing import CaseDone, CaseWriter, locked_case, writing


class MergeRefused(Refusal):
    code = "case_merge_refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, fields={"into": sentence})


def merge_cases(*, scope: Scope, public_id: str, into: str, at: datetime, actor: str) -> Case:
    """R7: a case goes on in another of the same customer; what is written to the first lands there. The clocks keep the earlier start.

    Returns the other case. Raises NotFound, MergeRefused, CaseDone.
    """
    with transaction.atomic():
        first, second = sorted((_number(scope, public_id), _number(scope, into)))
        if first == second:
            raise MergeRefused(_("A case can't be merged into itself."))
        rows = {
            one: locked_case(scope=scope, case_id=one) for one in (first, second)
        }  # in one order, so that two mergers can't lock each other
        source, target = rows[_number(scope, public_id)], rows[_number(scope, into)]
        if target.customer_id not in cluster_of(scope=scope, customer_id=source.customer_id):
            raise MergeRefused(_("Only cases of the same customer can be merged."))
        if target.status == "merged":
            raise MergeRefused(_("That case was merged itself. Choose the one it lives on in."))
        leaving, staying = (CaseWriter(one, at=at, actor=actor) for one in (source, target))
        if leaving.state.status.value == "merged":
            raise CaseDone("merged")
        state = leaving.state
        staying.add(
            What.ABSORBED,
            {
                "case": source.pk,
                "opened_at": (state.counts_from or source.opened_at).isoformat(),
                "unanswered_since": state.unanswered_since.isoformat() if state.unanswered_since else None,
            },
        )
        leaving.add(What.MERGED, {"into": target.pk})
        Link.objects.create(case=source, other=target, kind="merged", at=at, actor=actor)
        leaving.save()
        return staying.save()


def unmerge_case(*, scope: Scope, public_id: str, at: datetime, actor: str) -> Case:
    """R6: the case stands on its own again, as it was; the other one has its own start back. What arrived there since then stays there.

    Raises NotFound, MergeRefused.
    """
    with transaction.atomic():
        number = _number(scope, public_id)
        link = Link.objects.filter(case_id=number, kind="merged", undone_at__isnull=True).first()
        if link is None:
            raise MergeRefused(_("This case is not merged into another."))
        rows = {one: locked_case(scope=Scope(scope.business_id), case_id=one) for one in sorted((number, link.other_id))}
        if not Link.objects.filter(pk=link.pk, undone_at__isnull=True).update(undone_at=at):
            raise MergeRefused(_("This case is not merged into another."))
        leaving, home = (CaseWriter(rows[one], at=at, actor=actor) for one in (number, link.other_id))
        if home.state.status.value == "merged":
            raise MergeRefused(_("The case that took it in was merged itself. Undo that merging first."))
        leaving.add(What.UNMERGED, {"from": link.other_id})
        home.add(What.GAVE_BACK, {"case": number})
        home.save()
        return leaving.save()


def split_case(*, scope: Scope, public_id: str, entry: str, subject: str, at: datetime, actor: str) -> Case:
    """R8: a message is a matter of its own: a new case that starts at its receipt. Both show the link, nothing is acknowledged again.

    Raises NotFound, MergeRefused (it is the only message of the case).
    """
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        case = writer.case
        row = Entry.objects.filter(case=case, public_id=entry, kind="in").first() if parsed(entry) else None
        if row is None:
            raise NotFound(_("There is no such message in this case."))
        if Entry.objects.filter(case=case, kind="in").count() < 2:
            raise MergeRefused(_("It is the only message of this case; there is nothing to split off."))
        opened = open_case(
            scope=scope,
            customer_id=case.customer_id,
            new=NewCase(
                subject=subject.strip() or own_words(row.text)[:80] or case.subject,
                text=row.text or "–",
                channel=row.channel,
                nature=case.nature,
                topic=case.topic,
                branch_id=case.branch_id,
                happened_at=row.at,
                mail=row.mail,
                continues=case,
                is_logged=True,
                no_complaint=_("split from case #%(number)s") % {"number": case.pk},
            ),
            at=at,
            actor=actor,
            source="demo" if case.source == "demo" else "split",
            key=f"entry:{row.public_id}",
        ).case
        Entry.objects.filter(case=opened).delete()
        row.case, row.moved_from = opened, case
        row.save(update_fields=["case", "moved_from"])
        writer.add(What.SPLIT_OFF, {"case": opened.pk, "entry": entry})
        Link.objects.create(case=opened, other=case, kind="split", at=at, actor=actor)
    return opened


def link_cases(*, scope: Scope, public_id: str, other: str, at: datetime, actor: str) -> None:
    """Two cases belong together. Raises NotFound, MergeRefused."""
    with writing(scope=scope, public_id=public_id, at=at, actor=actor) as writer:
        number = _number(scope, other)
        if number == writer.case.pk:
            raise MergeRefused(_("A case can't be linked to itself."))
        try:
            with transaction.atomic():
                Link.objects.create(case=writer.case, other_id=number, kind="alike", at=at, actor=actor)
        except IntegrityError:
            return
        writer.add(What.LINKED, {"case": number})


def _number(scope: Scope, text: str) -> int:
    """A case by its public id or its number. Raises NotFound."""
    rows = Case.objects.filter(business_id=scope.business_id)
    text = text.strip().removeprefix("#")
    row = (
        rows.filter(public_id=text).first()
        if parsed(text)
        else rows.filter(pk=int(text)).first()
        if text.isdigit() and len(text) < 19
        else None
    )
    if row is None or not scope.sees_branch(row.branch_id):
        raise NotFound(_("There is no such case."))
    return row.pk


__all__ = ["MergeRefused", "link_cases", "merge_cases", "split_case", "surviving", "unmerge_case"]
