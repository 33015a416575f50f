"""Finished tasks, as the engine sees them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from ekachit.domain.estimation.priors import DEFAULT_MULTIPLIER

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Unit: TypeAlias = Literal["hours", "points"]

# A finished task outside of these is a slip of the keyboard: one second; ten years of working days.
LEAST = 1 / 3600
MOST = 20_000.0
# Estimate and actual closer than this were typed from each other.
SAME = 0.005


class ObservationError(ValueError):
    """A task that cannot be learned from or predicted. `code` is stable; the text is for the person, in English.

    `column` names what is wrong as files do, and `given` is what stood there, where that is known: with `code` they
    tell the same as the text in any language.
    """

    def __init__(self, code: str, text: str, *, column: str = "", given: str = "") -> None:
        super().__init__(text)
        self.code, self.column, self.given = code, column, given


def number(value: object, name: str, column: str = "") -> float:
    """Return a size in points or hours as a float. `name` begins a sentence, `column` is what files call it.

    Raises:
        ObservationError: it is no number, not above zero, or absurd.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ObservationError(
            "not_a_number", f"{name} has to be a number, for example 3 or 2.5.", column=column
        )
    size = float(value) if abs(value) <= 1e300 else math.inf  # noqa: PLR2004 - past it int overflows float
    if not math.isfinite(size):
        raise ObservationError(
            "not_a_number", f"{name} has to be a number that is not infinite.", column=column
        )
    if size <= 0:
        raise ObservationError("not_positive", f"{name} has to be above zero.", column=column)
    if not LEAST <= size <= MOST:
        raise ObservationError(
            "absurd", f"{name} has to be between one second and {MOST:,.0f}.", column=column
        )
    return size


@dataclass(frozen=True, slots=True)
class Task:
    """What is known of a task before it is done. `estimate` is in hours or points, as `unit` says.

    Raises:
        ObservationError: the estimate cannot be used, or the unit is neither hours nor points.
    """

    estimate: float
    unit: Unit = "hours"
    type: str = ""
    project: str = ""

    def __post_init__(self) -> None:
        number(self.estimate, "The estimate", "estimate")
        if self.unit not in ("hours", "points"):
            raise ObservationError("unit", "The unit has to be “hours” or “points”.")

    @property
    def expected(self) -> float:
        """Hours expected before anything is learned: hours as they are, points × 2.0."""
        return self.estimate * (DEFAULT_MULTIPLIER if self.unit == "points" else 1.0)


@dataclass(frozen=True, slots=True)
class Observation:
    """A finished task: what was known before, the hours it took, and when it was finished (any rising number)."""

    task: Task
    actual_hours: float
    order: float = 0.0

    def __post_init__(self) -> None:
        number(self.actual_hours, "The hours worked", "actual_hours")
        if not math.isfinite(self.order):
            raise ObservationError("order", "The date a task was finished is missing.", column="seq")


def _rank(one: Observation) -> tuple[float, float, float, str, str, str]:
    """Return a key that puts tasks of one date in the same order however they arrive."""
    task = one.task
    return (one.order, task.expected, one.actual_hours, task.unit, task.type, task.project)


@dataclass(frozen=True, slots=True)
class History:
    """A person's finished tasks by column, oldest first. `log_ratio` is log(actual / expected)."""

    log_expected: Floats
    log_ratio: Floats
    in_points: Flags
    types: Whole
    projects: Whole
    type_codes: dict[str, int] = field(repr=False)
    project_codes: dict[str, int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.log_ratio)

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Self:
        """Return the history of finished tasks, by `order`; equal orders in an order of their own."""
        return cls.in_order(sorted(observations, key=_rank))

    @classmethod
    def in_order(cls, ordered: Sequence[Observation]) -> Self:
        """Return the history of finished tasks that are in order already."""
        type_codes: dict[str, int] = {}
        project_codes: dict[str, int] = {}
        types = [type_codes.setdefault(one.task.type, len(type_codes)) for one in ordered]
        projects = [project_codes.setdefault(one.task.project, len(project_codes)) for one in ordered]
        log_expected = np.log(np.array([one.task.expected for one in ordered], dtype=float))
        return cls(
            log_expected,
            np.log(np.array([one.actual_hours for one in ordered], dtype=float)) - log_expected,
            np.array([one.task.unit == "points" for one in ordered], dtype=bool),
            np.array(types, dtype=np.int64),
            np.array(projects, dtype=np.int64),
            type_codes,
            project_codes,
        )

    def between(self, first: int, end: int) -> History:
        """Return the tasks from the `first`-th up to but without the `end`-th."""
        return self.at(slice(first, end))

    def at(self, part: slice | Whole) -> History:
        """Return some of the tasks, in order."""
        return History(
            self.log_expected[part],
            self.log_ratio[part],
            self.in_points[part],
            self.types[part],
            self.projects[part],
            self.type_codes,
            self.project_codes,
        )
