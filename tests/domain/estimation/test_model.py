from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekachit.domain.estimation.model import fit
from ekachit.domain.estimation.observation import Floats, History, Observation, Task
from ekachit.domain.estimation.priors import PRIORS
from ekachit.domain.estimation.shape import hours_quantiles, t4_quantiles
from tests.domain.estimation.histories import observations, person, tasks

TEN, MIDDLE, NINETY = 1, 9, 17


def predict(known: list[Observation], task: Task) -> Floats:
    return np.asarray(hours_quantiles(fit(History.of(known)), [task])[0])


@given(observations(), tasks())
@settings(max_examples=60, deadline=None)
def test_any_history_gives_rising_finite_ranges(known: list[Observation], task: Task) -> None:
    found = predict(known, task)
    assert np.isfinite(found).all()
    assert (found > 0).all()
    assert (np.diff(found) >= 0).all()


@given(observations(20), tasks(), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_tasks_of_one_date_arrive_is_irrelevant(
    known: list[Observation], task: Task, random: Random
) -> None:
    mixed = list(known)
    random.shuffle(mixed)
    assert predict(mixed, task) == pytest.approx(predict(known, task), rel=1e-9)


@given(st.integers(1, 40), st.floats(0.25, 4), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_ranges_follow_the_unit_of_time(count: int, scale: float, seed: int) -> None:
    known = [one for one in person(count, seed=seed, noise=0.3) if one.actual_hours < 7 / 4]
    scaled = [
        replace(
            one,
            task=replace(one.task, estimate=one.task.estimate * scale),
            actual_hours=one.actual_hours * scale,
        )
        for one in known
    ]
    if not known or max(one.actual_hours for one in scaled) > PRIORS.night_hours[0]:
        return
    # Which estimates count as the same depends on a grid; with no effect of their own the rest is exact.
    priors = replace(PRIORS, same_sd=1e-6)
    first = hours_quantiles(fit(History.of(known), priors), [Task(2)])[0]
    second = hours_quantiles(fit(History.of(scaled), priors), [Task(2 * scale)])[0]
    assert second == pytest.approx(first * scale, rel=1e-6)


def test_without_history_the_middle_is_the_estimate() -> None:
    assert predict([], Task(3))[MIDDLE] == pytest.approx(3)
    assert predict([], Task(3, "points"))[MIDDLE] == pytest.approx(6)


def test_the_middle_goes_to_what_the_person_really_takes() -> None:
    task = Task(3, "points", "Story", "PAY")
    people = [person(80, ratio=3.1, noise=0.4, unit="points", seed=seed) for seed in range(12)]
    assert np.median([predict(known, task)[MIDDLE] for known in people]) == pytest.approx(9.3, rel=0.1)


def test_the_range_is_narrow_for_a_steady_person_and_wide_for_another() -> None:
    def width(noise: float) -> float:
        found = predict(person(60, noise=noise), Task(3, "hours", "Story", "PAY"))
        return math.log(found[NINETY] / found[TEN])

    assert width(0.2) < 0.6 * width(0.9)


def test_the_same_history_gives_the_same_range() -> None:
    known = person(50)
    assert (predict(known, Task(3)) == predict(known, Task(3))).all()


def test_a_type_that_takes_longer_is_known_by_its_name() -> None:
    slow = [
        replace(one, task=replace(one.task, type="Bug"), actual_hours=one.actual_hours * 3)
        for one in person(40)
    ]
    known = [one for pair in zip(person(40, seed=1), slow, strict=True) for one in pair]
    known = [replace(one, order=float(place)) for place, one in enumerate(known)]
    bug, story = (predict(known, Task(3, "hours", name, "PAY"))[MIDDLE] for name in ("Bug", "Story"))
    assert bug > 2 * story


def test_a_person_who_types_the_estimate_again_gets_a_range_that_ends_there() -> None:
    known = [replace(one, actual_hours=one.task.estimate) for one in person(30)]
    found = predict(known, Task(3, "hours", "Story", "PAY"))
    assert found[3:16] == pytest.approx([3.0] * 13)


def test_timers_left_on_overnight_hardly_move_the_range() -> None:
    clean = person(60, noise=0.4)
    left_on = [
        replace(one, actual_hours=one.actual_hours + 12) if at % 6 == 0 else one
        for at, one in enumerate(clean)
    ]
    task = Task(2, "hours", "Story", "PAY")
    before, after = predict(clean, task), predict(left_on, task)
    assert after[MIDDLE] == pytest.approx(before[MIDDLE], rel=0.15)
    assert after[NINETY] < 1.5 * before[NINETY]


def test_a_sudden_change_is_followed_within_a_dozen_tasks() -> None:
    known = person(40, noise=0.4) + person(12, ratio=2.0, noise=0.4, seed=9, first=40)
    assert predict(known, Task(3, "hours", "Story", "PAY"))[MIDDLE] > 3 * 1.6


def test_the_quantiles_of_the_belief_are_those_of_a_t_with_four_degrees() -> None:
    # Tables of Student's t: 90, 97.5 and 99.5 %.
    levels = np.array([0.5, 0.9, 0.975, 0.995])
    assert t4_quantiles(levels) == pytest.approx([0, 1.533, 2.776, 4.604], abs=1e-3)
