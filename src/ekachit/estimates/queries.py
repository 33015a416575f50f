"""Reads that start from a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from ekachit.accounts.models import User
from ekachit.domain.estimation.calibration import Held, PastRange, count_held, number_over_time
from ekachit.domain.estimation.interval import Level, Multiplier, multiplier, person_level
from ekachit.domain.estimation.observation import Task as Estimate
from ekachit.domain.estimation.observation import Unit
from ekachit.domain.estimation.shape import hours_quantiles
from ekachit.domain.estimation.suggestion import outcome, project_level, project_over_time
from ekachit.estimates.history import Known, known_of
from ekachit.estimates.models import StatedRange, Suggestion, SuggestionState
from ekachit.estimates.ranges import LEVELS, likely
from ekachit.tasks.models import Task

# Below this many later tasks, what came of a suggestion is chance.
FEWEST_LATER = 5


def ranges(user: User, tasks: Iterable[Task]) -> dict[int, tuple[float, float]]:
    """Return the ends of the 80 % range, in hours, of each open task with an estimate, by id: three queries, one fit."""
    found = likely(known_of(user), tasks)
    return {pk: (each.low, each.high) for pk, each in found.items() if not each.compared}


def project_keys(user: User) -> list[str]:
    """Return the keys of the projects that a person's tasks are in: one query."""
    keys = Task.objects.filter(user=user).exclude(project_key="").order_by("project_key")
    return list(keys.values_list("project_key", flat=True).distinct())


def shown_suggestions(user: User) -> QuerySet[Suggestion]:
    """Return the suggestions that wait for an answer, that for all tasks first."""
    return Suggestion.objects.filter(user=user, state=SuggestionState.SHOWN).order_by("project_key")


@dataclass(frozen=True, slots=True)
class PastSuggestion:
    """A suggestion that is closed, and what came of it.

    `better` is by what part later hours came closer to the suggested number than to the one before (0.1: a tenth
    closer; below 0: less close), None while too few tasks have come since.
    """

    suggestion: Suggestion
    better: float | None
    later: int


def past_suggestions(user: User, known: Known, project: str = "") -> list[PastSuggestion]:
    """Return the closed suggestions (of a project), the latest first, each with what came of it: one query."""
    rows = Suggestion.objects.filter(user=user).exclude(state=SuggestionState.SHOWN)
    return [_past(row, known) for row in rows if project in ("", row.project_key)]


def _past(row: Suggestion, known: Known) -> PastSuggestion:
    later = [
        each
        for each in known.observations
        if each.order > row.found_at.timestamp()
        and each.task.unit == "points"
        and row.project_key in ("", each.task.project)
    ]
    moved = outcome(row.value, row.present, later) if len(later) >= FEWEST_LATER else None
    return PastSuggestion(row, None if moved is None else 1 - float(np.exp(moved)), len(later))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A range as it was said before any work, with what the task took then, in hours."""

    title: str
    past: PastRange


def past_ranges(user: User, known: Known, project: str = "") -> list[Calibrated]:
    """Return the ranges that were said of tasks (of a project) finished since, oldest first: one query.

    What is not learned from (a timer left on) says nothing of ranges either.
    """
    stated = {
        each.task_id: each
        for each in StatedRange.objects.filter(task__user=user, task__done_at__isnull=False)
    }
    found = []
    for each in known.in_project(project):
        said = stated.get(each.task_id) if each.task_id is not None else None
        if said is not None:
            found.append(Calibrated(each.title, PastRange(said.low, said.middle, said.high, each.hours)))
    return found


def held(found: Iterable[Calibrated]) -> Held:
    """Return how many of the ranges held."""
    return count_held(each.past for each in found)


@dataclass(frozen=True, slots=True)
class Number:
    """The hours a point of a person or project: as learned, out of how many tasks, and on the way there."""

    level: Level
    multiplier: Multiplier
    tasks: int
    over_time: list[tuple[int, Multiplier]]


def number(known: Known, project: str = "") -> Number:
    """Return the person's number, or that of a project; no query."""
    return _number_in(known, project) if project else _number(known)


def _number_in(known: Known, project: str) -> Number:
    level, tasks = project_level(known.model_of_points, project)
    path = project_over_time(known.in_points, project, every=max(5, tasks // 20))
    return Number(level, multiplier(level, in_points=True), tasks, path)


def _number(known: Known) -> Number:
    level = person_level(known.model_of_points)
    tasks = len(known.in_points)
    every = max(5, tasks // 20)
    path = number_over_time(known.in_points, in_points=True, every=every)
    if path and path[-1][0] != tasks:
        path.append((tasks, multiplier(level, in_points=True)))
    return Number(level, multiplier(level, in_points=True), tasks, path)


@dataclass(frozen=True, slots=True)
class Band:
    """What an estimate of some size comes to, in hours: 10, 50 and 90 %. `hours` is the estimate itself."""

    hours: float
    low: float
    middle: float
    high: float


def band(known: Known, sizes: Iterable[float], unit: Unit, per_point: float, project: str = "") -> list[Band]:
    """Return what estimates of some sizes come to in a project, of a type that says nothing; no query."""
    estimates = [Estimate(size, unit, "", project) for size in sizes]
    if not estimates:
        return []
    rows = hours_quantiles(known.model, estimates, LEVELS)
    factor = per_point if unit == "points" else 1.0
    return [
        Band(each.estimate * factor, float(low), float(middle), float(high))
        for each, (low, middle, high) in zip(estimates, rows, strict=True)
    ]
