from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekachit.domain.estimation.alike import Finished, guess
from ekachit.domain.estimation.history_csv import Row, read, write
from ekachit.domain.estimation.observation import ObservationError, Task
from ekachit.domain.estimation.overrun import Overrun, overrun
from ekachit.domain.estimation.sessions import hours, left_out
from ekachit.domain.estimation.worked_days import worked_days
from tests.domain.estimation.histories import tasks

FILE = """person,date,estimate,unit,actual_hours,project,type
A,2026-01-02T10:00,3,points,5.5,PAY,Story
A,2026-01-01,two,points,5.5,PAY,Story
A,2026-01-01,0,points,5.5,PAY,Story
A,tomorrow,3,points,5.5,PAY,Story
A,2026-01-01,3,days,5.5,PAY,Story
A,2026-01-01,3,hours,nan,PAY,Story
A,2026-01-01,3,hours,,PAY,Story

A,2026-01-01,1,hours,2,PAY,Bug
"""


def test_rows_are_read_in_the_order_of_their_dates_and_wrong_ones_told_by_line() -> None:
    found = read(FILE)
    assert [row.actual_hours for row in found.by_person()["A"]] == [2, 5.5]
    told = {error.line: error.text for error in found.errors}
    assert sorted(told) == [3, 4, 5, 6, 7, 8]
    assert told[3] == "The estimate “two” is not a number."
    assert told[4] == "The estimate has to be above zero."
    assert "2026-03-31" in told[5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("date,hours\n2026-01-01,3\n", "“estimate”, “actual_hours”"),
    ],
)
def test_a_file_that_is_no_history_says_so(text: str, words: str) -> None:
    found = read(text)
    assert not found.rows
    assert words in " ".join(error.text for error in found.errors)


def test_open_work_needs_no_hours() -> None:
    assert len(read("estimate,unit\n3,points\n", open_work=True).rows) == 1


@given(
    st.lists(
        st.tuples(tasks(), st.floats(0.001, 1000), st.sampled_from(["me", "=1+1", "-a", "'b", "Zoë, B."]))
    )
)
@settings(max_examples=50, deadline=None)
def test_what_is_exported_is_read_back_the_same(drawn: list[tuple[Task, float, str]]) -> None:
    moment = datetime(2026, 1, 1, 9, 30)  # noqa: DTZ001 - local time, as in the files
    rows = [
        Row(name, task, spent, float(place), moment, None) for place, (task, spent, name) in enumerate(drawn)
    ]
    text = write(rows)
    assert not any(line.startswith(("=", "-", "+", "@")) for line in text.splitlines())
    assert list(read(text).rows) == rows


def at(day: int, hour: float) -> datetime:
    return datetime(2026, 1, day) + timedelta(hours=hour)  # noqa: DTZ001 - local time


def test_sessions_through_the_night_or_over_a_working_day_are_left_out() -> None:
    assert left_out([(at(1, 9), at(1, 12)), (at(1, 13), at(1, 17))]) is None
    assert left_out([(at(1, 3), at(1, 5))]) is None
    night, day = left_out([(at(1, 17), at(2, 9))]), left_out([(at(1, 8), at(1, 17))])
    assert night is not None
    assert night.code == "overnight"
    assert day is not None
    assert day.code == "over_working_day"
    with pytest.raises(ObservationError, match="ends before"):
        left_out([(at(1, 9), at(1, 8))])
    assert hours([(at(1, 9), at(1, 10.5)), (at(2, 9), at(2, 10))]) == 2.5


def test_overrun_is_marked_at_eighty_percent_and_past_the_range() -> None:
    assert overrun(4.7, 6, 10) is Overrun.WITHIN
    assert overrun(4.9, 6, 10) is Overrun.NEAR
    assert overrun(10.1, 6, 10) is Overrun.BEYOND
    assert overrun(99, None, None) is Overrun.WITHIN


def test_a_task_without_points_is_compared_with_its_kin() -> None:
    kin = [Finished(f"PAY-{place}", "Fix login form", "Bug", "PAY", 2.0 + place / 10) for place in range(6)]
    rest = [Finished(f"WEB-{place}", "Write report", "Story", "WEB", 40.0) for place in range(6)]
    said = guess("Login form broken", "Bug", "PAY", [*rest, *kin])
    assert said is not None
    assert 2.0 <= said.middle <= 2.6
    assert {one.name[:3] for one in said.alike} == {"PAY"}
    assert len(said.alike) == 3
    assert guess("Login", "Spike", "NEW", rest) is None


def test_hours_of_a_long_task_lie_on_the_days_before_its_finish() -> None:
    text = "date,start,estimate,actual_hours\n2026-01-08T17:00,2026-01-05T09:00,10,20\n"
    days = worked_days(read(text).rows)
    assert [(one.day, one.finished) for one in days] == [
        (date(2026, 1, 8 - back), int(not back)) for back in range(3)
    ]
    assert sum(one.hours for one in days) == pytest.approx(20)
