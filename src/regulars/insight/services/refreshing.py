"""A refresh: read every purchase once, learn, test against the past, score everybody, publish.

Scores are written in short transactions under the new refresh and become current in one step at the end, so readers
never see half of them and SQLite's write lock is never held for long. A refresh that dies leaves rows that the next
one sweeps away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from regulars.business.queries import Business, Scope, business_of
from regulars.customers.queries import customer_numbers, forgotten_numbers, merged_numbers
from regulars.customers.services import PublishedTrait, publish_traits
from regulars.groundwork.kernel.bulk.copying import copy_rows
from regulars.groundwork.kernel.bulk.dialect import lock_referred, numbers_sql, references_by_sets
from regulars.groundwork.kernel.facts import announce
from regulars.groundwork.kernel.money import digits_of
from regulars.insight.events import InsightRefreshed
from regulars.insight.models import CustomerScore, Refresh, RefreshState
from regulars.insight.rules.arrays import Whole
from regulars.insight.rules.back_test import back_test, default_split
from regulars.insight.rules.bg_nbd_fit import heavy_hitters
from regulars.insight.rules.calendar_days import day_from_number, day_number
from regulars.insight.rules.observing import AsOfReason, Observation, last_day_for
from regulars.insight.rules.rfm import Rfm, rfm_at
from regulars.insight.rules.scoring import Models, Scores, error_of_total_value, learn, score
from regulars.insight.rules.visit_history import VisitHistory
from regulars.insight.rules.worth import Horizon, refund_share
from regulars.insight.services import findings
from regulars.insight.services.asking import NoSuchDay
from regulars.purchases.queries import main_currency, purchase_columns, purchase_span

type Progress = Callable[[int, str], None]

ROWS_AT_ONCE = 20_000
SWEEP_AT_ONCE = 20_000


def compute_refresh(*, refresh_id: int, at: datetime, progress: Progress | None = None) -> Refresh:
    """Perform a refresh that was asked for. A failure marks it failed and is raised again."""
    refresh = Refresh.objects.get(pk=refresh_id)
    if refresh.state == RefreshState.DONE:
        return refresh

    def tell(percent: int, stage: str) -> None:
        Refresh.objects.filter(pk=refresh.pk).update(state=RefreshState.RUNNING, percent=percent, stage=stage, touched_at=Now())
        if progress is not None:
            progress(percent, stage)

    try:
        tell(1, "reading")
        return _perform(refresh, at, tell)
    except BaseException:
        Refresh.objects.filter(pk=refresh.pk).exclude(state=RefreshState.DONE).update(state=RefreshState.FAILED, touched_at=Now())
        raise


@dataclass(frozen=True)
class Window:
    """The days of a refresh: what models and scores know, what is held back, and where that ends."""

    as_of: date
    reason: AsOfReason
    split_day: int
    scores_on: int  # the day whose state of knowledge the scores show


def _perform(refresh: Refresh, at: datetime, tell: Progress) -> Refresh:
    scope = Scope(refresh.business_id)
    business = business_of(scope=scope)
    window = _window_of(refresh, business, at)
    observation = _observe(business, window, tell)
    counted = _counted(observation)
    if refresh.calibration_end is not None:
        tell(40, "learning")
        rfm, models = _learnt(observation.before, window.scores_on, observation.customers)
        tell(55, "testing")
        test = _tested(observation, window, (rfm, models))
    else:
        # The test first: it needs both stretches of time, and what follows needs only the whole.
        tell(40, "testing")
        test = _tested(observation, window, None)
        tell(50, "learning")
        rfm, models = _learnt(observation.settle(), window.scores_on, observation.customers)
    customers = observation.customers[rfm.position]
    del observation  # what was read makes room for what is scored
    tell(65, "scoring")
    found = _findings(business, rfm, models, window) | {"counted": counted, "back_test": test}
    scores = score(rfm, models)
    error = error_of_total_value(rfm, models) if len(rfm) else None
    found["totals"] = findings.totals_found(rfm, scores, error)
    tell(70, "writing")
    _write_scores(refresh, customers, rfm, scores, tell)
    tell(90, "publishing")
    _publish_segments(refresh, customers, rfm, scores, at)
    _make_current(refresh, window, found, scores, at)
    _sweep(refresh)
    refresh.refresh_from_db()
    return refresh


def _window_of(refresh: Refresh, business: Business, at: datetime) -> Window:
    zone = ZoneInfo(business.zone)
    today = at.astimezone(zone).date()
    span = purchase_span(scope=Scope(business.pk), until=at)
    newest = span.newest_at.astimezone(zone).date() if span.newest_at else None
    as_of, reason = last_day_for(asked=refresh.asked_as_of, today=today, newest_sale=newest)
    end_day = day_number(as_of)
    first = day_number(span.first_at.astimezone(zone).date()) if span.first_at else end_day
    if refresh.calibration_end is not None:
        split = day_number(refresh.calibration_end)
        if split >= end_day:
            raise NoSuchDay(_("The calibration must end before the last day looked at."), "calibration_end")
        return Window(as_of, reason, split, split)
    split_or_none = default_split(first, end_day)
    return Window(as_of, reason, end_day if split_or_none is None else split_or_none, end_day)


def _observe(business: Business, window: Window, tell: Progress) -> Observation:
    scope = Scope(business.pk)
    numbers = [part["id"] for part in customer_numbers(scope=scope)]
    observation = Observation(
        customers=np.concatenate(numbers) if numbers else np.empty(0, dtype=np.int64),
        split_day=window.split_day,
        end_day=day_number(window.as_of),
        zone=business.zone,
    )
    currency = business.currency or main_currency(scope=scope)
    person = _persons(merged_numbers(scope=scope))
    for count, part in enumerate(purchase_columns(scope=scope, currency=currency)):
        observation.add(
            customer=person(part["customer_id"]),
            when=part["when"],
            amount_minor=part["amount_minor"],
            is_refund=part["is_refund"],
            own_currency=part["own_currency"],
        )
        tell(min(38, 2 + count), "reading")
    return observation


def _persons(merged: dict[int, int]) -> Callable[[Whole], Whole]:
    """Purchases under a record that was merged away count for the record that survived: one person has one rhythm."""
    if not merged:
        return lambda numbers: numbers
    losers = np.array(sorted(merged), dtype=np.int64)
    survivors = np.array([merged[one] for one in sorted(merged)], dtype=np.int64)

    def person(numbers: Whole) -> Whole:
        place = np.minimum(np.searchsorted(losers, numbers), len(losers) - 1)
        return np.where(losers[place] == numbers, survivors[place], numbers)

    return person


def _learnt(history: VisitHistory, end_day: int, customers: Whole) -> tuple[Rfm, Models]:
    """What the models see at the end of that day, and what they make of it."""
    rfm = rfm_at(history, end_day=end_day)
    sales, refunds = int(history.column("sales_amount").sum()), int(history.column("refunds_amount").sum())
    share = refund_share(sales, refunds)
    return rfm, learn(rfm, refund_share=share, horizon=Horizon(), customers=customers[rfm.position])


def _tested(observation: Observation, window: Window, learnt: tuple[Rfm, Models] | None) -> dict[str, Any] | None:
    """The models against the firm's own past; None when there is nothing to compare. `learnt`: from what came before the split."""
    days = observation.end_day - window.split_day
    if days <= 0 or not observation.before.visits.any():
        return None
    before, known = learnt or _learnt(observation.before, window.split_day, observation.customers)
    test = findings.back_test_found(back_test(before, known, observation.after, days=days))
    return test | {
        "from": day_from_number(window.split_day + 1).isoformat(),
        "to": window.as_of.isoformat(),
        "customers": len(before),
        "model_status": known.bg_nbd.status.value,
    }


def _counted(observation: Observation) -> dict[str, int]:
    before, after = observation.before, observation.after
    without_sale = (before.visits + after.visits == 0) & (before.column("refunds") + after.column("refunds") > 0)
    return {
        "purchases": observation.purchases,
        "after_the_end": observation.after_the_end,
        "other_currency": observation.other_currency,
        "customers_without_sale": int(without_sale.sum()),
    }


def _findings(business: Business, rfm: Rfm, models: Models, window: Window) -> dict[str, Any]:
    currency = business.currency or main_currency(scope=Scope(business.pk))
    minor_per_unit = 10 ** digits_of(currency) if currency else 1
    heavy = heavy_hitters(models.bg_nbd, rfm.frequency, rfm.recency, rfm.age)
    return {
        "currency": currency,
        "zone": business.zone,
        "as_of_reason": window.reason.value,
        "customers": len(rfm),
        "repeat_customers": int(rfm.repeats.sum()),
        "bg_nbd": findings.bg_nbd_found(models.bg_nbd, heavy),
        "gamma_gamma": findings.gamma_gamma_found(models.gamma_gamma, minor_per_unit),
        "rhythm": findings.rhythm_found(models),
        "horizon": findings.horizon_found(models),
    }


COLUMNS = (
    "refresh_id", "customer_id", "segment", "slipping_away", "frequency", "recency_days", "age_days", "silence_days",
    "last_on", "own_gap_days", "silence_chance", "p_alive", "p_alive_low", "p_alive_high", "expected_visits",
    "spend_minor", "value_minor", "at_stake_minor", "net_minor", "refunds",
)  # fmt: skip


def _write_scores(refresh: Refresh, customers: Whole, rfm: Rfm, scores: Scores, tell: Progress) -> None:
    CustomerScore.objects.filter(refresh=refresh).delete()  # of an attempt that died
    written = 0
    for rows in batched(_score_rows(refresh.pk, customers, rfm, scores), ROWS_AT_ONCE):
        with transaction.atomic(), references_by_sets(tables=(CustomerScore._meta.db_table,)) as by_sets:
            if by_sets:
                lock_referred(table=Refresh._meta.db_table, ids=f"SELECT {refresh.pk:d}")
                lock_referred(table="customers_customer", ids=numbers_sql(row[1] for row in rows))
            copy_rows(table=CustomerScore._meta.db_table, columns=COLUMNS, rows=rows)
        written += len(rows)
        tell(70 + 20 * written // len(rfm), "writing")


def _score_rows(refresh_id: int, customers: Whole, rfm: Rfm, scores: Scores) -> Iterator[tuple[Any, ...]]:
    """Rows of the table, made from slices of the columns, so that never all of them exist at once."""
    for start in range(0, len(rfm), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        columns = (
            customers[part].tolist(),
            scores.segment[part].tolist(),
            scores.slipping_away[part].tolist(),
            rfm.frequency[part].tolist(),
            rfm.recency[part].tolist(),
            rfm.age[part].tolist(),
            rfm.silence[part].tolist(),
            [day_from_number(day).isoformat() for day in rfm.last_day[part].tolist()],
            _or_none(scores.own_gap[part]),
            scores.silence_chance[part].tolist(),
            _or_none(scores.alive[part]),
            _or_none(scores.alive_low[part]),
            _or_none(scores.alive_high[part]),
            scores.visits[part].tolist(),
            _whole(scores.spend[part]),
            _whole(scores.value[part]),
            _whole(scores.at_stake[part]),
            rfm.net_amount[part].tolist(),
            rfm.refunds[part].tolist(),
        )
        for row in zip(*columns, strict=True):
            yield (refresh_id, *row)


def _whole(column: Any) -> list[int]:
    return cast("list[int]", np.rint(column).astype(np.int64).tolist())


def _or_none(column: Any) -> list[float | None]:
    """NaN stands for "unknown" in a column and for NULL in the table."""
    return [None if number != number else number for number in column.tolist()]


def _publish_segments(refresh: Refresh, customers: Whole, rfm: Rfm, scores: Scores, at: datetime) -> None:
    """Publish each customer's segment downwards as a trait, with the figures that explain it."""
    unseen = forgotten_numbers(scope=Scope(refresh.business_id))
    publish_traits(
        business_id=refresh.business_id,
        name="segment",
        values=(one for one in _traits(refresh, customers, rfm, scores) if one.customer_id not in unseen),
        source="insight",
        at=at,
        actor=refresh.asked_by,
    )


def _traits(refresh: Refresh, customers: Whole, rfm: Rfm, scores: Scores) -> Iterator[PublishedTrait]:
    for start in range(0, len(rfm), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        rows = zip(
            customers[part].tolist(),
            scores.segment[part].tolist(),
            rfm.frequency[part].tolist(),
            rfm.silence[part].tolist(),
            _or_none(scores.own_gap[part]),
            scores.silence_chance[part].tolist(),
            strict=True,
        )
        for customer, segment, frequency, silence, gap, chance in rows:
            figures = {
                "refresh": str(refresh.public_id),
                "frequency": frequency,
                "silence_days": silence,
                "own_gap_days": gap,
                "silence_chance": chance,
            }
            yield PublishedTrait(customer, segment, figures)


def _make_current(refresh: Refresh, window: Window, found: dict[str, Any], scores: Scores, at: datetime) -> None:
    with transaction.atomic():
        Refresh.objects.filter(pk=refresh.pk).update(
            state=RefreshState.DONE,
            percent=100,
            stage="",
            as_of=window.as_of,
            models_until=day_from_number(window.scores_on),
            finished_at=Now(),
            touched_at=Now(),
            findings=found,
        )
        announce(
            InsightRefreshed(
                tenant_id=refresh.business_id,
                at=at,
                actor=refresh.asked_by,
                refresh_id=refresh.pk,
                customers=len(scores.segment),
                slipping_away=int(scores.slipping_away.sum()),
            )
        )


def _sweep(refresh: Refresh) -> None:
    """Drop the scores of earlier refreshes, in short transactions."""
    earlier = Refresh.objects.filter(business_id=refresh.business_id, pk__lt=refresh.pk).values_list("pk", flat=True)
    for old in list(earlier):
        scores = CustomerScore.objects.filter(refresh_id=old)
        while (first := scores.order_by("pk").values_list("pk", flat=True).first()) is not None:
            scores.filter(pk__lt=first + SWEEP_AT_ONCE).delete()
