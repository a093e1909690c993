"""The staff's say: comments and votes on a draft, by paragraph."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.policy.events import PolicyCommented
from regulars.policy.models import Comment, Draft, Vote
from regulars.policy.rules.document import policy_in
from regulars.policy.services.drafting import NoDraft

TEXT_MAX = 2_000


class CommentRefused(Refusal):
    code = "comment_refused"


def comment_on_draft(*, scope: Scope, employee_id: int, paragraph: str, text: str, at: datetime, actor: str) -> Comment:
    """Say something about a paragraph of the open draft (empty: about the whole). Raises NoDraft, NotFound, CommentRefused."""
    text = _words(text)
    with transaction.atomic():
        draft = _open_draft(scope)
        if paragraph:
            _needs_paragraph(draft, paragraph)
        row = Comment.objects.create(draft=draft, paragraph=paragraph, employee_id=employee_id, text=text, at=at)
        announce(PolicyCommented(tenant_id=scope.business_id, at=at, actor=actor, draft_id=draft.pk, paragraph=paragraph, act="comment"))
    return row


def answer_comment(*, scope: Scope, public_id: str, text: str, at: datetime, actor: str) -> Comment:
    """Answer a comment, once. Raises NotFound, CommentRefused."""
    text, key = _words(text), parsed(public_id)
    with transaction.atomic():
        row = Comment.objects.filter(public_id=key, draft__business_id=scope.business_id).first() if key else None
        if row is None:
            raise NotFound(_("There is no such comment."))
        # By the row's own number: an update over a join looks the condition up before it waits for whoever holds the row.
        if not Comment.objects.filter(pk=row.pk, answered_at=None).update(answer=text, answered_at=at, answered_by=actor):
            raise CommentRefused(_("This comment has its answer already."))
        row.refresh_from_db()
        announce(
            PolicyCommented(tenant_id=scope.business_id, at=at, actor=actor, draft_id=row.draft_id, paragraph=row.paragraph, act="answer")
        )
    return row


def vote_on_paragraph(*, scope: Scope, employee_id: int, paragraph: str, agrees: bool | None, at: datetime, actor: str) -> None:
    """Vote for or against a paragraph of the open draft; None takes the vote back. Raises NoDraft, NotFound."""
    with transaction.atomic():
        draft = _open_draft(scope)
        _needs_paragraph(draft, paragraph)
        if agrees is None:
            Vote.objects.filter(draft=draft, paragraph=paragraph, employee_id=employee_id).delete()
        else:
            Vote.objects.update_or_create(draft=draft, paragraph=paragraph, employee_id=employee_id, defaults={"agrees": agrees, "at": at})
        announce(PolicyCommented(tenant_id=scope.business_id, at=at, actor=actor, draft_id=draft.pk, paragraph=paragraph, act="vote"))


def _open_draft(scope: Scope) -> Draft:
    draft = Draft.objects.select_for_update().filter(business_id=scope.business_id, closed_at=None).first()
    if draft is None:
        raise NoDraft
    return draft


def _needs_paragraph(draft: Draft, paragraph: str) -> None:
    if all(one.paragraph != paragraph for one in policy_in(draft.text).paragraphs):
        raise NotFound(_("The draft has no paragraph %(paragraph)s.") % {"paragraph": paragraph[:20]})


def _words(text: str) -> str:
    text = text.strip()
    if not text:
        raise CommentRefused(_("Say something."), fields={"text": _("Say something.")})
    if len(text) > TEXT_MAX:
        raise CommentRefused(_("A comment has 2,000 signs at most."), fields={"text": _("A comment has 2,000 signs at most.")})
    return text
