"""Reviewing what was done in cases, and contesting a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound, Refusal
from regulars.service.events import CaseReviewed
from regulars.service.models import Case, Review, Scorecard
from regulars.service.queries.reviewing import items_of, scorecard_in_force
from regulars.service.rules.scoring import ITEMS_MOST, Item, scored

WORDS_MAX = 2_000


class ReviewRefused(Refusal):
    code = "review_refused"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, fields={field: sentence})


def set_scorecard(*, scope: Scope, items: Sequence[Item], at: datetime, actor: str) -> Scorecard:
    """A new revision of the scorecard; reviews of older ones stay as they are. Raises ReviewRefused."""
    if not 0 < len(items) <= ITEMS_MOST or len({one.code for one in items}) != len(items):
        raise ReviewRefused("items", _("A scorecard has one to forty items, each once."))
    if any(not one.text.strip() or len(one.text) > 200 or not 0 < one.weight <= 10 for one in items):
        raise ReviewRefused("items", _("Each item asks something in up to 200 characters and weighs 1 to 10."))
    with transaction.atomic():
        newest = Scorecard.objects.select_for_update().filter(business_id=scope.business_id).order_by("-revision").first()
        return Scorecard.objects.create(
            business_id=scope.business_id,
            revision=newest.revision + 1 if newest else 1,
            items=[asdict(one) for one in items],
            made_at=at,
            made_by=actor,
        )


def review_case(
    *, scope: Scope, case: Case, reviewer_id: int, answers: Mapping[str, str], note: str, at: datetime, actor: str, instead: str = ""
) -> Review:
    """Review what the case's owner did, by the scorecard in force. `instead`: a contested review that this one replaces.

    Raises ReviewRefused (nobody has the case, one's own case, an item unanswered, reviewed before), NotFound.
    """
    if case.owner_id is None:
        raise ReviewRefused("answers", _("Nobody has this case, so there is nobody to review."))
    if case.owner_id == reviewer_id:
        raise ReviewRefused("answers", _("Nobody reviews themselves."))
    if len(note) > WORDS_MAX:
        raise ReviewRefused("note", _("Write up to 2,000 characters."))
    card = scorecard_in_force(scope=scope) or set_scorecard(scope=scope, items=items_of(None), at=at, actor=actor)
    try:
        score = scored(items_of(card), answers)
    except ValueError:
        raise ReviewRefused("answers", _("Answer each item: yes, no, or does not apply; at least one applies.")) from None
    try:
        with transaction.atomic():
            old = _review(scope, instead) if instead else None
            row = Review(
                case=case,
                employee_id=case.owner_id,
                reviewer_id=reviewer_id,
                scorecard=card,
                answers=dict(answers),
                note=note.strip(),
                points=score.points,
                potential=score.potential,
                failed=bool(score.failed),
                at=at,
            )
            if old is not None:
                row.pk = None
                Review.objects.filter(pk=old.pk, replaced_by__isnull=True).update(
                    replaced_by=old.pk
                )  # no longer stands, so that this one may
            row.save(force_insert=True)
            if old is not None:
                Review.objects.filter(pk=old.pk).update(replaced_by=row.pk)
            announce(CaseReviewed(tenant_id=scope.business_id, at=at, actor=actor, review_id=row.pk, employee_id=row.employee_id))
    except IntegrityError:
        raise ReviewRefused("answers", _("You have reviewed this case before.")) from None
    return row


def contest_review(*, scope: Scope, public_id: str, employee_id: int, words: str, at: datetime, actor: str) -> Review:
    """The reviewed person says why they see it otherwise, once. Raises NotFound (not theirs), ReviewRefused."""
    row = _review(scope, public_id)
    if row.employee_id != employee_id:
        raise NotFound(_("There is no such review."))
    if not 0 < len(words.strip()) <= WORDS_MAX:
        raise ReviewRefused("words", _("Say in up to 2,000 characters why you see it otherwise."))
    if not Review.objects.filter(pk=row.pk, contested_at__isnull=True).update(contested_at=at, contest=words.strip()):
        raise ReviewRefused("words", _("You have contested it before."))
    row.refresh_from_db()
    return row


def answer_contest(*, scope: Scope, public_id: str, words: str, at: datetime, actor: str) -> Review:
    """Answer a contest: the review stays, with the reason; who agrees writes another one instead. Raises NotFound, ReviewRefused."""
    row = _review(scope, public_id)
    if not 0 < len(words.strip()) <= WORDS_MAX:
        raise ReviewRefused("words", _("Answer in up to 2,000 characters."))
    open_ones = Review.objects.filter(pk=row.pk, contested_at__isnull=False, answered_at__isnull=True)
    if not open_ones.update(answered_at=at, answered_by=actor, answer=words.strip()):
        raise ReviewRefused("words", _("There is nothing to answer."))
    row.refresh_from_db()
    return row


def _review(scope: Scope, public_id: str) -> Review:
    uuid = parsed(public_id)
    row = Review.objects.select_related("case").filter(case__business_id=scope.business_id, public_id=uuid).first() if uuid else None
    if row is None or not scope.sees_branch(row.case.branch_id):
        raise NotFound(_("There is no such review."))
    return row
