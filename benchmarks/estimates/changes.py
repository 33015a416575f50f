"""A person who suddenly takes twice as long: how soon predictions follow, and what that readiness costs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from benchmarks.estimates.people import plain
from benchmarks.estimates.report import Block, percent
from ekachit.domain.estimation.baselines import Method, engine, evidence_based
from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import Floats, History
from ekachit.domain.estimation.priors import PRIORS
from ekachit.domain.estimation.scores import crps, paired_interval

JUMP_AT, SPAN = 40, 40
# The same engine without anything that follows a change, to price that.
STILL = replace(PRIORS, change_chance=0.0, recency_sd=(), recency_tasks=(), echo=0.0, forgetting=0.995)
SURE = 0.9


def still(past: History, task: History) -> Floats:
    """Return what the engine says without any readiness for change."""
    return engine(past, task, STILL)


def absorbed(method: Method, noise: float, people: int) -> Floats:
    """Return the part of the jump that the median has followed, by tasks since, for each person.

    Measured against the same person without the jump, so that noise cancels out.
    """
    paths = np.empty((people, SPAN))
    for seed in range(people):
        changed = plain(seed, noise, JUMP_AT + SPAN + 1, JUMP_AT, math.log(2))
        same = plain(seed, noise, JUMP_AT + SPAN + 1)
        for since in range(SPAN):
            place = JUMP_AT + since
            task = same.between(place, place + 1)
            after = method(changed.between(0, place), task)[9] - method(same.between(0, place), task)[9]
            paths[seed, since] = after / math.log(2)
    return paths


def _first(path: Floats, part: float) -> str:
    reached = np.flatnonzero(path >= part)
    return str(reached[0]) if len(reached) else f"> {SPAN}"


def changes(people: int) -> Block:
    """Return tasks until half and 80 % of a sudden × 2 are absorbed, on average over persons, and the cost."""
    block = Block(
        f"A sudden × 2 at task {JUMP_AT} ({people} drawn persons)",
        ("noise, sd", "method", "50 % after", "80 % after", "cost without a change, CRPS"),
    )
    for noise in (1.0, 0.7):
        for name, method in (("ekachit", engine), ("without readiness", still), ("ebs", evidence_based)):
            path = absorbed(method, noise, people).mean(axis=0)
            block.add(f"{noise}", name, _first(path, 0.5), _first(path, 0.8), _cost(method, noise, people))
    alarms = [fit(plain(5000 + seed, 1.0, 60)).change.probability > SURE for seed in range(100)]
    block.note(
        f"False alarms in 100 steady persons of 60 tasks (a change held for {SURE:.0%} sure): {sum(alarms)}."
    )
    return block


def _cost(method: Method, noise: float, people: int) -> str:
    """Return by what part CRPS rises against the engine without readiness, for steady persons past ten tasks."""
    ours, theirs = [], []
    for seed in range(people):
        history = plain(9000 + seed, noise, 100)
        rows = [(history.between(0, place), history.between(place, place + 1)) for place in range(10, 100, 4)]
        truth = history.log_ratio[10:100:4]
        ours.append(crps(np.array([method(*row) for row in rows]), truth).mean())
        theirs.append(crps(np.array([still(*row) for row in rows]), truth).mean())
    change, low, high = paired_interval(np.array(ours), np.array(theirs))
    return f"{change:+.2%} ({low:+.2%} … {high:+.2%})" if method is not still else percent(0.0)
