"""The findings of a refresh as plain JSON, in one place, so that pages, report and tests read the same words."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from regulars.insight.rules.back_test import BackTest
from regulars.insight.rules.bg_nbd_fit import BgNbdFit, HeavyHitters
from regulars.insight.rules.gamma_gamma import GammaGammaFit
from regulars.insight.rules.names import Segment
from regulars.insight.rules.rfm import Rfm
from regulars.insight.rules.scoring import Models, Scores


def bg_nbd_found(fit: BgNbdFit, heavy: HeavyHitters) -> dict[str, Any]:
    """Parameters in weeks, as the papers print them. Without usable parameters there are no numbers at all."""
    weeks = fit.parameters.in_weeks() if fit.parameters else None
    errors = fit.standard_errors.in_weeks() if fit.standard_errors else None
    without = heavy.without.parameters.in_weeks() if heavy.without and heavy.without.parameters else None
    return {
        "r": weeks.r if weeks else None,
        "alpha": weeks.alpha if weeks else None,
        "a": weeks.a if weeks else None,
        "b": weeks.b if weeks else None,
        "log_likelihood": fit.log_likelihood_in_weeks(),
        "time_unit": "weeks",
        "converged": fit.status.is_usable,
        "status": fit.status.value,
        "edges": list(fit.edges),
        "standard_errors": asdict(errors) if errors else None,
        "customers": fit.customers,
        "repeat_customers": fit.repeat_customers,
        "gradient": fit.gradient,
        "steps": fit.steps,
        "heavy_hitters": {"customers": len(heavy.rows), "without": asdict(without) if without else None},
    }


def gamma_gamma_found(fit: GammaGammaFit, minor_per_unit: int) -> dict[str, Any]:
    """Parameters with v in whole units of the currency."""
    found, errors = fit.parameters, fit.standard_errors
    log_likelihood = fit.log_likelihood
    if log_likelihood is not None:  # a density of amounts changes with their unit
        log_likelihood += fit.customers * math.log(minor_per_unit)
    return {
        "p": found.p if found else None,
        "q": found.q if found else None,
        "v": found.v / minor_per_unit if found else None,
        "log_likelihood": log_likelihood,
        "converged": fit.status.is_usable,
        "status": fit.status.value,
        "edges": list(fit.edges),
        "standard_errors": {"p": errors.p, "q": errors.q, "v": errors.v / minor_per_unit} if errors else None,
        "customers": fit.customers,
        "excluded": fit.excluded,
        "mean_spend": fit.mean_spend / minor_per_unit if fit.mean_spend is not None else None,
    }


def rhythm_found(models: Models) -> dict[str, Any]:
    """What the customers' rhythms have in common."""
    return asdict(models.rhythm) | {"refund_share": models.refund_share}


def horizon_found(models: Models) -> dict[str, Any]:
    """How far ahead value looks."""
    return {"months": models.horizon.months, "yearly_discount": models.horizon.yearly_discount}


def totals_found(rfm: Rfm, scores: Scores, relative_error: float | None) -> dict[str, Any]:
    """Sums over all customers, and over each segment. Money in minor units."""
    segments = {}
    for segment in Segment:
        chosen = scores.segment == segment.value
        segments[segment.value] = {
            "customers": int(chosen.sum()),
            "value_minor": round(float(scores.value[chosen].sum())),
            "at_stake_minor": round(float(scores.at_stake[chosen].sum())),
        }
    return {
        "value_minor": round(float(scores.value.sum())),
        "value_relative_error": relative_error,
        "expected_visits": float(scores.visits.sum()),
        "net_minor": int(rfm.net_amount.sum()),
        "repeat_visits": int(rfm.frequency.sum()),
        "refunds": int(rfm.refunds.sum()),
        "segments": segments,
        "value_shares": value_shares(scores),
    }


def value_shares(scores: Scores) -> list[dict[str, float]]:
    """How much of all value the best tenth, fifth, … of the customers carry."""
    total = float(scores.value.sum())
    if total <= 0:
        return []
    ordered = np.cumsum(np.sort(scores.value)[::-1])
    shares = []
    for part in (0.1, 0.2, 0.3, 0.5, 0.8, 1.0):
        count = max(1, round(part * len(ordered)))
        shares.append({"part": part, "customers": count, "share": float(ordered[count - 1]) / total})
    return shares


def back_test_found(test: BackTest) -> dict[str, Any]:
    """The comparison with the firm's own past. Intervals of bins with one customer are unknown, not zero."""
    found = asdict(test)
    for bins in (found["forecast_bins"], found["repeat_bins"]):
        for row in bins:
            for name in ("actual_low", "actual_high"):
                if not math.isfinite(row[name]):
                    row[name] = None
    return found
