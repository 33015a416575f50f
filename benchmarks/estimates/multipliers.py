"""The multiplier on the next 40 tasks, with units scattered between people, and whom a suggestion helps or harms."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from benchmarks.estimates.people import Someone, with_ratios
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.interval import multiplier, person_level
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import Floats, History
from ekachit.domain.estimation.scores import RESAMPLES
from ekachit.domain.estimation.suggestion import Suggestion, decide

NEXT = 40
SCATTER = 0.35
CLEARLY = math.log(1.05)
# Every person in as many units, evenly over the normal distribution: what the draw of units adds is not measured.
UNITS = 40
HEADS = (
    *("tasks before", "persons", "interval holds", "GMAR default", "median", "number, always"),
    *("when suggested", "hindsight", "suggested", "helped > 5 %", "harmed > 5 %", "always: harmed > 5 %"),
)


def units() -> list[float]:
    """Return log factors between a person's unit and the usual one, evenly over N(0, 0.35)."""
    return [NormalDist(0, SCATTER).inv_cdf((place + 0.5) / UNITS) for place in range(UNITS)]


def multipliers(name: str, people: list[Someone]) -> Block:
    """Return how the suggested number does on the next 40 tasks, for 10, 20 and 50 finished ones.

    Each person is taken with their unit scattered by exp N(0, 0.35); the present multiplier is the default.
    """
    block = Block(
        f"The multiplier on the next {NEXT} tasks, units scattered by exp N(0, {SCATTER}): {name}", HEADS
    )
    for count in (10, 20, 50):
        known = [one.history for one in people if len(one) >= count + NEXT]
        if not known:
            continue
        rows = np.array([_person(history, count) for history in known])
        mean = rows.mean(axis=0)
        gmar = [f"{math.exp(value):.3f}" for value in mean[1:6]]
        helped, harmed = _between(rows[:, 7]), _between(rows[:, 8])
        shares = (percent(mean[6]), helped, harmed, percent(mean[9]))
        block.add(str(count), str(len(known)), percent(mean[0]), *gmar, *shares)
    block.note(f"Each person in {UNITS} units; in brackets 95 %, resampling persons.")
    return block


def _between(shares: Floats) -> str:
    """Return a mean over persons with its 95 % interval."""
    picks = np.random.default_rng(0).integers(0, len(shares), (RESAMPLES, len(shares)))
    low, high = np.quantile(shares[picks].mean(axis=1), [0.025, 0.975])
    return f"{percent(shares.mean())} ({percent(low)} … {percent(high)})"


def _person(history: History, count: int) -> Floats:
    """Return what `_one` says, on average over the units."""
    rows = [_one(with_ratios(history, history.log_ratio + unit), count) for unit in units()]
    return np.asarray(np.mean(np.array(rows, dtype=float), axis=0))


def _one(history: History, count: int) -> list[float]:
    """Return held, mean |log error| by point, and whether the number was offered, helped, harmed, would harm."""
    level = person_level(fit(history.between(0, count)))
    said = decide(multiplier(level, in_points=False), 1.0, count)
    coming = history.log_ratio[count : count + NEXT]
    low, high = level.ends
    truth = float(np.median(coming))
    past = float(np.median(history.log_ratio[:count]))
    offered = isinstance(said, Suggestion)
    suggested = math.log(said.multiplier.value) if isinstance(said, Suggestion) else 0.0
    points = (0.0, past, level.place, suggested, truth)
    miss = [float(np.abs(coming - point).mean()) for point in points]
    gain, always = miss[3] - miss[0], miss[2] - miss[0]
    return [low <= truth <= high, *miss, offered, gain < -CLEARLY, gain > CLEARLY, always > CLEARLY]
