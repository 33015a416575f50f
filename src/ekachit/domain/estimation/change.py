"""A sudden change of the person's level: how likely at each of the late tasks, and how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.priors import Priors


@dataclass(frozen=True, slots=True)
class Change:
    """What possible changes of level add, each counted by its probability."""

    probability: float  # that there was one among the tasks looked at
    step: float  # what the level rose by, in log hours, as expected over all of them
    variance: float  # of that step
    coefficients: Floats  # what the other coefficients move by
    fitted: Floats  # what the fit of each past task moves by
    later: Floats  # how far changes after each past task moved the level


def find(matrix: Floats, counted: Floats, errors: Floats, covariance: Floats, priors: Priors) -> Change:
    """Return the changes of level that a fitted model has not followed yet.

    For each place of a step among the latest tasks the Bayes factor of adding that step to the linear model is
    exact; `counted` are the tasks' precisions, `covariance` that of the coefficients.
    """
    count, width = matrix.shape
    most = min(priors.change_window, count - 1)
    if most < priors.change_least:
        return Change(0.0, 0.0, 0.0, np.zeros(width), np.zeros(count), np.zeros(count))
    late = slice(count - most, count)
    pull = np.cumsum((counted * errors)[late][::-1])[::-1]
    mass = np.cumsum(counted[late][::-1])[::-1]
    lever = np.cumsum((matrix[late] * counted[late, None])[::-1], axis=0)[::-1]
    moved = lever @ covariance
    information = np.maximum(mass - np.einsum("ij,ij->i", moved, lever), 1e-9)
    prior = 1 / priors.change_sd**2
    steps = pull / (information + prior)
    factors = 0.5 * (pull * steps - np.log1p(information / prior))
    factors[most - priors.change_least + 1 :] = -np.inf
    odds = priors.change_chance * np.exp(np.minimum(factors, 600.0))
    chances = odds / (1 + odds.sum())
    expected = chances * steps
    step = float(expected.sum())
    variance = float(chances @ (steps**2 + 1 / (information + prior))) - step**2
    coefficients = -expected @ moved
    fitted = matrix @ coefficients
    later = np.full(count, step)
    later[late] -= np.cumsum(expected)
    fitted += step - later
    return Change(float(chances.sum()), step, max(variance, 0.0), coefficients, fitted, later)
