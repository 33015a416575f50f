"""A range for a task without an estimate, from the person's own tasks of the same type and project."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.shape import weighted_quantiles

LEAST_TASKS = 5
SHOWN = 3
# What a finished task counts for, by what it shares with the open one.
SAME_BOTH, SAME_ONE, SAME_NEITHER = 1.0, 0.3, 0.05
# How much more a task counts whose title is the same, word for word.
SAME_WORDS = 4.0
FORGETTING = 0.99


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished task by its words: `name` is whatever the caller knows it by."""

    name: str
    title: str
    type: str
    project: str
    actual_hours: float


@dataclass(frozen=True, slots=True)
class Guess:
    """Hours by comparison (10, 50 and 90 %), the most alike tasks, and how many were compared."""

    low: float
    middle: float
    high: float
    alike: tuple[Finished, ...]
    tasks: int


def words(title: str) -> frozenset[str]:
    """Return the words of a title, in lower case, without one-letter words."""
    return frozenset(word for word in re.findall(r"\w+", title.casefold()) if len(word) > 1)


def shared(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the part of all words that two titles share."""
    return len(first & second) / len(first | second) if first or second else 0.0


def guess(title: str, type_: str, project: str, finished: Sequence[Finished]) -> Guess | None:
    """Return a range for a task without an estimate; None where fewer than 5 tasks share its type or project.

    Args:
        title: of the open task.
        type_: likewise.
        project: likewise.
        finished: the person's finished tasks, oldest first, with hours above zero.
    """
    own = words(title)
    near = [shared(own, words(one.title)) for one in finished]
    kin = [(one.type == type_) + (one.project == project) for one in finished]
    if sum(both > 0 for both in kin) < LEAST_TASKS:
        return None
    by_kin = np.array([SAME_NEITHER, SAME_ONE, SAME_BOTH])
    ages = np.arange(len(finished) - 1, -1, -1.0)
    weights = by_kin[kin] * (1 + SAME_WORDS * np.array(near)) * FORGETTING**ages
    logs = np.array([math.log(one.actual_hours) for one in finished])
    low, middle, high = np.exp(weighted_quantiles(logs, weights, np.array([0.1, 0.5, 0.9])))
    best = sorted(range(len(finished)), key=lambda place: (-weights[place], -place))[:SHOWN]
    return Guess(
        float(low), float(middle), float(high), tuple(finished[place] for place in best), len(finished)
    )
