"""Tiers: which one the qualifying units reach, what a member keeps, what a review takes (P8; cases 23, 26, 40 to 43).

Units are whole or exact fractions of the qualifying currency, which nobody can spend: so nothing that a member spends touches a tier
(case 41). They count by the day on which they were earned, not by the day on which we heard of them (case 26).

An upgrade holds at once and for `guarantee_months`, until the end of its day so many months later. Then, and every so many months from that
same day on (29 February falls on the 28th in other years, case 23), a review at the end of the day lowers the tier by one step if too few
units count. Reviews that a late job hasn't held yet are held here, each on its own day: a tier never depends on when a job ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.loyalty.rules.calendars import DAY, end_of, local_day, months_after
from regulars.loyalty.rules.parts import Code, Name, Part, Positive, exact

Units = int | Fraction
UnitCount = Annotated[int, Field(ge=0, le=10**12)]
NO_TIER = ""  # what everybody holds who has reached none
ONCE = Fraction(1)
INSTANT = timedelta(microseconds=1)


class Tier(Part):
    """A tier: reached from `from_units` on, kept at a review with `keep_units` (as many, unless it says less). `earning` multiplies what its
    members earn; `welcome` is the reward that reaching it gives."""

    code: Code
    name: Name
    from_units: Annotated[int, Field(ge=1, le=10**12)]
    keep_units: UnitCount | None = None
    earning: Positive = Decimal(1)
    welcome: Code | None = None

    @property
    def needed_to_keep(self) -> int:
        """How many units a review asks for."""
        return self.from_units if self.keep_units is None else self.keep_units


class Ladder(Part):
    """The tiers of a program, lowest first, and how units count for them.

    `window` "rolling": those of the last `window_months`; "calendar_year": those of the year; "anniversary": those of the member's own
    year, which begins on the day that they joined. A review looks at whole years: at the better one of the last year that was complete
    and the one that has begun, since a tier reached in January must not hang on three weeks of the next one.
    """

    currency: Code
    window: Literal["rolling", "calendar_year", "anniversary"] = "rolling"
    window_months: Annotated[int, Field(ge=1, le=120)] = 12
    guarantee_months: Annotated[int, Field(ge=1, le=120)] = 12
    notice_days: Annotated[int, Field(ge=0, le=365)] = 30
    tiers: tuple[Tier, ...]

    @model_validator(mode="after")
    def _months_where_they_count(self) -> Self:
        if self.window != "rolling" and self.window_months != 12:
            raise PydanticCustomError("window_months", "only a rolling window has a length of its own")
        return self


@dataclass(frozen=True, slots=True)
class Qualifying:
    """Units that count for tiers, by the instant at which they were earned. What is clawed back is below zero and bears the instant of what it
    takes back: so both leave a window together, and nobody rises because a refund grew old."""

    at: datetime
    units: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The tier that a member holds. `anchor_on` is the local day on which it was reached, from which reviews are counted (None without a
    tier), with the months that were promised then; `reviews` is how many have been held."""

    joined_on: date
    tier: str = NO_TIER
    anchor_on: date | None = None
    guarantee_months: int = 12
    reviews: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event in the life of a standing: a tier was "reached", or at a review "kept" or "lowered". `tier` is the one held from `at` on.
    `welcome` is the reward to give, on the last tier of a jump alone."""

    kind: Literal["reached", "kept", "lowered"]
    tier: str
    from_tier: str
    at: datetime
    units: Units
    welcome: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A tier will be lowered at the end of `review_on` unless so many more units come."""

    tier: str
    lowered_to: str
    missing: Units
    review_on: date


def tier_reached(ladder: Ladder, units_in_window: Units) -> str:
    """The highest tier that so many units reach; "" for none."""
    return next((tier.code for tier in reversed(ladder.tiers) if tier.from_units <= units_in_window), NO_TIER)


def earning_multiplier(ladder: Ladder, tier: str) -> Fraction:
    """By how much a member with this tier earns more. An order earns at the tier held before it (case 43): ask first, then advance."""
    return ONCE if tier == NO_TIER else exact(ladder.tiers[_rank(ladder, tier)].earning)


def standing_after(
    ladder: Ladder, standing: Standing, qualifying_history: Sequence[Qualifying], at: datetime, zone: ZoneInfo
) -> tuple[Standing, list[Step]]:
    """The standing at an instant, and what happened on the way, in order: reviews that fell due, then the tiers that were reached.

    `at` is when the newest units were earned, also if they came in later. The history may hold later units: they don't count yet. Raises
    ValueError for a tier that the ladder doesn't have.
    """
    steps = []
    while review_is_over(standing, at, zone):
        on = _due_on(standing)
        standing, step = review(ladder, standing, qualifying_at_review(ladder, standing, qualifying_history, on, zone), on, zone)
        steps.append(step)
    units = qualifying_in_window(ladder, qualifying_history, at, zone, joined_on=standing.joined_on)
    reached = _rank(ladder, tier_reached(ladder, units))
    held = _rank(ladder, standing.tier)
    if reached <= held:
        return standing, steps
    risen = ladder.tiers[held + 1 : reached + 1]
    names = [standing.tier, *(tier.code for tier in risen)]
    steps += [Step(kind="reached", tier=tier, from_tier=before, at=at, units=units) for before, tier in pairwise(names)]
    steps[-1] = replace(steps[-1], welcome=risen[-1].welcome)
    months = ladder.guarantee_months
    return replace(standing, tier=names[-1], anchor_on=local_day(at, zone), guarantee_months=months, reviews=0), steps


def review(ladder: Ladder, standing: Standing, units_in_window: Units, on: date, zone: ZoneInfo) -> tuple[Standing, Step]:
    """The review that falls on a day: the tier is kept, or lowered by one step, from the end of that day on.

    `units_in_window` as `qualifying_at_review` counts them. Raises ValueError if no review falls on that day.
    """
    if on != review_on(standing):
        raise ValueError(f"no review falls on {on}")
    held = _rank(ladder, standing.tier)
    kept = units_in_window >= ladder.tiers[held].needed_to_keep
    tier = standing.tier if kept else _below(ladder, held)
    step = Step(kind="kept" if kept else "lowered", tier=tier, from_tier=standing.tier, at=end_of(on, zone), units=units_in_window)
    if tier == NO_TIER:
        return Standing(joined_on=standing.joined_on), step
    # The anchor stays: the reviews of a member who steps down fall on the day that they know.
    return replace(standing, tier=tier, reviews=standing.reviews + 1), step


def review_on(standing: Standing) -> date | None:
    """The local day at whose end the next review is held; None for who holds no tier."""
    if standing.anchor_on is None:
        return None
    return months_after(standing.anchor_on, standing.guarantee_months * (standing.reviews + 1))


def review_is_over(standing: Standing, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the day of the next review has ended, so that its result holds, job or no job."""
    on = review_on(standing)
    return on is not None and end_of(on, zone) <= at


def notice_for(ladder: Ladder, standing: Standing, units: Units, on: date) -> Notice | None:
    """What a member must be told on a day: from `notice_days` before the review until its day, while units are missing (case 42).

    `units` are those that will count at the review if no more come: `qualifying_at_review`. Whoever sends it sends it once a review.
    """
    due = review_on(standing)
    if due is None or not due - ladder.notice_days * DAY <= on <= due:
        return None
    held = _rank(ladder, standing.tier)
    missing = ladder.tiers[held].needed_to_keep - units
    return Notice(standing.tier, _below(ladder, held), missing, due) if missing > 0 else None


def qualifying_in_window(
    ladder: Ladder, entries: Iterable[Qualifying], at: datetime, zone: ZoneInfo, *, joined_on: date | None = None
) -> Units:
    """The units that count at an instant, by their own date. A rolling window holds a day until the end of that day so many months later.

    Raises ValueError for an anniversary window without `joined_on`.
    """
    return _counted(ladder, entries, _first_day(ladder, local_day(at, zone), joined_on), at, zone)


def qualifying_at_review(ladder: Ladder, standing: Standing, entries: Sequence[Qualifying], on: date, zone: ZoneInfo) -> Units:
    """The units that count at the end of a day of review.

    At that instant a rolling window of twelve months has just let go of the day a year ago: what reached a tier doesn't keep it, too.
    """
    after, last = on + DAY, end_of(on, zone) - INSTANT
    if ladder.window == "rolling":
        return _counted(ladder, entries, after, last, zone)
    begun = _first_day(ladder, after, standing.joined_on)
    before = _first_day(ladder, begun - DAY, standing.joined_on)
    complete = _counted(ladder, entries, before, end_of(begun - DAY, zone) - INSTANT, zone)
    return max(complete, _counted(ladder, entries, begun, last, zone))


def _counted(ladder: Ladder, entries: Iterable[Qualifying], first: date, last: datetime, zone: ZoneInfo) -> Units:
    """Rolling: units whose day, so many months later, is not before `first`. By years: units of `first` or later. Up to an instant."""
    months = ladder.window_months if ladder.window == "rolling" else 0
    return sum((one.units for one in entries if one.at <= last and months_after(local_day(one.at, zone), months) >= first), 0)


def _first_day(ladder: Ladder, day: date, joined_on: date | None) -> date:
    """Rolling: the day itself. By years: the first day of the one that this day lies in."""
    if ladder.window == "rolling":
        return day
    if ladder.window == "calendar_year":
        return date(day.year, 1, 1)
    if joined_on is None:
        raise ValueError("an anniversary window begins on the day that the member joined")
    years = day.year - joined_on.year
    this_year = months_after(joined_on, 12 * years)
    return this_year if this_year <= day else months_after(joined_on, 12 * (years - 1))


def _rank(ladder: Ladder, tier: str) -> int:
    """The place of a tier from the bottom, -1 for none. Raises ValueError for one that the ladder doesn't have."""
    return -1 if tier == NO_TIER else [one.code for one in ladder.tiers].index(tier)


def _below(ladder: Ladder, rank: int) -> str:
    return ladder.tiers[rank - 1].code if rank else NO_TIER


def _due_on(standing: Standing) -> date:
    on = review_on(standing)
    if on is None:
        raise ValueError("who holds no tier has no review")
    return on
