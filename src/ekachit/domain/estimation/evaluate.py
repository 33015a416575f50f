"""How well hours would have been foreseen: each task predicted from the same person's earlier tasks only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.baselines import METHODS, Method
from ekachit.domain.estimation.observation import Floats, History, Whole
from ekachit.domain.estimation.scores import Score, macro, paired_interval, score
from ekachit.domain.estimation.shape import LEVELS

# Tasks that a person had finished before: the first nine, from ten on, from twenty, from fifty.
BUCKETS: dict[str, tuple[int, int]] = {
    "n<10": (0, 10),
    "10-20": (10, 20),
    "20-50": (20, 50),
    "50+": (50, 10**9),
}
# Fewer predictions than this say nothing of a person.
LEAST = 5
OURS = "ekachit"
HINDSIGHT = "hindsight"


@dataclass(frozen=True, slots=True)
class Trial:
    """One person's predictions: which task, what came (log ratio), and 19 log quantiles by method."""

    places: Whole
    truth: Floats
    quantiles: Mapping[str, Floats]


def hindsight(history: History) -> Floats:
    """Return the quantiles of the best constant multiplier, known only afterwards: the person's own median."""
    return np.asarray(np.quantile(history.log_ratio, LEVELS), dtype=float)


def trial(history: History, methods: Mapping[str, Method] = METHODS, step: int = 1) -> Trial:
    """Return predictions of every `step`-th task, each from the tasks before it."""
    places = np.arange(0, len(history), step)
    rows: dict[str, list[Floats]] = {name: [] for name in methods}
    for place in places:
        past, task = history.between(0, int(place)), history.between(int(place), int(place) + 1)
        for name, method in methods.items():
            rows[name].append(method(past, task))
    quantiles = {name: np.array(found) for name, found in rows.items()}
    quantiles[HINDSIGHT] = np.tile(hindsight(history), (len(places), 1))
    return Trial(places, history.log_ratio[places], quantiles)


@dataclass(frozen=True, slots=True)
class Line:
    """One method in one bucket: the average over persons, and by what part its CRPS lies off (95 % interval) ours."""

    method: str
    bucket: str
    persons: int
    score: Score
    ours_against_it: tuple[float, float, float] | None


def by_person(one: Trial, method: str, bucket: tuple[int, int]) -> Score | None:
    """Return a person's score in a bucket; None where there are too few predictions."""
    inside = (one.places >= bucket[0]) & (one.places < bucket[1])
    return score(one.quantiles[method][inside], one.truth[inside]) if inside.sum() >= LEAST else None


def table(trials: list[Trial], seed: int = 0) -> list[Line]:
    """Return a line for each method and bucket that has persons in it."""
    lines: list[Line] = []
    for bucket, ends in BUCKETS.items():
        able = [one for one in trials if by_person(one, HINDSIGHT, ends)]
        if not able:
            continue
        found = {name: [by_person(one, name, ends) for one in able] for name in able[0].quantiles}
        scores = {name: [each for each in some if each] for name, some in found.items()}
        ours = np.array([each.crps for each in scores.get(OURS, [])])
        for name, known in scores.items():
            theirs = np.array([each.crps for each in known])
            against = paired_interval(ours, theirs, seed) if len(ours) and name != OURS else None
            lines.append(Line(name, bucket, len(known), macro(known), against))
    return lines
