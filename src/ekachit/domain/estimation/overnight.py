"""Timers left running overnight: how likely each finished task holds a night that nobody worked."""

from __future__ import annotations

import numpy as np

from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.priors import Priors


def t4_below(values: Floats) -> Floats:
    """Return the distribution function of Student's t with 4 degrees of freedom, in closed form."""
    bent = 1 + values**2 / 4
    return np.asarray(0.5 + 0.375 * values / np.sqrt(bent) * (1 - values**2 / (12 * bent)))


def t4_density(values: Floats) -> Floats:
    """Return the density of Student's t with 4 degrees of freedom."""
    return np.asarray(0.375 * (1 + values**2 / 4) ** -2.5)


def nights(hours: Floats, errors: Floats, scale: float, counted: Floats, priors: Priors) -> Floats:
    """Return for each task the probability that its hours hold a night on top of the work.

    Under the one belief log hours lie `errors` from the model, under the other that holds for the hours less a
    night, whose length is even between the two ends of `priors.night_hours`. How often this person leaves the
    timer on is learned from all tasks at once (two steps of expectation and maximisation).
    """
    shortest, longest = priors.night_hours
    doubt = np.zeros(len(hours))
    long = np.flatnonzero(hours > shortest)
    if not len(long):
        return doubt
    actual = hours[long]
    middle = np.log(actual) - errors[long]
    least = t4_below((np.log(np.maximum(actual - longest, 1e-6)) - middle) / scale)
    most = t4_below((np.log(actual - shortest) - middle) / scale)
    asleep = (most - least) / (longest - shortest)
    awake = t4_density(errors[long] / scale) / scale / actual
    share = priors.night_share
    for _ in range(2):
        chance = share * asleep / (share * asleep + (1 - share) * awake)
        share = (counted[long] @ chance + priors.night_share * priors.night_tasks) / (
            counted.sum() + priors.night_tasks
        )
    doubt[long] = share * asleep / (share * asleep + (1 - share) * awake)
    return doubt
