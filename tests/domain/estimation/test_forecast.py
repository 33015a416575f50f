from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from ekachit.domain.estimation.forecast import Calendar, ForecastError, Worked, forecast

MONDAY = date(2026, 3, 2)


def steady(days: int, hours: float) -> list[Worked]:
    """Return the same hours on each of the last days, weekends without."""
    past = [MONDAY - timedelta(days=back) for back in range(1, days + 1)]
    return [Worked(day, hours, 1) for day in past if day.weekday() < 5] + [Worked(MONDAY, hours, 0)]


def test_steady_work_is_done_when_its_hours_are_worked() -> None:
    found = forecast(np.full((400, 5), 4.0), steady(90, 4.0), MONDAY)
    assert MONDAY + timedelta(days=4) <= (found.sure_by(0.5) or date.max) <= MONDAY + timedelta(days=9)


def test_a_later_task_is_never_done_before_an_earlier_one_and_chances_rise() -> None:
    hours = np.random.default_rng(0).lognormal(1, 0.5, (300, 6))
    found = forecast(hours, steady(60, 3.0), MONDAY)
    assert (np.diff(found.done[::2], axis=1) >= 0).all()
    chances = [chance for _, chance in found.chances()]
    assert chances == sorted(chances)
    assert chances[-1] >= 0.99


def test_nothing_is_done_on_days_off() -> None:
    off = frozenset(MONDAY + timedelta(days=ahead) for ahead in range(1, 12))
    found = forecast(np.full((200, 1), 12.0), steady(60, 4.0), MONDAY, calendar=Calendar(days_off=off))
    assert not off & set(found.days)
    assert all(day.weekday() < 5 for day in found.days)
    assert (found.sure_by(0.9) or date.min) > max(off)


def test_dropping_a_task_and_a_smaller_multiplier_bring_the_day_nearer() -> None:
    hours = np.random.default_rng(0).lognormal(1.5, 0.5, (400, 8))
    whole, fewer, less = (
        forecast(some, steady(60, 2.0), MONDAY) for some in (hours, hours[:, :4], hours * 0.5)
    )
    latest = whole.sure_by(0.85)
    assert latest is not None
    assert (fewer.sure_by(0.85) or date.max) < latest
    assert (less.sure_by(0.85) or date.max) < latest


def test_weeks_without_work_are_part_of_the_pace() -> None:
    every = steady(120, 4.0)
    half = [one for one in every if one.day.isocalendar().week % 2]
    slow, fast = (forecast(np.full((300, 1), 100.0), past, MONDAY).sure_by(0.5) for past in (half, every))
    assert slow is not None
    assert fast is not None
    assert slow > fast + timedelta(days=7)


def test_the_same_seed_gives_the_same_forecast() -> None:
    first, again = (forecast(np.full((100, 2), 9.0), steady(60, 2.0), MONDAY, seed=4) for _ in range(2))
    assert (first.done == again.done).all()


def test_what_will_not_be_done_in_sight_has_no_day() -> None:
    assert forecast(np.full((50, 1), 1e7), steady(30, 0.5), MONDAY).sure_by(0.5) is None


def test_what_was_done_in_the_future_is_not_known_yet() -> None:
    future = [Worked(MONDAY + timedelta(days=1), 10_000.0, 99)]
    first, second = (
        forecast(np.full((50, 1), 9.0), past, MONDAY) for past in (steady(60, 2.0), steady(60, 2.0) + future)
    )
    assert (first.done == second.done).all()


@pytest.mark.parametrize(
    ("hours", "past", "calendar", "code"),
    [
        (np.zeros((10, 0)), steady(30, 2.0), Calendar(), "nothing_open"),
        (np.ones((10, 1)), [], Calendar(), "no_work"),
        (np.ones((10, 1)), [Worked(MONDAY, 0.0)], Calendar(), "no_work"),
        (np.ones((10, 1)), steady(30, 2.0), Calendar(weekdays=frozenset()), "no_working_days"),
    ],
)
def test_a_forecast_that_cannot_be_made_says_why(
    hours: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    past: list[Worked],
    calendar: Calendar,
    code: str,
) -> None:
    with pytest.raises(ForecastError) as refused:
        forecast(hours, past, MONDAY, calendar=calendar)
    assert refused.value.code == code
