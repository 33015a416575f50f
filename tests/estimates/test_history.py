"""What is learned from: the person's finished tasks with estimate and time, and what is left out."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.estimates.history import known_of
from ekachit.estimates.recall import forget_all, recall
from ekachit.tasks.models import FocusSession, SessionSource, Settlement, Task
from tests.estimates.making import MORNING, make_finished, make_history, make_open


@pytest.fixture
def ada(db: None) -> User:
    forget_all()
    return add_account("ada@yourteam.dev", plan="pro")


def test_points_at_the_start_and_measured_hours_are_learned(ada: User) -> None:
    task = make_finished(ada, points=3, hours=7)
    Task.objects.filter(pk=task.pk).update(points=8)
    (one,) = known_of(ada).observations
    assert (one.task.estimate, one.task.unit, one.actual_hours) == (3, "points", 7)
    assert (one.task.type, one.task.project) == ("Story", "PAY")


def test_hours_that_the_person_typed_count_as_hours(ada: User) -> None:
    make_finished(ada, points=3, hours=7, estimate_override_hours=5.0, estimate_hours=5.0)
    (one,) = known_of(ada).observations
    assert (one.task.estimate, one.task.unit) == (5, "hours")


def test_open_tasks_those_without_time_and_of_others_teach_nothing(ada: User) -> None:
    make_open(ada, points=3)
    FocusSession.objects.filter(task=make_finished(ada)).delete()
    make_finished(add_account("ben@yourteam.dev"))
    assert known_of(ada).finished == ()


def test_a_task_without_an_estimate_is_only_compared_with(ada: User) -> None:
    make_finished(ada, points=None)
    known = known_of(ada)
    assert (len(known.finished), known.observations) == (1, [])


def test_no_points_at_all_are_left_out_with_words(ada: User) -> None:
    make_finished(ada, points=0, title="Free of charge")
    known = known_of(ada)
    ((title, why),) = known.left_out
    assert (title, why.code, known.finished) == ("Free of charge", "unusable", ())
    assert "above zero" in why.text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"hours": 15, "begins": MORNING + timedelta(hours=8)}, "overnight"),
        ({"hours": 9}, "over_working_day"),
        ({"hours": 9, "source_of_time": SessionSource.MANUAL}, ""),
        ({"hours": 9, "settled": Settlement.KEPT}, ""),
        ({"hours": 7}, ""),
    ],
)
def test_a_timer_left_on_is_left_out_but_not_what_the_person_said(
    ada: User, fields: dict[str, object], code: str
) -> None:
    make_finished(ada, whole=True, **fields)  # type: ignore[arg-type] # the table's own mixture
    known = known_of(ada)
    assert [why.code for _title, why in known.left_out] == ([code] if code else [])
    assert len(known.finished) == (0 if code else 1)
    assert known.reasons() == ({code: 1} if code else {})


def test_the_night_is_that_of_the_person(ada: User) -> None:
    make_finished(ada, hours=7, whole=True)
    ada.time_zone = "Pacific/Auckland"
    assert MORNING.astimezone(ZoneInfo(ada.time_zone)).hour == 22
    assert known_of(ada).reasons() == {"overnight": 1}


def test_learning_costs_three_queries_however_much_there_is(
    ada: User, django_assert_num_queries: object
) -> None:
    for first in (0, 5):
        make_history(ada, 5 + first, first=first)
        with django_assert_num_queries(3):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
            known_of(ada)


def test_what_was_learned_is_kept_until_something_is_new(
    ada: User, django_assert_num_queries: object
) -> None:
    make_history(ada, 4)
    first = recall(ada, now=MORNING)
    with django_assert_num_queries(1):  # type: ignore[operator] # as above
        assert recall(ada, now=MORNING) is first
    task = make_finished(ada, day=9)
    second = recall(ada, now=MORNING)
    assert len(second.finished) == 5
    session = FocusSession.objects.filter(task=task).latest("started_at")
    FocusSession.objects.filter(pk=session.pk).update(seconds=session.seconds + 3600)  # type: ignore[operator] # it has ended
    assert recall(ada, now=MORNING).finished[-1].hours == second.finished[-1].hours + 1
    task.delete()
    assert len(recall(ada, now=MORNING).finished) == 4
