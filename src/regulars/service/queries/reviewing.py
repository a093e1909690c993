"""Scorecards, samples to review, reviews of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.groundwork.kernel.ids import parsed
from regulars.groundwork.kernel.refusals import NotFound
from regulars.service.models import Case, Review, Scorecard
from regulars.service.queries.listing import seen
from regulars.service.rules.scoring import DEFAULT, Item, Score, drawn, scored

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class ReviewShown:
    """A review with its items, what was answered, and what it comes to."""

    row: Review
    items: list[tuple[Item, str]]
    score: Score


def scorecard_in_force(*, scope: Scope) -> Scorecard | None:
    """The newest revision; None: nobody wrote one, the first to review uses the one to start from."""
    return Scorecard.objects.filter(business_id=scope.business_id).order_by("-revision").first()


def items_of(card: Scorecard | None) -> list[Item]:
    """The items of a revision, or those to start from."""
    return [Item(**one) for one in card.items] if card else [Item(one.code, _(one.text), one.weight, one.critical) for one in DEFAULT]


def sample_to_review(*, scope: Scope, seed: str, size: int, at: datetime, reviewer_id: int) -> list[Case]:
    """A random sample of the cases resolved within 30 days that somebody else had and nobody has reviewed; the same seed draws the same."""
    rows = seen(scope).filter(resolved_at__gt=at - LATELY, resolved_at__lte=at, owner__isnull=False).exclude(owner_id=reviewer_id)
    rows = rows.filter(~Exists(Review.objects.filter(case=OuterRef("pk"))))
    chosen = drawn(rows.values_list("pk", flat=True), seed=seed, size=size)
    found = {row.pk: row for row in rows.filter(pk__in=chosen).select_related("customer", "owner")}
    return [found[one] for one in chosen]


def reviews_of(*, scope: Scope, employee_id: int | None = None, contested: bool = False) -> list[Review]:
    """Reviews that stand, newest first: of one person, or of all; only those that wait for an answer to a contest."""
    rows = Review.objects.filter(case__business_id=scope.business_id, replaced_by__isnull=True).select_related(
        "case", "employee", "reviewer"
    )
    if scope.branch_ids is not None and employee_id is None:
        rows = rows.filter(case__in=seen(scope))
    if employee_id is not None:
        rows = rows.filter(employee_id=employee_id)
    if contested:
        rows = rows.filter(contested_at__isnull=False, answered_at__isnull=True)
    return list(rows.order_by("-at", "-pk")[:100])


def review_shown(*, scope: Scope, public_id: str) -> ReviewShown:
    """One review. Raises NotFound."""
    uuid = parsed(public_id)
    rows = Review.objects.filter(case__business_id=scope.business_id).select_related("case__customer", "employee", "reviewer", "scorecard")
    row = rows.filter(public_id=uuid).first() if uuid else None
    if row is None:
        raise NotFound(_("There is no such review."))
    items = items_of(row.scorecard)
    return ReviewShown(row, [(one, row.answers.get(one.code, "na")) for one in items], scored(items, row.answers))
