"""How good predictions were: CRPS on the log scale, GMAR, coverage, and bootstrap intervals over persons."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.shape import LEVELS

LOW, MIDDLE, HIGH = 1, 9, 17  # places of 10, 50 and 90 % among the levels
RESAMPLES = 2000


def crps(quantiles: Floats, truth: Floats) -> Floats:
    """Return for each row 2 × the mean pinball loss over the 19 levels; with log quantiles, CRPS on the log scale."""
    away = truth[:, None] - quantiles
    return np.asarray(2 * np.maximum(LEVELS * away, (LEVELS - 1) * away).mean(axis=1))


@dataclass(frozen=True, slots=True)
class Score:
    """Averages over predictions. GMAR is exp(mean |log(predicted/actual)|): 2.1 means "off by × 2.1"."""

    crps: float
    miss: float  # mean |log(predicted median / actual)|
    held: float
    below: float
    above: float

    @property
    def gmar(self) -> float:
        """Return the miss as a factor."""
        return math.exp(self.miss)


def score(quantiles: Floats, truth: Floats) -> Score:
    """Return the averages of a person's predictions (rows of 19 log quantiles) against what came."""
    below = truth < quantiles[:, LOW]
    above = truth > quantiles[:, HIGH]
    return Score(
        float(crps(quantiles, truth).mean()),
        float(np.abs(quantiles[:, MIDDLE] - truth).mean()),
        float((~below & ~above).mean()),
        float(below.mean()),
        float(above.mean()),
    )


def macro(scores: list[Score]) -> Score:
    """Return the average over persons, each counting the same."""
    rows = np.array([[one.crps, one.miss, one.held, one.below, one.above] for one in scores])
    return Score(*(float(value) for value in rows.mean(axis=0)))


def paired_interval(ours: Floats, theirs: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Return by what part our mean lies off theirs (−0.1: 10 % less) and its 95 % interval, resampling persons."""
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(ours), (RESAMPLES, len(ours)))
    changes = ours[picks].mean(axis=1) / theirs[picks].mean(axis=1) - 1
    low, high = np.quantile(changes, [0.025, 0.975])
    return float(ours.mean() / theirs.mean() - 1), float(low), float(high)
