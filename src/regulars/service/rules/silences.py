"""K3: a case that was not settled at first contact, and nobody did a thing for a working day."""

from __future__ import annotations

from datetime import datetime

from regulars.policy.queries import NeverAgain, Target, due_at
from regulars.service.rules.clocks import Clock, Laws, Metric
from regulars.service.rules.states import CaseState, Status

ONE_WORKING_DAY = Target(1, "bd")
ANSWERS = (Metric.ANSWER_UNLESS_SETTLED, Metric.FINAL_ANSWER)


def owed_answer(state: CaseState) -> Clock | None:
    """The answer that the customer was promised because their matter was not settled at first contact, as long as it is owed."""
    return next((clock for metric in ANSWERS for clock in state.clocks if clock.metric is metric and clock.open), None)


def silence_at(state: CaseState, laws: Laws) -> datetime | None:
    """When a working day will have passed without a step of ours, by the calendar of the case; None while the customer is asked, when no such
    answer is owed, or when this very silence was told of before. Until a case that was put off comes back nobody is expected to do anything.
    """
    clock = owed_answer(state)
    if state.status is not Status.OPEN or clock is None or clock.version_id is None or state.step_at is None:
        return None
    if state.silent_since == state.step_at:
        return None
    since = max(state.step_at, state.snoozed_until or state.step_at)
    try:
        return due_at(laws.working(clock.version_id, clock.calendar), ONE_WORKING_DAY, since, [])
    except NeverAgain:
        return None
