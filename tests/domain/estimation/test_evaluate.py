from __future__ import annotations

import numpy as np
import pytest

from ekachit.domain.estimation.calibration import PastRange, count_held, number_over_time, past_ranges
from ekachit.domain.estimation.evaluate import table, trial
from ekachit.domain.estimation.observation import History
from ekachit.domain.estimation.scores import crps, paired_interval
from tests.domain.estimation.histories import person


def test_no_prediction_looks_ahead() -> None:
    known, scrambled = person(30), person(30)[:15] + person(15, ratio=40, seed=99, first=15)
    first, second = trial(History.of(known)), trial(History.of(scrambled))
    for name in ("default", "mean", "median", "ebs", "ekachit"):
        assert (first.quantiles[name][:15] == second.quantiles[name][:15]).all()
    assert (first.quantiles["ekachit"][20:] != second.quantiles["ekachit"][20:]).any()


def test_the_engine_beats_trusting_the_estimate_where_units_differ() -> None:
    people = [
        trial(History.of(person(60, ratio=ratio, seed=seed)), step=2)
        for seed, ratio in enumerate((3, 0.4, 2.5))
    ]
    lines = {(line.method, line.bucket): line for line in table(people)}
    assert lines["ekachit", "50+"].score.crps < 0.8 * lines["default", "50+"].score.crps
    against = lines["default", "50+"].ours_against_it
    assert against is not None
    assert against[0] < -0.2


def test_eight_of_ten_ranges_hold() -> None:
    ranges = [one for seed in range(6) for one in past_ranges(History.of(person(60, seed=seed, noise=0.7)))]
    held = count_held(ranges)
    assert held.tasks == 300
    assert 0.72 < held.held / held.tasks < 0.9


def test_a_range_counts_as_held_between_its_ends() -> None:
    said = [PastRange(1, 2, 4, actual) for actual in (0.5, 1, 4, 9)]
    held = count_held(said)
    assert (held.held, held.below, held.above) == (2, 1, 1)


def test_the_number_over_time_comes_near_the_truth() -> None:
    told = number_over_time(
        History.of(person(40, ratio=3.0, noise=0.3, unit="points")), in_points=True, every=10
    )
    assert [count for count, _ in told] == [10, 20, 30, 40]
    assert abs(told[-1][1].value - 3.0) < 0.4


def test_crps_of_a_sure_and_right_prediction_is_nothing_and_grows_with_the_miss() -> None:
    rows = np.zeros((3, 19))
    assert crps(rows, np.array([0.0, 1.0, -2.0])) == pytest.approx([0.0, 1.0, 2.0])


def test_the_interval_of_a_paired_difference_holds_it() -> None:
    theirs = np.random.default_rng(0).uniform(1, 2, 50)
    change, low, high = paired_interval(theirs * 0.9, theirs)
    assert low <= change <= high
    assert change == pytest.approx(-0.1)
