"""The columns of the model: level, size, level of late, types, projects, combinations, estimates often typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ekachit.domain.estimation.observation import Floats, History, Task, Whole
from ekachit.domain.estimation.priors import Priors

# One number for a type and a project together; a window of tasks has far fewer projects than this.
PAIR = 100_003
# Estimates closer than a twentieth in log count as the same.
SAME_SIZE = 20
# Codes this close together are counted without being sorted first.
FEW = 1000
# Level, size, points, bend.
PLAIN = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column means what, and what is believed of its coefficient."""

    centre: float
    groups: tuple[Whole, Whole, Whole, Whole]  # types, projects, combinations, sizes that have a column
    means: Floats
    variances: Floats
    late: slice  # the columns of the level of late, whose variances are in units of the noise's

    @property
    def types(self) -> Whole:
        """Return the codes of the types that have a column."""
        return self.groups[0]

    @property
    def projects(self) -> Whole:
        """Return the codes of the projects that have a column."""
        return self.groups[1]


def _codes(history: History) -> tuple[Whole, Whole, Whole, Whole]:
    """Return each task's type, project, combination of both, and size, as whole numbers."""
    sizes = np.rint(history.log_expected * SAME_SIZE).astype(np.int64)
    return history.types, history.projects, history.types * PAIR + history.projects, sizes


def _frequent(codes: Whole, weights: Floats, most: int) -> Whole:
    """Return the codes with the largest weights, at most `most`; of equal weights the lowest code."""
    if not len(codes):
        return codes
    least = int(codes.min())
    if int(codes.max()) - least < FEW:
        totals = np.bincount(codes - least, weights)
        names = np.flatnonzero(totals)
        totals, names = totals[names], names + least
    else:
        names, places = np.unique(codes, return_inverse=True)
        totals = np.bincount(places, weights)
    return np.asarray(names[np.argsort(-totals, kind="stable")[:most]])


def lay_out(history: History, weights: Floats, priors: Priors) -> Layout:
    """Return the columns for a history whose tasks count as much as their weights."""
    count = len(history)
    centre = float(weights @ history.log_expected / weights.sum()) if count else 0.0
    types, projects, cells, sizes = (_frequent(codes, weights, priors.levels) for codes in _codes(history))
    if len(projects) < 2 or len(types) < 2:  # noqa: PLR2004 - one project: the cells are the types over again
        cells = cells[:0]
    variances = np.concatenate(
        [
            np.square([priors.level_sd, priors.slope_sd, priors.points_sd, priors.bend_sd]),
            np.square(priors.recency_sd),
            np.full(len(priors.bumps), priors.bump_sd**2),
            np.full(len(types), priors.type_sd**2),
            np.full(len(projects), priors.project_sd**2),
            np.full(len(cells), priors.cell_sd**2),
            np.full(len(sizes), priors.same_sd**2),
        ],
    )
    means = np.zeros(len(variances))
    # Sizes count from the person's own middle, so that a change of unit changes nothing; without one, no slope.
    means[1] = priors.slope if count else 0.0
    late = slice(PLAIN, PLAIN + len(priors.recency_sd))
    return Layout(centre, (types, projects, cells, sizes), means, variances, late)


def columns(layout: Layout, history: History, ages: Floats, priors: Priors) -> Floats:
    """Return a row for each task and a column for each coefficient. An age of 0 is the task that comes next."""
    size = history.log_expected - layout.centre
    matrix = np.empty((len(history), len(layout.means)))
    matrix[:, 0] = 1.0
    matrix[:, 1] = size
    matrix[:, 2] = history.in_points
    matrix[:, 3] = np.sqrt(1 + size**2) - 1
    matrix[:, layout.late] = np.exp(-ages[:, None] / np.array(priors.recency_tasks))
    start = PLAIN + len(priors.recency_sd)
    bumps = np.array(priors.bumps)
    away = (size[:, None] - bumps) / priors.bump_width
    matrix[:, start : start + len(bumps)] = np.exp(-0.5 * away**2)
    start += len(bumps)
    for codes, levels in zip(_codes(history), layout.groups, strict=True):
        matrix[:, start : start + len(levels)] = codes[:, None] == levels
        start += len(levels)
    return matrix


def ahead(tasks: Sequence[Task], known: History) -> History:
    """Return tasks yet to be done in the columns of a known history; a new type or project has a negative code.

    Two new types are two codes, so that tasks of one new type share what it adds.
    """
    new_types: dict[str, int] = {}
    new_projects: dict[str, int] = {}

    def code(name: str, codes: dict[str, int], new: dict[str, int]) -> int:
        return codes[name] if name in codes else -1 - new.setdefault(name, len(new))

    return History(
        np.log(np.array([task.expected for task in tasks], dtype=float)),
        np.zeros(len(tasks)),
        np.array([task.unit == "points" for task in tasks], dtype=bool),
        np.array([code(task.type, known.type_codes, new_types) for task in tasks], dtype=np.int64),
        np.array([code(task.project, known.project_codes, new_projects) for task in tasks], dtype=np.int64),
        known.type_codes,
        known.project_codes,
    )
