"""Questions about tiers: who holds which, what counts, what is missing to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from regulars.customers.queries import Customer, records_of
from regulars.groundwork.kernel.bulk.dialect import instant_in
from regulars.groundwork.kernel.bulk.instances import among, objects
from regulars.groundwork.kernel.bulk.prepared import fetch_prepared
from regulars.loyalty.models import Program, TierStanding
from regulars.loyalty.queries.programs import document_of, version_at
from regulars.loyalty.rules.calendars import local_day
from regulars.loyalty.rules.document import Program as Document
from regulars.loyalty.rules.tiers import (
    Ladder,
    Qualifying,
    Standing,
    Tier,
    notice_for,
    qualifying_at_review,
    qualifying_in_window,
    review_on,
    standing_after,
)
from regulars.purchases.queries import Purchase

HISTORY = """SELECT e.at, e.purchase_id, e.kind, e.getter, e.units FROM loyalty_entry e
WHERE e.units > 0 AND e.kind IN ('issued', 'clawed', 'adjusted', 'written_off')"""


@dataclass(frozen=True, kw_only=True)
class TierShown:
    """A member's tier and the way to the next: `units` count now, `missing` are needed to rise; `short` are missing to keep it at the review."""

    program: Program
    tier: Tier | None
    since_at: datetime | None
    review_on: date | None
    units: int | Fraction
    following: Tier | None
    missing: int | Fraction
    short: int | Fraction


def tier_of(*, program: Program, customer: Customer, at: datetime) -> TierShown | None:
    """A member's tier at an instant, reviews that are due held, whatever a job has done; None where the program has no tiers."""
    version = version_at(program=program, at=at)
    document = document_of(version) if version else None
    if document is None or document.ladder is None:
        return None
    ladder, zone = document.ladder, document.tzinfo
    numbers = records_of(customer=customer)
    row = standing_row(program=program, ladder=ladder, customer_ids=numbers)
    history = qualifying_history(program=program, ladder=ladder, document=document, customer_ids=numbers)
    before = standing_of_row(row) if row else Standing(joined_on=local_day(at, zone))
    standing, steps = standing_after(ladder, before, history, at, zone)
    units = qualifying_in_window(ladder, history, at, zone, joined_on=standing.joined_on)
    codes = [tier.code for tier in ladder.tiers]
    rank = codes.index(standing.tier) if standing.tier else -1
    following = ladder.tiers[rank + 1] if rank + 1 < len(codes) else None
    due = review_on(standing)
    notice = notice_for(ladder, standing, qualifying_at_review(ladder, standing, history, due, zone), local_day(at, zone)) if due else None
    return TierShown(
        program=program,
        tier=ladder.tiers[rank] if rank >= 0 else None,
        since_at=steps[-1].at if steps else row.since_at if row else None,
        review_on=due,
        units=units,
        following=following,
        missing=max(following.from_units - units, 0) if following else 0,
        short=notice.missing if notice else 0,
    )


def standing_row(*, program: Program, ladder: Ladder, customer_ids: Sequence[int]) -> TierStanding | None:
    """The standing of a person: of merged records the highest."""
    codes = ["", *(tier.code for tier in ladder.tiers)]
    rows = [row for row in standing_rows(program_id=program.pk, customer_ids=customer_ids) if row.tier in codes]
    return max(rows, key=lambda row: codes.index(row.tier), default=None)


def standing_rows(*, program_id: int, customer_ids: Sequence[int], locking: str = "") -> list[TierStanding]:
    """The standings of a person's records; `locking` is what makes the query lock them."""
    whose, numbers = among(list(customer_ids))
    rest = f"FROM loyalty_tierstanding t WHERE t.program_id = %s AND t.customer_id {whose} ORDER BY t.id{locking}"
    return objects(TierStanding, rest, program_id, *numbers)


def standing_of_row(row: TierStanding) -> Standing:
    """As the rules see it."""
    return Standing(
        joined_on=row.joined_on, tier=row.tier, anchor_on=row.anchor_on, guarantee_months=row.guarantee_months, reviews=row.reviews
    )


def qualifying_history(*, program: Program, ladder: Ladder, document: Document, customer_ids: Sequence[int]) -> list[Qualifying]:
    """What counts for tiers, in whole units, by the day on which it was earned; what was clawed back bears the day of what it takes back."""
    unit = document.unit(ladder.currency)
    step = 10**unit.scale if unit else 1
    # Plain look-ups by key, one after another: a join would hang on statistics that a database just filled doesn't have yet.
    whose, numbers = among(list(customer_ids))
    look = f"SELECT a.id FROM loyalty_account a WHERE a.customer_id {whose} AND a.program_id = %s AND a.unit = %s"  # noqa: S608 — no word from outside
    accounts = [row[0] for row in fetch_prepared(look, *numbers, program.pk, ladder.currency)]
    if not accounts:
        return []
    which, keys = among(accounts)
    entries = [(instant_in(row[0]), *row[1:]) for row in fetch_prepared(f"{HISTORY} AND e.account_id {which}", *keys)]
    taken = {purchase for _at, purchase, kind, _getter, _units in entries if purchase and kind != "issued"}
    bought = dict(Purchase.objects.filter(pk__in=taken).values_list("pk", "at")) if taken else {}
    found = [
        Qualifying(at=bought.get(purchase, at), units=Fraction(units if getter == "member" else -units, step))
        for at, purchase, _kind, getter, units in entries
    ]
    return sorted(found, key=lambda one: one.at)
