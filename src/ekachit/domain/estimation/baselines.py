"""What the engine is measured against. Each gives 19 quantiles of log(actual / expected) from earlier tasks only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import Floats, History
from ekachit.domain.estimation.priors import PRIORS, Priors
from ekachit.domain.estimation.shape import BELIEF, BELIEF_TASKS, LEVELS, ratio_quantiles, weighted_quantiles

Method: TypeAlias = Callable[[History, History], Floats]

# The same belief about the noise for all of them, so that they differ in their point alone.
NOISE, NOISE_TASKS, FORGETTING = 0.75, 15.0, 0.99
# Evidence-based scheduling invents three velocities for a person with fewer than six of their own.
INVENTED = np.log([0.7, 1.0, 1.5])
ENOUGH = 6


def _around(point: float, errors: Floats) -> Floats:
    """Return quantiles of a point with past errors about it, and the belief."""
    weights = FORGETTING ** np.arange(len(errors) - 1, -1, -1.0)
    values = np.concatenate([errors, NOISE * BELIEF])
    mass = np.concatenate([weights, np.full(BELIEF_TASKS, NOISE_TASKS / BELIEF_TASKS)])
    return point + weighted_quantiles(values, mass, LEVELS)


def default(past: History, _task: History) -> Floats:
    """Trust the estimate: the middle is hours × 1 or points × 2, the width that of past errors, both ways."""
    errors = past.log_ratio
    return _around(0.0, np.ravel(np.column_stack([errors, -errors])))


def mean_of_ratios(past: History, _task: History) -> Floats:
    """Multiply by the mean of past ratios."""
    point = float(np.log(np.exp(past.log_ratio).mean())) if len(past) else 0.0
    return _around(point, past.log_ratio - float(np.median(past.log_ratio)) if len(past) else past.log_ratio)


def median_ratio(past: History, _task: History) -> Floats:
    """Multiply by the median of past ratios."""
    point = float(np.median(past.log_ratio)) if len(past) else 0.0
    return _around(point, past.log_ratio - point)


def evidence_based(past: History, _task: History) -> Floats:
    """Evidence-based scheduling (Spolsky 2007): divide by own past velocities, all equally likely."""
    ratios = past.log_ratio if len(past) >= ENOUGH else np.concatenate([past.log_ratio, INVENTED])
    return np.asarray(np.quantile(ratios, LEVELS), dtype=float)


def engine(past: History, task: History, priors: Priors = PRIORS) -> Floats:
    """Ekachit's own model."""
    return np.asarray(ratio_quantiles(fit(past, priors), task)[0])


METHODS: dict[str, Method] = {
    "default": default,
    "mean": mean_of_ratios,
    "median": median_ratio,
    "ebs": evidence_based,
    "ekachit": engine,
}
