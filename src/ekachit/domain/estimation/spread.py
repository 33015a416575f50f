"""What differs from task to task in the noise: by type and size, echoes of the last error, estimates copied."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.observation import Floats, History
from ekachit.domain.estimation.priors import Priors

# An error of nothing has no logarithm; and one wild task must not set the echo.
FLOOR = 0.15
WILD = 2.5
# A slope of the spread over size needs this many times as many tasks as a type's own spread.
SIZE_CAUTION = 4.0
MOST_ECHO = 0.5


@dataclass(frozen=True, slots=True)
class Spread:
    """How much wider or narrower, in log, than usual the noise is for each type, and for each unit of log size."""

    by_type: Floats
    by_size: float
    centre: float

    def factor(self, tasks: History) -> Floats:
        """Return for each task its noise over the usual one."""
        if not len(self.by_type):
            return np.ones(len(tasks))
        known = (tasks.types >= 0) & (tasks.types < len(self.by_type))
        own = np.where(known, self.by_type[np.where(known, tasks.types, 0)], 0.0)
        return np.asarray(np.exp(own + np.clip(self.by_size * (tasks.log_expected - self.centre), -1, 1)))


def learn_spread(history: History, errors: Floats, counted: Floats, centre: float, priors: Priors) -> Spread:
    """Return the spread by type and size out of scaled errors and how much each counts."""
    total = float(counted.sum())
    if total <= 0:
        return Spread(np.zeros(0), 0.0, centre)
    logs = np.log(np.abs(errors) + FLOOR)
    logs = logs - float(counted @ logs) / total
    size = history.log_expected - centre
    by_size = float(counted @ (size * logs)) / float(counted @ size**2 + SIZE_CAUTION * priors.spread_tasks)
    rest = counted * (logs - by_size * size)
    by_type = np.bincount(history.types, rest) / (np.bincount(history.types, counted) + priors.spread_tasks)
    return Spread(by_type, by_size, centre)


def learn_echo(errors: Floats, weights: Floats, priors: Priors) -> float:
    """Return how far, in scaled errors, the last error shifts the next task."""
    if len(errors) < 2:  # noqa: PLR2004 - an echo takes two tasks
        return 0.0
    tame = np.clip(errors, -WILD, WILD)
    together = float(weights[1:] @ (tame[1:] * tame[:-1])) + priors.echo_tasks * priors.echo
    alone = float(weights[1:] @ tame[:-1] ** 2) + priors.echo_tasks
    return float(np.clip(together / alone, 0.0, MOST_ECHO) * tame[-1])


def _log_beta(first: float, second: float) -> float:
    return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)


def learn_copied(again: float, own: float, priors: Priors) -> float:
    """Return the chance that the next hours are the estimate typed again, out of how much either happened."""
    share, total = 0.0, 0.0
    for common, first, second in priors.copiers:
        likely = common * math.exp(_log_beta(first + again, second + own) - _log_beta(first, second))
        share += likely * (first + again) / (first + second + again + own)
        total += likely
    return share / total
