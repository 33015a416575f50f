"""Hours that are left of tasks under way, and hours of tasks that are known by comparison only."""

from __future__ import annotations

import math

import numpy as np

from ekachit.domain.estimation.interval import NORMAL_90
from ekachit.domain.estimation.observation import Floats

# Fewer futures than this in which a task takes longer than it already has: nothing is known of its end.
FEWEST = 20
# Then it is taken to need about as much again, as tasks do that have gone far past what anybody expected.
AGAIN = 1.0


def hours_left(hours: Floats, worked: Floats, seed: int) -> Floats:
    """Return simulated hours that are left, given hours of whole tasks and what was worked on each already.

    Futures in which a task would be done by now are out of the question: each is replaced by one in which it is not.

    Args:
        hours: a row for each future and a column for each task (`draw_hours`).
        worked: hours worked on each task.
        seed: of the replacing.
    """
    random = np.random.default_rng(seed)
    left = hours - worked
    for task in np.flatnonzero(worked > 0):
        possible = np.flatnonzero(left[:, task] > 0)
        over = np.flatnonzero(left[:, task] <= 0)
        if len(possible) < FEWEST:
            left[:, task] = AGAIN * worked[task] * np.exp(random.normal(0, 1, len(left)))
        elif len(over):
            left[over, task] = left[random.choice(possible, len(over)), task]
    return left


def draw_compared(low: float, middle: float, high: float, futures: int, seed: int) -> Floats:
    """Return simulated hours of one task that is known by a range only (10, 50 and 90 %), in hours."""
    random = np.random.default_rng(seed)
    spread = max(math.log(high / low) / (2 * NORMAL_90), 0.1)
    return np.asarray(middle * np.exp(random.normal(0, spread, futures)))
