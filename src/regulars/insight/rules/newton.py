"""Newton's method with guards, for log-likelihoods in a handful of logarithmic parameters.

The guards: wrong curvature is mirrored, steps are at most a factor of e² in any parameter, a step must pay off or it is
halved, parameters stay inside a box, and a search that could not move says so instead of handing back its start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regulars.insight.rules.arrays import Flags, Real

type Evaluation = tuple[float, Real, Real]

LONGEST_STEP = 2.0
GRADIENT_TOLERANCE = 1e-9
MOST_STEPS = 200
MOST_HALVINGS = 40


@dataclass(frozen=True)
class Optimum:
    """Where the search ended: logarithmic parameters, mean log-likelihood, its gradient and Hessian there."""

    point: Real
    value: float
    gradient: Real
    hessian: Real
    steps: int
    converged: bool
    at_edge: Flags


def maximise(evaluate: Callable[[Real], Evaluation], *, start: Real, lower: Real, upper: Real) -> Optimum:
    """Climb the mean log-likelihood from the start, inside the box.

    Converged means that every free component of the gradient is below 1e-9. `at_edge` marks parameters that the
    likelihood presses against the box: it has no maximum inside.
    """
    point = np.clip(start, lower, upper)
    value, gradient, hessian = evaluate(point)
    for step_number in range(MOST_STEPS):
        at_edge = ((point <= lower) & (gradient < 0)) | ((point >= upper) & (gradient > 0))
        free = ~at_edge
        if not np.all(np.isfinite(gradient)) or not np.isfinite(value):
            return Optimum(point, value, gradient, hessian, step_number, False, at_edge)
        if not free.any() or float(np.max(np.abs(gradient[free]))) < GRADIENT_TOLERANCE:
            return Optimum(point, value, gradient, hessian, step_number, True, at_edge)
        direction = np.zeros_like(point)
        direction[free] = _uphill(gradient[free], hessian[np.ix_(free, free)])
        found = _payoff(evaluate, point, value, gradient, direction, lower, upper)
        if found is None:
            return Optimum(point, value, gradient, hessian, step_number, False, at_edge)
        point, (value, gradient, hessian) = found
    return Optimum(point, value, gradient, hessian, MOST_STEPS, False, np.zeros(len(point), dtype=np.bool_))


def _uphill(gradient: Real, hessian: Real) -> Real:
    curvature, axes = np.linalg.eigh(-hessian)
    floor = max(float(np.max(np.abs(curvature))) * 1e-12, 1e-300)
    step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvature), floor))
    longest = float(np.max(np.abs(step)))
    return np.asarray(step * min(1.0, LONGEST_STEP / longest) if longest > 0 else step)


def _payoff(
    evaluate: Callable[[Real], Evaluation],
    point: Real,
    value: float,
    gradient: Real,
    direction: Real,
    lower: Real,
    upper: Real,
) -> tuple[Real, Evaluation] | None:
    scale = 1.0
    rounding = 4e-16 * max(1.0, abs(value))
    steepness = float(np.max(np.abs(gradient)))
    for _ in range(MOST_HALVINGS):
        candidate = np.clip(point + scale * direction, lower, upper)
        if np.array_equal(candidate, point):
            return None
        evaluation = evaluate(candidate)
        gain = evaluation[0] - value
        if gain >= 1e-4 * float(gradient @ (candidate - point)) > 0:
            return candidate, evaluation
        # Near the top the gain drowns in rounding; a flatter gradient then is the proof of progress.
        if abs(gain) <= 16 * rounding and float(np.max(np.abs(evaluation[1]))) < steepness:
            return candidate, evaluation
        scale /= 2
    return None
