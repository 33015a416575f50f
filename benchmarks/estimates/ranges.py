"""Point and range of each task, by how many were finished before; and the first ten in hours."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.estimates.people import Someone
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.evaluate import BUCKETS, by_person, table, trial

FIRST = 10
# A history longer than this may be sampled.
LONG = 100
LEAST_HELD, MOST_HELD = 0.7, 0.9


def ranges(name: str, people: list[Someone], step: int) -> Block:
    """Return the prequential table of a set of people."""
    trials = [trial(one.history, step=step if len(one) > LONG else 1) for one in people]
    block = Block(
        f"Point and range of the next task: {name}",
        (
            "tasks before",
            "method",
            "persons",
            "CRPS",
            "GMAR",
            "in 80 %",
            "below",
            "above",
            "Ekachit's CRPS against it",
        ),
    )
    for line in table(trials):
        one, against = line.score, line.ours_against_it
        told = f"{against[0]:+.1%} ({against[1]:+.1%} … {against[2]:+.1%})" if against else ""
        figures = (
            f"{one.crps:.4f}",
            f"{one.gmar:.2f}",
            percent(one.held),
            percent(one.below),
            percent(one.above),
        )
        block.add(line.bucket, line.method, str(line.persons), *figures, told)
    late = [found.held for one in trials if (found := by_person(one, "ekachit", BUCKETS["50+"]))]
    if late:
        good = np.mean([LEAST_HELD <= held <= MOST_HELD for held in late])
        block.note(f"Persons whose 80 % range holds in 70-90 % of their tasks (50+): {percent(float(good))}.")
    return block


def first_ten(sets: dict[str, list[Someone]]) -> Block:
    """Return the mean error of the first ten tasks against trusting the estimate."""
    block = Block(
        "The first ten tasks: mean error", ("set", "default, h", "Ekachit, h", "change", "log: change")
    )
    for name, people in sets.items():
        hours: dict[str, list[float]] = {"default": [], "ekachit": []}
        logs: dict[str, list[float]] = {"default": [], "ekachit": []}
        for one in people:
            part = one.history.between(0, FIRST)
            for method, rows in trial(part).quantiles.items():
                if method not in hours:
                    continue
                for row, truth, size in zip(rows, part.log_ratio, part.log_expected, strict=True):
                    logs[method].append(abs(float(row[9] - truth)))
                    hours[method].append(abs(math.exp(row[9] + size) - math.exp(truth + size)))
        mean = {method: float(np.mean(found)) for method, found in hours.items()}
        log = {method: float(np.mean(found)) for method, found in logs.items()}
        changes = (
            f"{mean['ekachit'] / mean['default'] - 1:+.1%}",
            f"{log['ekachit'] / log['default'] - 1:+.1%}",
        )
        block.add(name, f"{mean['default']:.3f}", f"{mean['ekachit']:.3f}", *changes)
    return block
