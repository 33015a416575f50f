"""The multiplier on the next 40 tasks, with units scattered between people, and whom a suggestion helps or harms."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.estimates.people import Someone, with_ratios
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.interval import person_level
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import History

NEXT = 40
SCATTER = 0.35
CLEARLY = math.log(1.05)
REPEATS = 5


def multipliers(name: str, people: list[Someone], seed: int = 1) -> Block:
    """Return how the suggested number does on the next 40 tasks, for 10, 20 and 50 finished ones.

    Persons' units are scattered by exp N(0, 0.35), five times over; the present multiplier is the default.
    """
    random = np.random.default_rng(seed)
    block = Block(
        f"The multiplier on the next {NEXT} tasks, units scattered by exp N(0, {SCATTER}): {name}",
        (
            *(
                "tasks before",
                "cases",
                "interval holds",
                "GMAR default",
                "median",
                "number, always",
                "when suggested",
            ),
            *("hindsight", "suggested", "helped > 5 %", "harmed > 5 %", "always: harmed > 5 %"),
        ),
    )
    for count in (10, 20, 50):
        rows = [
            _one(with_ratios(one.history, one.history.log_ratio + random.normal(0, SCATTER)), count)
            for one in people
            if len(one) >= count + NEXT
            for _ in range(REPEATS)
        ]
        if rows:
            mean = np.array(rows, dtype=float).mean(axis=0)
            gmar = [f"{math.exp(value):.3f}" for value in mean[1:6]]
            block.add(
                str(count), str(len(rows)), percent(mean[0]), *gmar, *(percent(value) for value in mean[6:])
            )
    return block


def _one(history: History, count: int) -> list[float]:
    """Return held, mean |log error| by point, and whether the number was offered, helped, harmed, would harm."""
    level = person_level(fit(history.between(0, count)))
    coming = history.log_ratio[count : count + NEXT]
    low, high = level.ends
    truth = float(np.median(coming))
    offered = not low <= 0 <= high
    past = float(np.median(history.log_ratio[:count]))
    points = (0.0, past, level.place, level.place * offered, truth)
    miss = [float(np.abs(coming - point).mean()) for point in points]
    gain, always = miss[3] - miss[0], miss[2] - miss[0]
    return [low <= truth <= high, *miss, offered, gain < -CLEARLY, gain > CLEARLY, always > CLEARLY]
