from __future__ import annotations

import pytest

from ekachit.domain.estimation.interval import Multiplier
from ekachit.domain.estimation.observation import ObservationError
from ekachit.domain.estimation.sessions import OVERNIGHT
from ekachit.domain.estimation.suggestion import (
    Silence,
    Suggestion,
    decide,
    outcome,
    suggest,
    suggest_by_project,
)
from tests.domain.estimation.histories import person


def test_below_ten_tasks_nothing_is_suggested_however_clear() -> None:
    said = suggest(person(9, ratio=8, noise=0.1, unit="points"), 2.0)
    assert isinstance(said, Silence)
    assert said.code == "too_few"
    assert "1 more" in said.text


def test_a_clear_difference_is_suggested_with_its_interval() -> None:
    said = suggest(person(20, ratio=5.0, noise=0.4, unit="points"), 2.0)
    assert isinstance(said, Suggestion)
    assert said.multiplier.low < 5.0 < said.multiplier.high
    assert said.multiplier.low > 2.0
    assert said.tasks == 20


@pytest.mark.parametrize("present", [0.5, 1.0, 2.0, 6.0, 20.0])
def test_what_is_offered_lies_a_little_short_of_what_was_learned(present: float) -> None:
    known = Multiplier(3.0, 2.4, 3.75)
    said = decide(known, present, 20)
    assert isinstance(said, Suggestion)
    offered = said.multiplier
    assert (offered.low, offered.high) == (known.low, known.high)
    assert offered.learned == pytest.approx(3.0)
    least, most = sorted((present, 3.0))
    assert max(least, known.low) < offered.value < min(most, known.high)
    assert isinstance(decide(known, offered.value, 20), Silence)


def test_silence_where_the_present_number_lies_in_the_interval() -> None:
    said = suggest(person(30, ratio=2.1, unit="points"), 2.0)
    assert isinstance(said, Silence)
    assert said.code == "fits"


def test_tasks_in_hours_say_nothing_of_points() -> None:
    said = suggest(person(30, ratio=3, unit="hours"), 2.0, points=True)
    assert isinstance(said, Silence)
    assert said.tasks == 0


def test_not_now_holds_until_the_number_has_moved() -> None:
    known = Multiplier(2.6, 2.3, 2.9)
    again = decide(known, 2.0, 20, declined=2.5)
    assert isinstance(again, Silence)
    assert again.code == "declined"
    assert isinstance(decide(known, 2.0, 20, declined=2.2), Suggestion)


def test_left_out_tasks_are_told_with_their_reason() -> None:
    said = decide(Multiplier(2.6, 2.3, 2.9), 2.0, 20, left_out=[("PAY-1", OVERNIGHT)])
    assert isinstance(said, Suggestion)
    assert said.left_out == (("PAY-1", OVERNIGHT),)


def test_a_present_multiplier_that_cannot_be_is_refused() -> None:
    with pytest.raises(ObservationError, match="present multiplier"):
        suggest(person(12, unit="points"), 0.0)


def test_only_a_project_that_clearly_differs_has_a_number_of_its_own() -> None:
    usual = person(60, ratio=2.0, noise=0.3, unit="points", project="PAY")
    other = person(25, ratio=5.0, noise=0.3, unit="points", project="WEB", seed=3, first=60)
    offers = suggest_by_project(usual + other, 2.0)
    assert [offer.project for offer in offers] == ["WEB"]
    assert offers[0].multiplier.value > 3


def test_what_came_of_a_suggestion_is_told_by_later_tasks() -> None:
    later = person(20, ratio=3.0, noise=0.1, unit="points")
    better, worse = outcome(3.0, 2.0, later), outcome(1.0, 2.0, later)
    assert better is not None
    assert worse is not None
    assert better < 0 < worse
    assert outcome(3.0, 2.0, []) is None
