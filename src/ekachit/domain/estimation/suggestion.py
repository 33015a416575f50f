"""Whether to suggest another multiplier: only when the person's own tasks speak clearly against the present one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ekachit.domain.estimation.interval import Level, Multiplier, aligned, multiplier, person_level, settle
from ekachit.domain.estimation.model import Model, fit
from ekachit.domain.estimation.observation import History, Observation, number
from ekachit.domain.estimation.priors import PRIORS, Priors
from ekachit.domain.estimation.sessions import LeftOut

# Below this many finished tasks nothing is suggested.
LEAST_TASKS = 10
# After "Not now", silence until the suggested number has moved by this part of it.
MOVED = 0.1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A multiplier to offer, with all that is shown beside it. `project` is None for all of the person's tasks.

    The offered value lies a little short of the learned one, the middle of the interval: see `careful`.
    """

    multiplier: Multiplier
    present: float
    tasks: int
    left_out: tuple[tuple[str, LeftOut], ...] = ()
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing to suggest: why (`code` is stable), out of how many tasks, and what is known of the number so far."""

    code: str
    text: str
    tasks: int
    multiplier: Multiplier | None = None


def careful(known: Multiplier, present: float, caution: float = PRIORS.caution) -> Multiplier:
    """Return a multiplier whose value lies `caution` standard deviations nearer to the one in use; same interval."""
    if known.value > present:
        value = max(present, known.value * math.exp(-caution * known.sd))
    else:
        value = min(present, known.value * math.exp(caution * known.sd))
    return replace(known, value=value)


def decide(
    known: Multiplier,
    present: float,
    tasks: int,
    declined: float | None = None,
    left_out: Sequence[tuple[str, LeftOut]] = (),
) -> Suggestion | Silence:
    """Return the suggestion that a multiplier with its interval deserves, or why there is none.

    Args:
        known: what the finished tasks say.
        present: the multiplier in use.
        tasks: finished tasks it rests on.
        declined: the last number answered with "Not now".
        left_out: names of tasks that are not learned from, and why.
    """
    number(present, "The present multiplier")
    if tasks < LEAST_TASKS:
        missing = LEAST_TASKS - tasks
        return Silence("too_few", f"{missing} more finished tasks with an estimate and time.", tasks, known)
    if known.low <= present <= known.high:
        return Silence("fits", "The present multiplier fits the finished tasks.", tasks, known)
    offer = careful(known, present)
    if declined is not None and abs(offer.value / number(declined, "The declined number") - 1) < MOVED:
        return Silence("declined", "The number has hardly moved since “Not now”.", tasks, known)
    return Suggestion(offer, present, tasks, tuple(left_out))


def in_unit(history: History, *, points: bool) -> History:
    """Return the tasks of a history that were estimated in points, or those in hours."""
    keep = np.flatnonzero(history.in_points == points)
    return history.at(keep)


def suggest(  # noqa: PLR0913 - each is a fact the decision rests on
    observations: Sequence[Observation],
    present: float,
    *,
    points: bool = True,
    declined: float | None = None,
    left_out: Sequence[tuple[str, LeftOut]] = (),
    priors: Priors = PRIORS,
) -> Suggestion | Silence:
    """Return a suggestion for all of a person's tasks, or why there is none. See `decide` for the arguments."""
    tasks = in_unit(History.of(observations), points=points)
    known = multiplier(person_level(fit(tasks, priors)), in_points=points)
    return decide(known, present, len(tasks), declined, left_out)


def project_level(model: Model, project: str) -> tuple[Level, int]:
    """Return the level of a project, believed to lie near the person's, and out of how many tasks in it."""
    priors, history = model.priors, model.history
    weights = model.awake * priors.level_forgetting ** np.arange(len(history) - 1, -1, -1.0)
    own = np.flatnonzero(history.projects == history.project_codes.get(project, -1))
    centre = person_level(model).place
    return settle(aligned(model)[own], weights[own], priors.project_sd, priors, centre=centre), len(own)


def project_levels(model: Model) -> dict[str, tuple[Level, int]]:
    """Return the level of each project with enough tasks; see `project_level`."""
    found = {name: project_level(model, name) for name in model.history.project_codes}
    return {name: known for name, known in found.items() if known[1] >= LEAST_TASKS}


def project_over_time(
    history: History, project: str, *, every: int = 5, priors: Priors = PRIORS
) -> list[tuple[int, Multiplier]]:
    """Return a project's hours a point after every few of its tasks, and after the last, with how many there were."""
    own = np.flatnonzero(history.projects == history.project_codes.get(project, -1))
    counts = [*range(every, len(own), every), len(own)] if len(own) >= every else []
    path: list[tuple[int, Multiplier]] = []
    for count in counts:
        level, _tasks = project_level(fit(history.between(0, int(own[count - 1]) + 1), priors), project)
        path.append((count, multiplier(level, in_points=True)))
    return path


def suggest_by_project(
    observations: Sequence[Observation],
    present: float,
    *,
    points: bool = True,
    priors: Priors = PRIORS,
) -> list[Suggestion]:
    """Return a suggestion for each project that clearly differs: from the number in use and from the rest."""
    tasks = in_unit(History.of(observations), points=points)
    model = fit(tasks, priors)
    person = person_level(model)
    offers: list[Suggestion] = []
    for name, (level, count) in project_levels(model).items():
        low, high = level.ends
        offer = decide(multiplier(level, in_points=points), present, count)
        if isinstance(offer, Suggestion) and name and not low <= person.place <= high:
            offers.append(Suggestion(offer.multiplier, present, count, (), name))
    return offers


def outcome(suggested: float, present: float, later: Sequence[Observation]) -> float | None:
    """Return what came of a suggestion: mean |log error| of later tasks with it, less that without; None if none.

    Below zero the suggested number was the better one.
    """
    if not later:
        return None
    for value in (suggested, present):
        number(value, "The multiplier")
    errors = np.array([math.log(one.actual_hours / one.task.estimate) for one in later])
    with_it = np.abs(errors - math.log(suggested)).mean()
    return float(with_it - np.abs(errors - math.log(present)).mean())
