"""What programs read: stable words, plain numbers, times in weeks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from regulars.business.queries import Scope
from regulars.customers.queries import customer_by_external_id
from regulars.groundwork.kernel.money import digits_of
from regulars.groundwork.kernel.refusals import NotFound
from regulars.insight.models import Refresh
from regulars.insight.queries.knowing import current_refresh, visible_scores
from regulars.insight.queries.wording import as_of_sentence, reason_sentence, verdict_sentence

DAYS_PER_WEEK = 7


class NothingComputed(NotFound):
    code = "nothing_computed"

    def __init__(self) -> None:
        super().__init__(_("Nothing has been computed yet. Run “regulars insight refresh” first."))


def report(*, scope: Scope) -> dict[str, Any]:
    """The current refresh as one object. `customers` and `repeat_customers` are those that the models saw."""
    refresh = _current(scope)
    found = refresh.findings
    given = refresh.calibration_end is not None
    answer: dict[str, Any] = {
        "as_of": _day(refresh.as_of),
        "as_of_reason": found["as_of_reason"],
        "models_until": _day(refresh.models_until),
        "customers": found["customers"],
        "repeat_customers": found["repeat_customers"],
        "repeat_visits": found["totals"]["repeat_visits"],
        "currency": found["currency"],
        "zone": found["zone"],
        "bg_nbd": found["bg_nbd"],
        "gamma_gamma": found["gamma_gamma"],
        "segments": {name: row["customers"] for name, row in found["totals"]["segments"].items()},
        "value": _major(found["totals"]["value_minor"], found["currency"]),
        "horizon": found["horizon"],
        "quarantined": {
            "after_the_end": found["counted"]["after_the_end"],
            "other_currency": found["counted"]["other_currency"],
        },
        "sentences": [as_of_sentence(refresh), verdict_sentence(refresh)],
    }
    test = found["back_test"]
    if test is not None:
        answer["holdout" if given else "back_test"] = _compared(test, found["currency"])
    return answer


def _compared(test: dict[str, Any], currency: str) -> dict[str, Any]:
    model, naive = test["model"], test["naive"]
    return {
        "from": test["from"],
        "to": test["to"],
        "days": test["days"],
        "customers": test["customers"],
        "expected_purchases": model["expected"],
        "actual_purchases": int(model["actual"]),
        "correlation": model["correlation"],
        "mean_absolute_error": model["mean_absolute_error"],
        "root_mean_square_error": model["root_mean_square_error"],
        "naive_expected_purchases": naive["expected"],
        "naive_mean_absolute_error": naive["mean_absolute_error"],
        "expected_spend": _major(test["expected_minor"], currency),
        "actual_spend": _major(test["actual_minor"], currency),
        "by_repeat_count": test["repeat_bins"],
    }


def customer_report(*, scope: Scope, external_id: str) -> dict[str, Any]:
    """One customer by their number in another system. Times in weeks, money in whole units. Raises NotFound."""
    refresh = _current(scope)
    customer = customer_by_external_id(scope=scope, value=external_id)
    if customer is None:
        raise NotFound(_("No customer, or more than one, has the number “%(id)s”.") % {"id": external_id[:60]})
    score = visible_scores(scope, refresh).filter(customer=customer).first()
    if score is None:
        raise NotFound(_("This customer had not bought anything by %(day)s.") % {"day": _day(refresh.models_until)})
    found = refresh.findings
    return {
        "customer": str(customer.public_id),
        "as_of": _day(refresh.as_of),
        "models_until": _day(refresh.models_until),
        "time_unit": "weeks",
        "frequency": score.frequency,
        "recency": score.recency_days / DAYS_PER_WEEK,
        "T": score.age_days / DAYS_PER_WEEK,
        "p_alive": score.p_alive,
        "p_alive_interval": None if score.p_alive_low is None else [score.p_alive_low, score.p_alive_high],
        "expected_purchases": score.expected_visits,
        "expected_spend": _major(score.spend_minor, found["currency"]),
        "value": _major(score.value_minor, found["currency"]),
        "currency": found["currency"],
        "horizon": found["horizon"],
        "segment": score.segment,
        "slipping_away": score.slipping_away,
        "reason": reason_sentence(score, refresh, name=customer.display_name),
    }


def _current(scope: Scope) -> Refresh:
    refresh = current_refresh(scope=scope)
    if refresh is None:
        raise NothingComputed
    return refresh


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _major(minor: float, currency: str) -> float:
    return float(minor) / 10 ** digits_of(currency) if currency else 0.0
