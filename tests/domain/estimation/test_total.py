from __future__ import annotations

import numpy as np

from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import History, Task
from ekachit.domain.estimation.shape import hours_quantiles
from ekachit.domain.estimation.total import total_quantiles
from tests.domain.estimation.histories import person

TASK = Task(3, "hours", "Story", "PAY")


def test_the_same_seed_gives_the_same_total_and_another_one_nearly() -> None:
    model = fit(History.of(person(40)))
    first, again, other = (total_quantiles(model, [TASK] * 20, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert np.allclose(first, other, rtol=0.15)


def test_errors_of_many_tasks_partly_cancel_out_but_the_shared_one_stays() -> None:
    model = fit(History.of(person(15, noise=0.8)))

    def width(count: int) -> float:
        found = total_quantiles(model, [TASK] * count, 0)
        return float(np.log(found[17] / found[1]))

    assert width(20) < 0.8 * width(1)
    assert width(200) > 0.5 * width(20)


def test_a_total_of_one_task_agrees_with_its_range() -> None:
    model = fit(History.of(person(40)))
    one, alone = total_quantiles(model, [TASK], 0), hours_quantiles(model, [TASK])[0]
    assert np.allclose(np.log(one[3:16]), np.log(alone[3:16]), atol=0.15)


def test_a_list_with_new_types_and_projects_has_a_total() -> None:
    model = fit(History.of(person(40)))
    found = total_quantiles(
        model, [TASK, Task(2, "points", "New", "Other"), Task(2, "hours", "Newer", "Other")], 0
    )
    assert np.isfinite(found).all()
