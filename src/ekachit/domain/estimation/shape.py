"""Ranges: the person's own errors, a few of a heavy-tailed belief, and estimates typed in again as hours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ekachit.domain.estimation.features import ahead
from ekachit.domain.estimation.model import Model
from ekachit.domain.estimation.observation import Floats, History, Task

# 5, 10, … 95 %: the levels of all quantiles, if not said otherwise.
LEVELS: Floats = np.arange(1, 20) / 20
BELIEF_TASKS = 30
# A heap of equal values, in this many grains so that no straight line runs through it.
GRAINS = 16


def t4_quantiles(levels: Floats) -> Floats:
    """Return quantiles of Student's t with 4 degrees of freedom, in closed form (Shaw 2006)."""
    root = np.sqrt(4 * levels * (1 - levels))
    size = 2 * np.sqrt(np.maximum(np.cos(np.arccos(root) / 3) / root - 1, 0.0))
    return np.asarray(np.sign(levels - 0.5) * size)


BELIEF = t4_quantiles((np.arange(BELIEF_TASKS) + 0.5) / BELIEF_TASKS)


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Return quantiles of weighted values, with straight lines between the middles of their steps."""
    order = np.argsort(values, kind="stable")
    steps = weights[order]
    middles = np.cumsum(steps) - steps / 2
    return np.interp(levels, middles / steps.sum(), values[order])


def copied_share(model: Model, size: float) -> float:
    """Return the chance that hours will be the estimate typed again, for a log size, from tasks of about it."""
    if not len(model.history):
        return model.copied_share
    away = (model.history.log_expected - size) / model.priors.copied_width
    near = model.weights * np.exp(-0.5 * away**2)
    belief = model.priors.copied_tasks
    return float((near[model.copied].sum() + belief * model.copied_share) / (near.sum() + belief))


def shape(model: Model) -> tuple[Floats, Floats]:
    """Return the shape of the noise as values, in units of the noise, and how much each counts."""
    own = np.where(model.copied, 0.0, model.weights)
    belief = np.full(BELIEF_TASKS, model.priors.shape_tasks / BELIEF_TASKS)
    return np.concatenate([model.errors, BELIEF]), np.concatenate([own, belief])


def ratio_quantiles(model: Model, tasks: History, levels: Floats = LEVELS) -> Floats:
    """Return a row of quantiles of log(actual / expected) for each task."""
    places, variances = model.place(tasks)
    wide = np.sqrt(model.noise(tasks) ** 2 + variances)
    values, mass = shape(model)
    rows, heap = np.empty((len(tasks), len(levels))), np.zeros(GRAINS)
    for row in range(len(tasks)):
        share = copied_share(model, float(tasks.log_expected[row]))
        spike = mass.sum() * share / (1 - share)
        atoms = np.concatenate([places[row] + wide[row] * values, heap])
        rows[row] = weighted_quantiles(atoms, np.concatenate([mass, heap + spike / GRAINS]), levels)
    return rows


def hours_quantiles(model: Model, tasks: Sequence[Task], levels: Floats = LEVELS) -> Floats:
    """Return a row of quantiles of the hours each task will take."""
    next_ones = ahead(tasks, model.history)
    return np.asarray(np.exp(ratio_quantiles(model, next_ones, levels) + next_ones.log_expected[:, None]))
