"""Writing the next version of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.refusals import Refusal
from regulars.policy.events import PolicyDraftDiscarded, PolicyDrafted
from regulars.policy.models import Draft
from regulars.policy.queries.versions import version_at
from regulars.policy.rules.document import NotAPolicy, Policy, policy_in
from regulars.policy.rules.editing import CantEdit, Place, edited


class PolicyRefused(Refusal):
    code = "policy_refused"

    def __init__(self, faults: dict[str, str]) -> None:
        places = "; ".join(f"{place}: {text}" for place, text in faults.items())
        super().__init__(_("This policy can't be obeyed. %(places)s") % {"places": places}, fields=faults)


class DraftMoved(Refusal):
    code = "draft_moved"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Somebody saved the draft meanwhile. Look at their text before you save yours."))


class NoDraft(Refusal):
    code = "no_draft"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("There is no open draft of the policy."))


def read_policy(text: str) -> Policy:
    """The policy of a text. Raises PolicyRefused with every fault and its place."""
    try:
        return policy_in(text)
    except NotAPolicy as fault:
        raise PolicyRefused(fault.faults) from None


def save_draft(*, scope: Scope, text: str, revision: int | None, at: datetime, actor: str) -> Draft:
    """Save the text of the open draft, or open one. `revision` is the one that was read (0: none was open; None: whatever it is now).

    Raises PolicyRefused when it can't be obeyed, DraftMoved when somebody saved another revision.
    """
    read_policy(text)
    with transaction.atomic():
        if revision is None:
            row = Draft.objects.select_for_update().filter(business_id=scope.business_id, closed_at=None).first()
            revision = row.revision if row else 0
        if revision == 0:
            draft = _opened(scope, text, at, actor)
        else:
            open_ = Draft.objects.filter(business_id=scope.business_id, closed_at=None, revision=revision)
            if not open_.update(text=text, revision=revision + 1, saved_at=at, saved_by=actor):
                raise DraftMoved
            draft = Draft.objects.get(business_id=scope.business_id, closed_at=None)
        announce(
            PolicyDrafted(tenant_id=scope.business_id, at=at, actor=actor, draft_id=draft.pk, revision=draft.revision), after={"text": text}
        )
    return draft


def change_amounts(*, scope: Scope, changes: Mapping[Place, str], revision: int, at: datetime, actor: str) -> Draft:
    """Change single targets and limits of the open draft, or of what is in force when none is open (`revision` 0); the rest of the text
    stays as it was written. Raises NoDraft when there is nothing to change, DraftMoved, PolicyRefused.
    """
    draft = Draft.objects.filter(business_id=scope.business_id, closed_at=None).first()
    if (draft.revision if draft else 0) != revision:
        raise DraftMoved
    version = None if draft else version_at(scope=scope, at=at)
    if draft is None and version is None:
        raise NoDraft
    text = draft.text if draft else version.text if version else ""
    try:
        return save_draft(scope=scope, text=edited(text, changes), revision=revision, at=at, actor=actor)
    except CantEdit:
        raise PolicyRefused(
            {"/": _("this text is laid out so that single values can't be changed for you; change it where it is written")}
        ) from None


def _opened(scope: Scope, text: str, at: datetime, actor: str) -> Draft:
    try:
        with transaction.atomic():
            return Draft.objects.create(business_id=scope.business_id, text=text, begun_at=at, begun_by=actor, saved_at=at, saved_by=actor)
    except IntegrityError:  # One is open: the database lets no second in.
        raise DraftMoved from None


def lay_out_draft(*, scope: Scope, at: datetime, actor: str) -> Draft:
    """Lay the open draft before the staff: from now on its days of comment count. A second time changes nothing. Raises NoDraft."""
    with transaction.atomic():
        rows = Draft.objects.filter(business_id=scope.business_id, closed_at=None)
        if rows.filter(laid_out_at=None).update(laid_out_at=at):
            draft = rows.get()
            announce(
                PolicyDrafted(tenant_id=scope.business_id, at=at, actor=actor, draft_id=draft.pk, revision=draft.revision, laid_out=True)
            )
        found = rows.first()
    if found is None:
        raise NoDraft
    return found


def discard_draft(*, scope: Scope, at: datetime, actor: str) -> None:
    """Give the open draft up; what was said about it stays readable. Raises NoDraft."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(business_id=scope.business_id, closed_at=None).first()
        if draft is None:
            raise NoDraft
        draft.closed_at = at
        draft.save(update_fields=["closed_at"])
        announce(PolicyDraftDiscarded(tenant_id=scope.business_id, at=at, actor=actor, draft_id=draft.pk))
