"""The usual day, and what is planned against it."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from ekachit.domain.work.hours import WorkingHours
from ekachit.domain.work.plan import planned, remaining_hours, usual_hours

HOURS = WorkingHours(ZoneInfo("UTC"), days_off=frozenset([date(2026, 11, 23)]))
WEDNESDAY = date(2026, 11, 25)


def test_the_usual_day_is_the_mean_of_working_days_with_focus() -> None:
    totals = {date(2026, 11, day): hours for day, hours in ((20, 4.0), (19, 5.0), (17, 6.0), (24, 7.0))}
    assert usual_hours(totals, WEDNESDAY, HOURS) == 5.5


@pytest.mark.parametrize("left_out", [WEDNESDAY, date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 26)])
def test_today_weekends_and_days_off_do_not_count(left_out: date) -> None:
    totals = {date(2026, 11, day): 5.0 for day in (18, 19, 20)}
    assert usual_hours(totals | {left_out: 99.0}, WEDNESDAY, HOURS) == 5


def test_days_without_focus_do_not_count() -> None:
    totals = {
        date(2026, 11, 18): 4.0,
        date(2026, 11, 19): 0.0,
        date(2026, 11, 20): 5.0,
        date(2026, 11, 24): 6.0,
    }
    assert usual_hours(totals, WEDNESDAY, HOURS) == 5


def test_only_the_last_twenty_count() -> None:
    days = [WEDNESDAY - timedelta(days=back) for back in range(1, 60)]
    working = [day for day in days if HOURS.works(day)]
    totals = dict.fromkeys(working[:20], 6.0) | dict.fromkeys(working[20:], 1.0)
    assert usual_hours(totals, WEDNESDAY, HOURS) == 6


def test_with_two_days_nothing_is_usual_yet() -> None:
    assert usual_hours({date(2026, 11, 19): 5.0, date(2026, 11, 20): 5.0}, WEDNESDAY, HOURS) is None
    assert usual_hours({}, WEDNESDAY, HOURS) is None


def test_what_is_left_of_an_estimate_is_never_below_nothing() -> None:
    assert [remaining_hours(*each) for each in ((6, 2), (6, 7.5), (None, 3))] == [4, 0, None]


def test_tasks_fit_from_the_top_until_one_does_not() -> None:
    result = planned([2.0, None, 3.0, 4.0, 0.5], budget=5.0)
    assert (result.hours, result.without_estimate, result.fitting) == (9.5, 1, 3)
    assert planned([2.0, 3.0], budget=None).fitting == 0
    assert planned([], budget=5.0).hours == 0
