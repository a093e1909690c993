"""Members rise and step down: at once when enough counts, one step at a review, and never unannounced (P8, cases 40 to 43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from regulars.business.queries import Scope
from regulars.customers.queries import Customer, cluster_of, records_of
from regulars.groundwork.kernel.facts import announce
from regulars.loyalty.events import TierAtRisk, TierKept, TierLowered, TierReached
from regulars.loyalty.models import Program, TierStanding
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.queries.tiers import qualifying_history, standing_of_row, standing_rows
from regulars.loyalty.rules.calendars import DAY, end_of, local_day
from regulars.loyalty.rules.tiers import Ladder, Step, notice_for, qualifying_at_review, review_on, standing_after
from regulars.loyalty.services.booking import Terms, lock_rows
from regulars.loyalty.services.issuing import issue_voucher

ACTOR = "system:loyalty"
AT_ONCE = 200
FACTS = {"reached": TierReached, "kept": TierKept, "lowered": TierLowered}
HEADLINES = {
    "reached": gettext_noop("Reached the tier %(tier)s"),
    "kept": gettext_noop("Keeps the tier %(tier)s"),
    "lowered": gettext_noop("Stepped down from the tier %(from_tier)s"),
}


def advance_tier(*, terms: Terms, customer: Customer, at: datetime, actor: str, first_at: datetime | None = None) -> list[Step]:
    """Hold the reviews that have fallen due and raise the member to what they have reached by an instant, and by `first_at` before it. Again
    changes nothing."""
    ladder = terms.document.ladder
    if ladder is None:
        return []
    with transaction.atomic(savepoint=False):
        numbers = records_of(customer=customer)
        row = _locked(terms, numbers, at)
        program = terms.version.program
        history = qualifying_history(program=program, ladder=ladder, document=terms.document, customer_ids=numbers)
        standing = standing_of_row(row)
        steps: list[Step] = []
        for instant in sorted({first_at or at, at}):
            standing, more = standing_after(ladder, standing, history, instant, terms.document.tzinfo)
            steps += more
        if not steps:
            return []
        due = review_on(standing)
        row.tier, row.anchor_on = standing.tier, standing.anchor_on
        row.guarantee_months, row.reviews = standing.guarantee_months, standing.reviews
        row.review_ends_at = end_of(due, terms.document.tzinfo) if due else None
        row.noticed_review = 0 if steps[-1].kind == "reached" else row.noticed_review
        row.since_at = next((step.at for step in reversed(steps) if step.kind != "kept"), row.since_at)
        row.save()
        for step in steps:
            _tell(program, ladder, row, step, actor)
            if step.welcome:
                # Once for a tier in a member's life: who steps down and rises again has been welcomed.
                key = f"welcome:{row.pk}:{step.tier}"
                given = {"reward": step.welcome, "key": key, "cause": f"tier:{step.tier}"}
                issue_voucher(program=program, customer=row.customer, at=step.at, actor=actor, **given)
        return steps


def hold_reviews(*, terms: Terms, customer: Customer, at: datetime, actor: str) -> list[Step]:
    """Hold the reviews that have fallen due; of merged records, too. Costs one look where there is none."""
    if terms.document.ladder is None:
        return []
    numbers = records_of(customer=customer)
    rows = standing_rows(program_id=terms.version.program_id, customer_ids=numbers)
    if not any(row.review_ends_at and row.review_ends_at <= at for row in rows):
        return []
    return advance_tier(terms=terms, customer=customer, at=at, actor=actor)


def review_tiers(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Hold up to `limit` reviews that are due, and tell of those that come near. Gives how many members were looked at."""
    due = TierStanding.objects.filter(review_ends_at__lte=at).select_related("program", "customer").order_by("review_ends_at")[:limit]
    rows = list(due)
    for row in rows:
        version = version_at(program=row.program, at=at)
        assert version is not None
        terms = Terms(version=version, document=document_of(version))
        if not advance_tier(terms=terms, customer=row.customer, at=at, actor=ACTOR):
            TierStanding.objects.filter(pk=row.pk, review_ends_at__lte=at).update(review_ends_at=None)  # merged away: another row has it
    return len(rows)


def announce_reviews(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Tell of each review that comes near while units are missing, once a review (case 42). Gives how many members were told."""
    told = 0
    for program in Program.objects.filter(standings__review_ends_at__gt=at).distinct():
        version = version_at(program=program, at=at)
        ladder = document_of(version).ladder if version else None
        if ladder is None:
            continue
        until = at + (ladder.notice_days + 1) * DAY
        near = TierStanding.objects.filter(
            program=program, review_ends_at__gt=at, review_ends_at__lte=until, noticed_review__lte=F("reviews")
        )
        for row in near.select_related("program", "customer").order_by("review_ends_at").iterator(chunk_size=500):
            if told >= limit:
                return told
            told += _notice(row, at)
    return told


def _notice(row: TierStanding, at: datetime) -> bool:
    version = version_at(program=row.program, at=at)
    document = document_of(version) if version else None
    if document is None or document.ladder is None:
        return False
    ladder, zone = document.ladder, document.tzinfo
    numbers = cluster_of(scope=Scope(row.customer.business_id), customer_id=row.customer_id) or (row.customer_id,)
    history = qualifying_history(program=row.program, ladder=ladder, document=document, customer_ids=numbers)
    standing = standing_of_row(row)
    due = review_on(standing)
    assert due is not None
    notice = notice_for(ladder, standing, qualifying_at_review(ladder, standing, history, due, zone), local_day(at, zone))
    if notice is None:
        return False
    with transaction.atomic():
        # The condition decides: of two jobs at once, one tells.
        once = TierStanding.objects.filter(pk=row.pk, noticed_review__lte=F("reviews"), reviews=row.reviews)
        if not once.update(noticed_review=F("reviews") + 1):
            return False
        fact = TierAtRisk(
            tenant_id=row.program.business_id,
            at=at,
            actor=ACTOR,
            customer_id=row.customer_id,
            program_id=row.program_id,
            tier=notice.tier,
            missing=str(notice.missing),
            review_on=due.isoformat(),
            headline=gettext_noop("%(missing)s are missing to keep the tier %(tier)s on %(day)s"),
            headline_values={"missing": str(notice.missing), "tier": _named(ladder, notice.tier), "day": due.isoformat()},
        )
        announce(fact)
    return True


def _locked(terms: Terms, numbers: Sequence[int], at: datetime) -> TierStanding:
    """The standing of the surviving record; the best of a merged one is taken over when it has none of its own."""
    joined = local_day(at, terms.document.tzinfo)
    program = terms.version.program
    rows = standing_rows(program_id=program.pk, customer_ids=numbers, locking=lock_rows())
    if not any(row.customer_id == numbers[0] for row in rows):
        TierStanding.objects.get_or_create(program=program, customer_id=numbers[0], defaults={"joined_on": joined})
        rows = standing_rows(program_id=program.pk, customer_ids=numbers, locking=lock_rows())
    own = next(row for row in rows if row.customer_id == numbers[0])
    codes = ["", *terms.document.tier_codes]
    best = max((row for row in rows if row.tier in codes), key=lambda row: codes.index(row.tier), default=own)
    if best.pk != own.pk and codes.index(best.tier) > (codes.index(own.tier) if own.tier in codes else 0):
        for name in ("tier", "anchor_on", "guarantee_months", "reviews", "review_ends_at", "since_at"):
            setattr(own, name, getattr(best, name))
        own.save()
    return own


def _tell(program: Program, ladder: Ladder, row: TierStanding, step: Step, actor: str) -> None:
    fact = FACTS[step.kind](
        tenant_id=program.business_id,
        at=step.at,
        actor=actor,
        customer_id=row.customer_id,
        program_id=program.pk,
        tier=step.tier,
        headline=HEADLINES[step.kind],
        headline_values={"tier": _named(ladder, step.tier), "from_tier": _named(ladder, step.from_tier)},
    )
    announce(fact)


def _named(ladder: Ladder, code: str) -> str:
    return next((tier.name for tier in ladder.tiers if tier.code == code), "")
