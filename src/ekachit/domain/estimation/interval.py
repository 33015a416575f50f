"""The multiplier a person works at, with an interval that holds for the next tasks, not only for the past ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.model import Model
from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.priors import DEFAULT_MULTIPLIER, Priors

# Quantile of the normal distribution at 90 %: the two ends of an 80 % interval.
NORMAL_90 = 1.2815515655446004
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """A log ratio of hours worked to hours expected, and the standard deviation with which it holds."""

    place: float
    sd: float
    tasks: float  # how many tasks it rests on, forgotten ones counted less

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the 80 % interval."""
        return self.place - NORMAL_90 * self.sd, self.place + NORMAL_90 * self.sd


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Hours a point (or, for estimates in hours, hours an hour), with the ends of its 80 % interval."""

    value: float
    low: float
    high: float

    @property
    def sd(self) -> float:
        """Return the standard deviation of its logarithm."""
        return math.log(self.high / self.low) / (2 * NORMAL_90)

    @property
    def learned(self) -> float:
        """Return the middle of its interval: the value before any caution."""
        return math.sqrt(self.low * self.high)


def settle(ratios: Floats, weights: Floats, sd: float, priors: Priors, centre: float = 0.0) -> Level:
    """Return the level of log ratios by weight: a t likelihood, and a belief of `sd` around `centre`.

    The level of the next tasks drifts from the past one by as much as `priors.drift` of the noise of one task:
    without that an "80 %" interval holds in half of the cases.
    """
    place, scale = centre, priors.noise_sd
    pull = np.ones(len(ratios))
    precision = 1 / sd**2
    for _ in range(ROUNDS):
        counted = weights * pull / scale**2
        precision = float(counted.sum()) + 1 / sd**2
        place = (float(counted @ ratios) + centre / sd**2) / precision
        errors = ratios - place
        belief = priors.level_noise_tasks
        spread = float((weights * pull) @ errors**2) + belief * priors.noise_sd**2
        scale = math.sqrt(spread / (float(weights.sum()) + belief))
        pull = (priors.tails + 1) / (priors.tails + (errors / scale) ** 2)
    return Level(place, math.sqrt(1 / precision + (priors.drift * scale) ** 2), float(weights.sum()))


def person_level(model: Model) -> Level:
    """Return the level of all the person's tasks."""
    priors = model.priors
    in_points = bool(model.history.in_points.any())
    sd = math.hypot(priors.person_sd, priors.points_sd if in_points else 0.0)
    weights = model.awake * priors.level_forgetting ** np.arange(len(model.history) - 1, -1, -1.0)
    return settle(aligned(model), weights, sd, priors)


def aligned(model: Model) -> Floats:
    """Return past log ratios as they would be after the changes of level that came later."""
    if model.change.probability < model.priors.change_sure:
        return model.history.log_ratio
    return np.asarray(model.history.log_ratio + model.change.later)


def multiplier(level: Level, *, in_points: bool) -> Multiplier:
    """Return a level as hours a point, or hours an hour."""
    unit = DEFAULT_MULTIPLIER if in_points else 1.0
    low, high = level.ends
    return Multiplier(unit * math.exp(level.place), unit * math.exp(low), unit * math.exp(high))
