"""Timers left on overnight in part of the history: what that costs the prediction of clean tasks."""

from __future__ import annotations

import numpy as np

from benchmarks.estimates.people import Someone, with_ratios
from benchmarks.estimates.report import Block
from ekachit.domain.estimation.baselines import METHODS
from ekachit.domain.estimation.observation import Floats
from ekachit.domain.estimation.scores import crps, paired_interval

FROM, TO = 20, 400


def nights(name: str, people: list[Someone], step: int) -> Block:
    """Return by what part CRPS on clean tasks rises when 10 or 20 % of past tasks hold 8-16 hours of night.

    No sessions are told: what is measured is the model, not the rule on sessions.
    """
    block = Block(f"Overnight timers: {name}", ("method", "10 % of tasks", "20 % of tasks"))
    able = [one for one in people if len(one) >= FROM + 10]
    for method in METHODS:
        clean = np.array([_loss(one, one.history.log_ratio, method, step) for one in able])
        cells = []
        for share in (0.1, 0.2):
            dirty = [_loss(one, _spoilt(one, share, seed), method, step) for seed, one in enumerate(able)]
            change, low, high = paired_interval(np.array(dirty), clean)
            cells.append(f"{change:+.1%} ({low:+.1%} … {high:+.1%})")
        block.add(method, *cells)
    return block


def _spoilt(one: Someone, share: float, seed: int) -> Floats:
    random = np.random.default_rng([seed, round(share * 100)])
    hours = np.exp(one.history.log_ratio + one.history.log_expected)
    left_on = random.random(len(hours)) < share
    hours = hours + left_on * random.uniform(8, 16, len(hours))
    return np.asarray(np.log(hours) - one.history.log_expected)


def _loss(one: Someone, known: Floats, method: str, step: int) -> float:
    """Return the mean CRPS on clean tasks of a person whose known ratios are these."""
    places = range(FROM, min(len(one), TO), step)
    past = with_ratios(one.history, known)
    rows = [METHODS[method](past.between(0, at), one.history.between(at, at + 1)) for at in places]
    return float(crps(np.array(rows), one.history.log_ratio[list(places)]).mean())
