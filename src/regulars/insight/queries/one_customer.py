"""One customer's figures, each with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import Customer
from regulars.groundwork.kernel.bulk.instances import among, objects
from regulars.groundwork.kernel.money import Money
from regulars.insight.models import CustomerScore, Refresh
from regulars.insight.queries.knowing import SCORED, current_refresh, seen_by
from regulars.insight.queries.wording import as_of_sentence, chance_in_words, per_cent, reason_sentence, segment_name
from regulars.insight.rules.bg_nbd_chances import likely_visits
from regulars.insight.rules.bg_nbd_parameters import BgNbdParameters


@dataclass(frozen=True)
class Figure:
    """A name, a value, its interval ("" when there is none) and an explanation in plain words."""

    label: str
    value: str
    interval: str
    explanation: str


@dataclass(frozen=True)
class CustomerFigures:
    """What the current refresh says about a customer."""

    refresh: Refresh
    score: CustomerScore
    segment: str
    reason: str
    as_of: str
    figures: list[Figure]


def figures_of(*, scope: Scope, customer: Customer, customer_ids: Sequence[int] = ()) -> CustomerFigures | None:
    """The customer's figures; None before the first refresh, or when they have not bought yet.

    `customer_ids`: all records of this person, the surviving one first. A merge younger than the refresh has no figures of its own yet:
    those of the first record that has some are shown.
    """
    refresh = current_refresh(scope=scope)
    ids = list(customer_ids) or [customer.pk]
    chosen, values = among(ids)
    rest = f"{SCORED} WHERE t.refresh_id = %s AND t.customer_id {chosen} AND {seen_by(scope)}"
    scores = objects(CustomerScore, rest, refresh.pk, *values) if refresh else []
    score = min(scores, key=lambda one: ids.index(one.customer_id), default=None)
    if refresh is None or score is None:
        return None
    likely = _likely(score, refresh)
    return CustomerFigures(
        refresh=refresh,
        score=score,
        segment=segment_name(score.segment),
        reason=reason_sentence(score, refresh, name=customer.display_name),
        as_of=as_of_sentence(refresh),
        figures=[_visits(score), _alive(score, refresh), _expected(score, refresh, likely), _value(score, refresh, likely)],
    )


def _visits(score: CustomerScore) -> Figure:
    return Figure(
        _("Visits"),
        number_format(score.frequency + 1),
        "",
        _(
            "Days with at least one purchase: the first visit and %(frequency)s after it, within %(age)s days. Several "
            "receipts on one day are one visit; refunds are none."
        )
        % {"frequency": score.frequency, "age": score.age_days},
    )


def _alive(score: CustomerScore, refresh: Refresh) -> Figure:
    label = _("Chance of still being a customer")
    if score.p_alive is None:
        return Figure(label, "–", "", _("Not known: the purchases do not determine a model of visits."))
    if score.frequency == 0:
        return Figure(
            label,
            chance_in_words(score.p_alive),
            "",
            _(
                "The model (BG/NBD) lets people leave only after a repeat visit, so it gives everybody with one visit "
                "100 %. That says nothing about this customer; look at how long returning customers usually need."
            ),
        )
    interval = ""
    if score.p_alive_low is not None and score.p_alive_high is not None:
        low, high = chance_in_words(score.p_alive_low), chance_in_words(score.p_alive_high)
        interval = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return Figure(
        label,
        chance_in_words(score.p_alive),
        interval,
        _(
            "From %(visits)s visits, the last %(days)s days ago, by the model BG/NBD fitted to %(customers)s customers. "
            "The interval covers what the fit leaves open, with 95 %% confidence."
        )
        % {
            "visits": score.frequency + 1,
            "days": score.silence_days,
            "customers": number_format(refresh.findings["customers"]),
        },
    )


def _likely(score: CustomerScore, refresh: Refresh) -> tuple[int, int] | None:
    """The range of visits within the horizon, with 80 % probability; None without a model."""
    model = model_of(refresh)
    if model is None or score.p_alive is None:
        return None
    days = refresh.findings["horizon"]["months"] * 365 / 12
    return likely_visits(model, x=score.frequency, age=score.age_days, alive=score.p_alive, within=days)


def _expected(score: CustomerScore, refresh: Refresh, likely: tuple[int, int] | None) -> Figure:
    return Figure(
        _("Expected visits in %(months)s months") % {"months": refresh.findings["horizon"]["months"]},
        number_format(score.expected_visits, 1),
        _likely_words(str(likely[0]), str(likely[1])) if likely else "",
        _("The chance of still being a customer times the visits of one who is, by the same model.")
        if likely
        else _("Their own past rate, times the chance that they go on in their own rhythm."),
    )


def _value(score: CustomerScore, refresh: Refresh, likely: tuple[int, int] | None) -> Figure:
    findings = refresh.findings
    interval = ""
    if likely and score.expected_visits > 0:
        each = score.value_minor / score.expected_visits
        low, high = (_shown(round(visits * each), findings["currency"]) for visits in likely)
        interval = _likely_words(low, high)
    return Figure(
        _("Value in %(months)s months") % {"months": findings["horizon"]["months"]},
        _shown(score.value_minor, findings["currency"]),
        interval,
        _(
            "Expected visits times %(spend)s per visit, discounted by %(discount)s a year, less %(refunds)s for refunds. "
            "Spend per visit mixes this customer's own mean with everybody's (Gamma-Gamma). The range is that of the visits."
        )
        % {
            "spend": _shown(score.spend_minor, findings["currency"]),
            "discount": per_cent(findings["horizon"]["yearly_discount"]),
            "refunds": per_cent(findings["rhythm"]["refund_share"], 1),
        },
    )


def _likely_words(low: str, high: str) -> str:
    if low == high:
        return _("%(value)s with at least 80 %% probability") % {"value": low}
    return _("%(low)s to %(high)s with 80 %% probability") % {"low": low, "high": high}


def _shown(minor: int, currency: str) -> str:
    return Money(minor, currency).shown(get_language() or "en") if currency else "–"


def model_of(refresh: Refresh) -> BgNbdParameters | None:
    """The fitted BG/NBD model in days, when there is one."""
    found = refresh.findings.get("bg_nbd", {})
    if found.get("r") is None:
        return None
    return BgNbdParameters(r=found["r"], alpha=found["alpha"], a=found["a"], b=found["b"]).in_days()
