"""How well past ranges held, and the person's number over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.interval import Multiplier, multiplier, person_level
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import History
from ekachit.domain.estimation.priors import PRIORS, Priors
from ekachit.domain.estimation.shape import ratio_quantiles


@dataclass(frozen=True, slots=True)
class PastRange:
    """What was said of a task before it was done (10, 50, 90 %), and what it took, in hours."""

    low: float
    middle: float
    high: float
    actual: float

    @property
    def held(self) -> bool:
        """Return whether the hours fell within the range."""
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class Held:
    """How many of past ranges held: "31 of 38 tasks fell in their 80 % range"."""

    held: int
    below: int
    above: int

    @property
    def tasks(self) -> int:
        """Return how many ranges there were."""
        return self.held + self.below + self.above


def count_held(ranges: Iterable[PastRange]) -> Held:
    """Return how many ranges held, and on which side the others missed."""
    held = below = above = 0
    for one in ranges:
        held += one.held
        below += one.actual < one.low
        above += one.actual > one.high
    return Held(held, below, above)


def past_ranges(history: History, first: int = 10, priors: Priors = PRIORS) -> list[PastRange]:
    """Return the range that each task from the `first`-th on would have been given, from the tasks before it only."""
    levels = np.array([0.1, 0.5, 0.9])
    ranges: list[PastRange] = []
    for place in range(first, len(history)):
        task = history.between(place, place + 1)
        logs = ratio_quantiles(fit(history.between(0, place), priors), task, levels)[0] + task.log_expected[0]
        low, middle, high = (float(value) for value in np.exp(logs))
        actual = float(np.exp(task.log_ratio[0] + task.log_expected[0]))
        ranges.append(PastRange(low, middle, high, actual))
    return ranges


def number_over_time(
    history: History, *, in_points: bool, every: int = 5, priors: Priors = PRIORS
) -> list[tuple[int, Multiplier]]:
    """Return the person's multiplier after every few finished tasks, with how many there were."""
    return [
        (count, multiplier(person_level(fit(history.between(0, count), priors)), in_points=in_points))
        for count in range(every, len(history) + 1, every)
    ]
