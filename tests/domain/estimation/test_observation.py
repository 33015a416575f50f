from __future__ import annotations

import math
from typing import Any

import pytest

from ekachit.domain.estimation.observation import History, Observation, ObservationError, Task, number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0, "not_positive"),
        (-3, "not_positive"),
        (math.nan, "not_a_number"),
        (math.inf, "not_a_number"),
        (10**400, "not_a_number"),
        (1e9, "absurd"),
        (1e-9, "absurd"),
        ("3", "not_a_number"),
        (None, "not_a_number"),
        (True, "not_a_number"),
    ],
)
def test_a_size_that_cannot_be_is_refused_with_words(value: Any, code: str) -> None:
    with pytest.raises(ObservationError) as refused:
        number(value, "The estimate")
    assert refused.value.code == code
    assert str(refused.value).startswith("The estimate has to be")


def test_tasks_and_observations_refuse_what_cannot_be() -> None:
    with pytest.raises(ObservationError, match="hours” or “points"):
        Task(3, "days")  # type: ignore[arg-type] # the wrong unit is the point
    with pytest.raises(ObservationError, match="The hours worked"):
        Observation(Task(3), 0)
    with pytest.raises(ObservationError, match="date"):
        Observation(Task(3), 2, math.nan)


def test_a_point_is_two_hours_before_anything_is_learned() -> None:
    assert Task(3, "points").expected == 6
    assert Task(3, "hours").expected == 3


def test_a_history_is_in_order_of_finish() -> None:
    late, early = Observation(Task(1), 9, 2.0), Observation(Task(1), 4, 1.0)
    assert History.of([late, early]).log_ratio == pytest.approx([math.log(4), math.log(9)])
