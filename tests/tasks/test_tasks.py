"""Tasks: estimates that follow points, statuses with their times, the person's day, nobody else's rows."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from ekachit.accounts.actions import add_account, set_multiplier
from ekachit.accounts.models import User
from ekachit.tasks.access import own_task
from ekachit.tasks.actions import TaskError, change_status, enter_status, reestimate
from ekachit.tasks.models import ChecklistItem, Status, Task
from ekachit.tasks.queries import day_bounds, rows, todays_rows
from tests.web.making import make_checklist, make_task

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev")


def hours(task: Task) -> float | None:
    task.refresh_from_db()
    return task.estimate_hours


def test_another_multiplier_re_computes_open_tasks_without_an_override(ada: User) -> None:
    follows = make_task(ada, points=3, estimate_hours=6)
    typed = make_task(ada, points=3, estimate_hours=9, estimate_override_hours=9)
    done = make_task(ada, points=3, estimate_hours=6, status=Status.DONE)
    bare = make_task(ada)
    somebody_else_s = make_task(add_account("ben@yourteam.dev"), points=3, estimate_hours=6)
    set_multiplier(ada, Decimal("2.65"))
    assert reestimate(ada) == 1
    assert [hours(each) for each in (follows, typed, done, bare, somebody_else_s)] == [7.95, 9, 6, None, 6]


def test_points_that_work_began_with_stay_the_basis(ada: User) -> None:
    begun = make_task(ada, points=8, started_points=3, status=Status.IN_PROGRESS, estimate_hours=6)
    set_multiplier(ada, Decimal(3))
    reestimate(ada)
    assert hours(begun) == 9


def test_starting_keeps_the_points_of_that_moment(ada: User) -> None:
    task = make_task(ada, points=3)
    assert change_status(task, Status.IN_PROGRESS, now=NOW).started_points == 3
    Task.objects.update(points=8)
    again = change_status(change_status(task, Status.TODO, now=NOW), Status.IN_PROGRESS, now=NOW)
    assert (again.started_points, again.started_at) == (3, NOW)


def test_done_has_a_time_and_open_has_none(ada: User) -> None:
    task = change_status(make_task(ada), Status.DONE, now=NOW)
    assert (task.done_at, task.status_changed_at) == (NOW, NOW)
    later = NOW + timedelta(hours=1)
    assert change_status(task, Status.DONE, now=later).done_at == NOW, "done again is not done later"
    assert change_status(task, Status.TODO, now=later).done_at is None


def test_entering_the_same_status_is_no_change(ada: User) -> None:
    assert not enter_status(Task(user=ada), Status.TODO, now=NOW)


def test_an_unknown_status_is_refused(ada: User) -> None:
    task = make_task(ada)
    with pytest.raises(TaskError) as caught:
        change_status(task, "nearly", now=NOW)
    assert caught.value.code == "status_unknown"


@pytest.mark.parametrize(
    ("zone", "moment", "length"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 25, 12, tzinfo=UTC), 25),
        ("Asia/Kolkata", datetime(2026, 3, 29, 20, tzinfo=UTC), 24),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 2, tzinfo=UTC), 24.5),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, tzinfo=UTC), 23.5),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 15, tzinfo=UTC), 23),  # midnight itself was left out
        ("Pacific/Kiritimati", datetime(2026, 1, 1, 11, tzinfo=UTC), 24),
    ],
)
def test_T02_a_day_is_the_person_s_own(zone: str, moment: datetime, length: float) -> None:
    start, end = day_bounds(moment, ZoneInfo(zone))
    assert start <= moment < end
    assert (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=length)


def test_T02_today_has_what_is_open_and_what_was_done_today_in_the_person_s_zone(ada: User) -> None:
    ada.time_zone = "America/Los_Angeles"
    night = datetime(2026, 3, 20, 5, 0, tzinfo=UTC)  # the evening before, in Los Angeles
    make_task(ada, "open")
    make_task(ada, "this morning", status=Status.DONE, done_at=datetime(2026, 3, 20, 14, 0, tzinfo=UTC))
    make_task(ada, "last night", status=Status.DONE, done_at=night)
    assert [task.title for task in todays_rows(ada, NOW)] == ["open", "this morning"]


def test_rows_count_their_checklist_with_what_is_not_shown(ada: User) -> None:
    task = make_task(ada, checklist_more=5)
    make_checklist(task, 2, 30)
    (row,) = rows(ada)
    assert (vars(row)["checklist_done"], vars(row)["checklist_total"]) == (2, 35)


def test_the_most_urgent_comes_first_and_without_a_priority_last(ada: User) -> None:
    for title, rank in (("none", None), ("low", 4), ("high", 1)):
        make_task(ada, title, priority_rank=rank)
    assert [task.title for task in rows(ada)] == ["high", "low", "none"]


def test_somebody_else_s_task_does_not_exist(ada: User) -> None:
    task = make_task(ada)
    assert own_task(ada, task.pk) == task
    with pytest.raises(Http404):
        own_task(add_account("ben@yourteam.dev"), task.pk)


def test_the_database_refuses_what_cannot_be(ada: User) -> None:
    task = make_task(ada)
    make_checklist(task, 0, 1)
    for wrong in (
        lambda: Task.objects.create(user=ada, title="x", estimate_hours=-1),
        lambda: Task.objects.create(user=ada, title="x", status=Status.DONE),
        lambda: Task.objects.create(user=ada, title="x", done_at=timezone.now()),
        lambda: ChecklistItem.objects.create(task=task, title="x", ref="0"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    ChecklistItem.objects.create(task=task, title="the person's own")
    ChecklistItem.objects.create(task=task, title="another of theirs")


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Bangkok"]
)
def test_T02_every_moment_is_in_one_day_and_each_day_begins_where_the_last_one_ended(zone: str) -> None:
    moment, last = datetime(2018, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
    before = day_bounds(moment, ZoneInfo(zone))[1].astimezone(UTC)
    while moment < last:
        start, end = (each.astimezone(UTC) for each in day_bounds(moment, ZoneInfo(zone)))
        assert start <= moment < end
        if moment >= before:
            assert start == before
        before, moment = end, moment + timedelta(minutes=30)


def test_T02_who_moves_to_another_zone_sees_the_day_of_that_one(ada: User) -> None:
    ada.time_zone = "Pacific/Kiritimati"
    make_task(ada, "done", status=Status.DONE, done_at=datetime(2026, 3, 20, 9, 0, tzinfo=UTC))
    now = datetime(2026, 3, 20, 11, 0, tzinfo=UTC)
    assert [task.title for task in todays_rows(ada, now)] == []
    ada.time_zone = "America/Sao_Paulo"
    assert [task.title for task in todays_rows(ada, now)] == ["done"]
