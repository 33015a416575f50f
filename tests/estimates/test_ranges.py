"""Ranges of open tasks: from the person's own tasks, kept as they were said, never with a look ahead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.domain.estimation.overrun import Overrun
from ekachit.estimates.history import known_of
from ekachit.estimates.models import StatedRange
from ekachit.estimates.queries import held, past_ranges, ranges
from ekachit.estimates.ranges import likely, state
from ekachit.tasks.actions import change_status
from ekachit.tasks.models import FocusSession, Status, Task
from ekachit.tasks.queries import rows
from tests.estimates.making import MORNING, make_finished, make_history, make_open

LATER = MORNING + timedelta(days=400)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


def listed(user: User) -> list[Task]:
    return list(rows(user).exclude(status=Status.DONE).select_related("stated_range"))


def say(user: User) -> dict[int, tuple[float, float]]:
    """Look at the list, as a page does."""
    tasks = listed(user)
    found = likely(known_of(user), tasks)
    state(tasks, found, now=LATER)
    return {pk: (each.low, each.high) for pk, each in found.items()}


def stated(task: Task) -> StatedRange:
    return StatedRange.objects.get(task=task)


def test_a_range_stands_on_the_persons_own_tasks(ada: User) -> None:
    task = make_open(ada, points=3)
    ((low, high),) = ranges(ada, listed(ada)).values()
    assert low < 6 < high
    make_history(ada, 40, per_point=6.0)
    ((low, high),) = ranges(ada, listed(ada)).values()
    assert 6 < low < 18 < high
    assert list(ranges(ada, listed(ada))) == [task.pk]


def test_ranges_cost_three_queries_however_many_tasks(ada: User, django_assert_num_queries: object) -> None:
    make_history(ada, 12)
    for count in (2, 30):
        for _ in range(count):
            make_open(ada, points=2)
        tasks = listed(ada)
        with django_assert_num_queries(3):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
            assert len(ranges(ada, tasks)) == len(tasks)


def test_done_tasks_and_such_without_anything_known_have_none(ada: User) -> None:
    make_open(ada, points=None)
    make_open(ada, points=0)
    make_finished(ada)
    assert ranges(ada, rows(ada)) == {}


def test_without_points_a_task_is_compared_with_its_like_and_says_so(ada: User) -> None:
    for day in range(6):
        make_finished(ada, hours=2, day=day, title=f"Fix login {day}", issue_type="Bug", points=1)
        make_finished(ada, hours=20, day=day, title=f"Build export {day}", issue_type="Story", points=8)
    task = make_open(ada, "Fix login again", points=None, issue_type="Bug")
    found = likely(known_of(ada), listed(ada))[task.pk]
    assert found.compared
    assert found.middle < 6
    assert [each.title.startswith("Fix login") for each in found.alike] == [True] * 3
    assert ranges(ada, listed(ada)) == {}
    assert say(ada)
    assert not StatedRange.objects.exists()


def test_no_look_ahead_a_stated_range_stays_whatever_is_finished_later(ada: User) -> None:
    make_history(ada, 12, per_point=2.0)
    task = make_open(ada, points=3)
    before = say(ada)[task.pk]
    make_history(ada, 40, per_point=9.0, first=12)
    after = say(ada)[task.pk]
    assert after[0] > before[0]
    assert (stated(task).low, stated(task).high) == before
    assert stated(task).tasks == 12


def test_no_look_ahead_the_outcome_itself_is_not_in_the_range(ada: User) -> None:
    """The same past with two futures gives the same ranges, to the last bit."""
    ben = add_account("ben@yourteam.dev")
    said = []
    for user, hours in ((ada, 1.0), (ben, 90.0)):
        make_history(user, 15)
        task = make_open(user, points=5)
        say(user)
        make_finished(user, points=5, hours=hours, day=60)
        say(user)
        said.append((stated(task).low, stated(task).middle, stated(task).high))
    assert said[0] == said[1]


def test_another_estimate_before_work_is_another_range_and_none_after(ada: User) -> None:
    task = make_open(ada, points=3)
    say(ada)
    first = stated(task)
    Task.objects.filter(pk=task.pk).update(points=8)
    say(ada)
    second = stated(task)
    assert (second.estimate, second.low > first.low) == (8, True)
    FocusSession.objects.create(
        user=ada,
        task=task,
        started_at=MORNING,
        ended_at=LATER,
        seconds=60.0,
        last_sign_at=LATER,
        ending="paused",
    )
    Task.objects.filter(pk=task.pk).update(estimate_override_hours=99.0)
    say(ada)
    assert stated(task).estimate == 8


def test_a_task_that_is_begun_before_its_range_was_shown_is_not_counted(ada: User) -> None:
    task = make_open(ada, points=3)
    FocusSession.objects.create(
        user=ada,
        task=task,
        started_at=MORNING,
        ended_at=LATER,
        seconds=60.0,
        last_sign_at=LATER,
        ending="paused",
    )
    say(ada)
    assert not StatedRange.objects.filter(task=task).exists()


def test_looking_twice_stores_once_and_costs_no_query(ada: User, django_assert_num_queries: object) -> None:
    make_open(ada, points=3)
    say(ada)
    first = StatedRange.objects.get()
    tasks = listed(ada)
    found = likely(known_of(ada), tasks)
    with django_assert_num_queries(0):  # type: ignore[operator] # a fixture that pytest-django leaves untyped
        assert state(tasks, found, now=LATER) == 0
    assert StatedRange.objects.get().stated_at == first.stated_at


def test_calibration_counts_what_was_stated_and_leaves_out_what_is_not_learned_from(ada: User) -> None:
    for number in range(6):
        make_open(ada, f"T {number}", points=3)
    say(ada)
    for number, task in enumerate(Task.objects.filter(user=ada)):
        hours = (6.0, 7.0, 5.0, 400.0, 0.01, 15.0)[number]
        begins = MORNING + timedelta(days=number)
        FocusSession.objects.create(
            user=ada,
            task=task,
            started_at=begins,
            ended_at=begins + timedelta(hours=hours),
            seconds=hours * 3600,
            last_sign_at=begins + timedelta(hours=hours),
            ending="done",
            source="manual" if hours == 400 else "timer",
        )
        change_status(task, Status.DONE, now=begins + timedelta(hours=hours))
    found = held(past_ranges(ada, known_of(ada)))
    assert (found.held, found.below, found.above, found.tasks) == (3, 1, 1, 5)


def test_overrun_is_marked_at_80_percent_and_past_the_range(ada: User) -> None:
    task = make_open(ada, points=3)
    each = likely(known_of(ada), [task])[task.pk]
    assert each.overrun(4.7, 6.0) is Overrun.WITHIN
    assert each.overrun(4.9, 6.0) is Overrun.NEAR
    assert each.overrun(each.high + 0.1, 6.0) is Overrun.BEYOND
