"""Timers left running overnight: how likely each finished task holds a night that nobody worked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from ekachit.domain.estimation.observation import Floats, Whole
from ekachit.domain.estimation.priors import Priors


def t4_below(values: Floats) -> Floats:
    """Return the distribution function of Student's t with 4 degrees of freedom, in closed form."""
    square = values**2
    bent = 1 + square / 4
    return np.asarray(0.5 + 0.375 * values / np.sqrt(bent) * (1 - square / (12 * bent)))


def t4_density(values: Floats) -> Floats:
    """Return the density of Student's t with 4 degrees of freedom."""
    return np.asarray(0.375 * (1 + values**2 / 4) ** -2.5)


@dataclass(frozen=True, slots=True)
class Long:
    """The tasks that are long enough to hold a night, and what does not change while their doubt is settled."""

    tasks: int
    places: Whole
    actual: Floats
    logs: Floats
    rests: Floats  # log hours without the longest and without the shortest night, a row each

    @classmethod
    def of(cls, log_hours: Floats, priors: Priors) -> Self:
        """Return the long ones of some tasks."""
        shortest, longest = priors.night_hours
        places = np.flatnonzero(log_hours > math.log(shortest))
        logs = log_hours[places]
        actual = np.exp(logs)
        rests = np.log(np.maximum(actual - np.array([[longest], [shortest]]), 1e-6))
        return cls(len(log_hours), places, actual, logs, rests)


def nights(long: Long, errors: Floats, scale: float, counted: Floats, priors: Priors) -> Floats:
    """Return for each task the probability that its hours hold a night on top of the work.

    Under the one belief log hours lie `errors` from the model, under the other that holds for the hours less a
    night, whose length is even between the two ends of `priors.night_hours`. How often this person leaves the
    timer on is learned from all tasks at once (two steps of expectation and maximisation).
    """
    doubt = np.zeros(long.tasks)
    if not len(long.places):
        return doubt
    shortest, longest = priors.night_hours
    errors, own = errors[long.places], counted[long.places]
    least, most = t4_below((long.rests - (long.logs - errors)) / scale)
    asleep = (most - least) / (longest - shortest)
    awake = t4_density(errors / scale) / scale / long.actual
    belief, total = priors.night_share * priors.night_tasks, float(counted.sum()) + priors.night_tasks
    share = priors.night_share
    for _ in range(2):
        asleep_now = share * asleep
        share = (float(own @ (asleep_now / (asleep_now + (1 - share) * awake))) + belief) / total
    doubt[long.places] = share * asleep / (share * asleep + (1 - share) * awake)
    return doubt
