"""Histories for tests: drawn with a seed, or by Hypothesis."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from ekachit.domain.estimation.observation import Observation, Task, Unit


def person(
    count: int,
    *,
    ratio: float = 1.0,
    noise: float = 0.5,
    seed: int = 0,
    unit: Unit = "hours",
    project: str = "PAY",
    first: int = 0,
) -> list[Observation]:
    """Return finished tasks of one who takes `ratio` hours for each hour (or point) estimated."""
    random = np.random.default_rng(seed)
    sizes = random.choice([1.0, 2.0, 3.0, 5.0, 8.0], count)
    factors = ratio * np.exp(random.normal(0, noise, count))
    return [
        Observation(Task(float(size), unit, "Story", project), float(size * factor), float(first + place))
        for place, (size, factor) in enumerate(zip(sizes, factors, strict=True))
    ]


def tasks() -> st.SearchStrategy[Task]:
    """Return any task that is accepted."""
    return st.builds(
        Task,
        estimate=st.floats(0.001, 10_000),
        unit=st.sampled_from(["hours", "points"]),
        type=st.sampled_from(["", "Story", "Bug", "Überprüfung"]),
        project=st.sampled_from(["", "PAY", "WEB"]),
    )


def observations(max_size: int = 30) -> st.SearchStrategy[list[Observation]]:
    """Return any finished tasks that are accepted, with dates that often are the same."""
    one = st.builds(
        Observation, task=tasks(), actual_hours=st.floats(0.001, 10_000), order=st.integers(0, 9).map(float)
    )
    return st.lists(one, max_size=max_size)
