"""What pages and estimates read: the same rows for everybody they belong to, in few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db.models import QuerySet
from pytest_django import DjangoAssertNumQueries

from ekachit.accounts.actions import add_days_off
from ekachit.accounts.models import User
from ekachit.tasks.actions import leave_unasked
from ekachit.tasks.focus import FocusSummary, focus_by_day, focus_summary
from ekachit.tasks.models import Ending, FocusSession, Status, Task
from ekachit.tasks.queries import (
    actual_hours,
    board_rows,
    current_session,
    finished_observations,
    finished_without_session,
    rows,
    saying,
    sessions_of,
    todays_rows,
)
from ekachit.tasks.sessions import begin, end, sign_of_life
from ekachit.tasks.typed import add_typed
from tests.tasks.moments import at
from tests.web.making import make_checklist, make_task

NOW = at(15)


def spend(task: Task, hours: float, *, day: int = 25) -> FocusSession:
    return add_typed(task, f"{hours:.3f}h", now=NOW, ended_at=at(12, day=day))


def titles(tasks: QuerySet[Task]) -> list[str]:
    return [task.title for task in tasks]


def test_sessions_and_checklists_do_not_multiply_each_other(ada: User, task: Task) -> None:
    make_checklist(task, 2, 3)
    for _ in range(2):
        spend(task, 1.5)
    begin(ada, task, now=at(14))
    (row,) = rows(ada)
    assert actual_hours(row) == 3
    assert (vars(row)["checklist_total"], vars(row)["checklist_done"]) == (3, 2)
    assert actual_hours(rows(ada).get(pk=task.pk)) == 3


def test_the_board_has_what_is_open_in_order_and_what_was_finished_lately(ada: User, ben: User) -> None:
    make_task(ada, "low", priority_rank=4)
    make_task(ada, "high", priority_rank=1, status=Status.IN_PROGRESS)
    make_task(ada, "monday", status=Status.DONE, done_at=at(9, day=23))
    make_task(ada, "today", status=Status.DONE, done_at=at(9))
    make_task(ada, "long ago", status=Status.DONE, done_at=NOW - timedelta(days=15))
    make_task(ben, "foreign")
    opened, finished = board_rows(ada, NOW)
    assert (titles(opened), titles(finished)) == (["high", "low"], ["today", "monday"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Retry webhook delivery", "Webhook tests"]),
        ("WEBHOOK", ["Retry webhook delivery", "Webhook tests"]),
        (" delivery  retry ", ["Retry webhook delivery"]),
        ("high", ["Retry webhook delivery"]),
        ("100%", []),
        ("_", []),
    ],
)
def test_a_filter_finds_every_word_in_any_field(ada: User, text: str, found: list[str]) -> None:
    make_task(ada, "Retry webhook delivery", priority_name="High")
    make_task(ada, "Webhook tests")
    assert titles(rows(ada).filter(saying(text, "title", "priority_name"))) == found


def test_the_day_so_far_and_the_usual_day(ada: User, task: Task) -> None:
    add_days_off(ada, date(2026, 11, 19), date(2026, 11, 19))
    for day, hours in ((24, 4), (23, 5), (22, 8), (20, 6), (19, 8)):
        spend(task, hours, day=day)
    assert focus_summary(ada, now=NOW) == FocusSummary(today=0, usual=5)
    begin(ada, task, now=at(14, 30))
    assert focus_summary(ada, now=NOW) == FocusSummary(today=0.5, usual=5)


def test_of_a_session_in_question_only_what_is_sure_counts(ada: User, task: Task) -> None:
    begin(ada, task, now=at(9))
    sign_of_life(ada, now=at(10))
    assert focus_by_day(ada, date(2026, 11, 25), now=at(23)) == {date(2026, 11, 25): 1}
    FocusSession.objects.update(last_sign_at=at(9))
    assert focus_by_day(ada, date(2026, 11, 25), now=at(23)) == {}


def test_hours_are_those_of_the_person_s_days(ada: User, ben: User, task: Task) -> None:
    begin(ada, task, now=at(22, day=24))
    end(ada, Ending.STOPPED, now=at(0, 30))
    spend(make_task(ben), 3)
    assert focus_by_day(ada, date(2026, 11, 1), now=NOW) == {date(2026, 11, 24): 2, date(2026, 11, 25): 0.5}
    assert focus_by_day(ada, date(2026, 11, 25), now=NOW) == {date(2026, 11, 25): 0.5}
    ada.time_zone = "America/Los_Angeles"
    assert focus_by_day(ada, date(2026, 11, 1), now=NOW) == {date(2026, 11, 24): 2.5}


def test_finished_tasks_with_time_are_there_to_learn_from(ada: User, ben: User) -> None:
    first = make_task(ada, "first", points=8, estimate_hours=6, status=Status.DONE, done_at=at(9, day=20))
    Task.objects.update(started_at=at(9, day=19), started_points=3)
    latest = make_task(ada, "latest", status=Status.DONE, done_at=at(9))
    make_task(ada, "unmeasured", status=Status.DONE)
    for task in (first, latest, make_task(ada, "open"), make_task(ben, status=Status.DONE)):
        spend(task, 1)
        spend(task, 0.5)
    found = list(finished_observations(ada))
    assert [task.title for task in found] == ["latest", "first"]
    assert (vars(found[1])["points_then"], found[1].estimate_hours, actual_hours(found[1])) == (3, 6, 1.5)
    assert [session.seconds for session in found[1].sessions.all()] == [3600, 1800]


def test_the_question_how_long_it_took_is_asked_once_and_soon(ada: User) -> None:
    def finished(title: str, *, hours_ago: float) -> Task:
        return make_task(ada, title, status=Status.DONE, done_at=NOW - timedelta(hours=hours_ago))

    measured, late = finished("measured", hours_ago=1), finished("put off", hours_ago=2)
    spend(measured, 1)
    finished("days ago", hours_ago=49)
    finished("earlier", hours_ago=3)
    assert titles(finished_without_session(ada, NOW)) == ["put off", "earlier"]
    leave_unasked(late, now=NOW)
    assert titles(finished_without_session(ada, NOW)) == ["earlier"]


def test_what_was_typed_is_not_what_can_be_gone_on_with(ada: User, task: Task) -> None:
    begin(ada, make_task(ada, "timed"), now=at(9))
    end(ada, Ending.PAUSED, now=at(10))
    spend(task, 0.1)
    last = current_session(ada)
    assert last is not None
    assert last.task.title == "timed"


READS: dict[str, tuple[int, Callable[[User], object]]] = {
    "today": (1, lambda user: list(todays_rows(user, NOW))),
    "board": (2, lambda user: [list(each) for each in board_rows(user, NOW)]),
    "observations": (2, lambda user: [list(task.sessions.all()) for task in finished_observations(user)]),
    "a slice of them": (2, lambda user: list(finished_observations(user)[:3])),
    "unmeasured": (1, lambda user: list(finished_without_session(user, NOW))),
    "current session": (1, lambda user: getattr(current_session(user), "task", None)),
    "summary": (2, lambda user: focus_summary(user, now=NOW)),
    "by day": (2, lambda user: focus_by_day(user, date(2026, 1, 1), now=NOW)),
    "sessions": (2, lambda user: list(sessions_of(Task.objects.filter(user=user)[0]))),
}


@pytest.mark.parametrize("name", READS)
def test_any_number_of_rows_takes_the_same_few_queries(
    ada: User, name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        done = {"status": Status.DONE, "done_at": at(number)} if number % 2 else {}
        task = make_task(ada, str(number), **done)
        make_checklist(task, 1, 3)
        if number % 3:
            spend(task, 1)
    count, read = READS[name]
    with django_assert_num_queries(count):
        read(ada)
