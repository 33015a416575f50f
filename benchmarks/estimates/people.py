"""People with histories: read from a data folder, or drawn with public seeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from ekachit.domain.estimation.history_csv import Row, read
from ekachit.domain.estimation.observation import Floats, History, Observation, Task

TYPES = ("Story", "Bug", "Chore", "Spike")
PROJECTS = ("PAY", "WEB")
FIBONACCI = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0)


@dataclass(frozen=True)
class Someone:
    """One person's finished tasks, and the rows they come from where there are dates."""

    name: str
    history: History
    rows: tuple[Row, ...] = ()

    def __len__(self) -> int:
        return len(self.history)


def from_file(path: Path) -> list[Someone]:
    """Return the people of a CSV file, in the order of the file."""
    people = read(path.read_text(encoding="utf-8")).by_person()
    return [
        Someone(name, History.in_order([row.observation for row in rows]), tuple(rows))
        for name, rows in people.items()
    ]


def drawn(count: int, tasks: int, seed: int, *, noise: float = 0.8, drift: float = 0.03) -> Iterator[Someone]:
    """Yield people in points whose level, slope, types and projects differ, with a slow drift and t noise."""
    random = np.random.default_rng(seed)
    for number in range(count):
        points = random.choice(FIBONACCI, tasks, p=[0.2, 0.25, 0.25, 0.15, 0.1, 0.05])
        types, projects = random.integers(0, len(TYPES), tasks), random.integers(0, len(PROJECTS), tasks)
        level = random.normal(0, 0.45) + np.cumsum(random.normal(0, drift, tasks))
        by_type, by_project = random.normal(0, 0.3, len(TYPES)), random.normal(0, 0.2, len(PROJECTS))
        logs = level + by_type[types] + by_project[projects] + random.normal(-0.1, 0.1) * np.log(points / 3)
        logs += noise * random.standard_t(5, tasks) / np.sqrt(5 / 3)
        hours = np.clip(points * 2 * np.exp(logs), 0.02, 2000)
        yield Someone(
            f"drawn {number}",
            History.in_order(
                [
                    Observation(Task(float(p), "points", TYPES[t], PROJECTS[j]), float(h), float(place))
                    for place, (p, t, j, h) in enumerate(zip(points, types, projects, hours, strict=True))
                ],
            ),
        )


def plain(seed: int, noise: float, tasks: int, jump_at: int | None = None, jump: float = 0.0) -> History:
    """Return one person in hours with a fixed level and normal noise, and a jump of the level at a task."""
    random = np.random.default_rng(seed)
    hours = np.exp(random.normal(0.7, 0.8, tasks))
    ratios = random.normal(0, 0.3) - 0.1 * np.log(hours / 2) + random.normal(0, noise, tasks)
    if jump_at is not None:
        ratios = ratios + jump * (np.arange(tasks) >= jump_at)
    return History.in_order(
        [
            Observation(Task(float(h), "hours", "Story", "PAY"), float(h * np.exp(r)), float(place))
            for place, (h, r) in enumerate(zip(hours, ratios, strict=True))
        ],
    )


def with_ratios(history: History, ratios: Floats) -> History:
    """Return the same tasks with other log ratios."""
    return replace(history, log_ratio=ratios)


def finish(row: Row) -> datetime:
    """Return when a row was finished; a file without dates has none to measure by."""
    if row.finished is None:
        raise ValueError("this measure needs dates")
    return row.finished
