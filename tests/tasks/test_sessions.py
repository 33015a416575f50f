"""The timer: one session runs, in whatever window; one that ran on without the person is asked about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from ekachit.accounts.models import User
from ekachit.domain.work.idle import Reason
from ekachit.tasks.access import own_session
from ekachit.tasks.actions import TaskError
from ekachit.tasks.history import history_of
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Settlement, Task
from ekachit.tasks.queries import actual_hours, current_session, rows
from ekachit.tasks.sessions import begin, drop, end, keep, question_about, running_session, sign_of_life, trim
from tests.tasks.moments import at
from tests.web.making import make_task


def hours_of(task: Task) -> float:
    return actual_hours(rows(task.user).get(pk=task.pk))


def test_a_session_is_measured_from_start_to_end(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    assert (session.running, session.seconds_at(at(9, 30))) == (True, 1800)
    ended = end(ada, Ending.PAUSED, now=at(10, 30))
    assert ended is not None
    assert (ended.seconds, ended.source, ended.ending) == (5400, SessionSource.TIMER, Ending.PAUSED)
    assert running_session(ada) is None
    assert hours_of(task) == 1.5


def test_pauses_are_not_work(ada: User, task: Task) -> None:
    for start, stop in ((at(9), at(10)), (at(11), at(12, 15))):
        begin(ada, task, now=start)
        end(ada, Ending.PAUSED, now=stop)
    assert hours_of(task) == 2.25


def test_a_start_keeps_when_work_began_and_the_points_of_then(ada: User, task: Task) -> None:
    begin(ada, task, now=at(9))
    Task.objects.update(points=8)
    end(ada, Ending.STOPPED, now=at(10))
    again = begin(ada, task, now=at(11)).task
    assert (again.started_at, again.started_points, again.points) == (at(9), 3, 8)


def test_a_start_on_another_task_pauses_the_one_that_runs(ada: User, task: Task) -> None:
    first = begin(ada, task, now=at(9))
    second = begin(ada, make_task(ada, "another"), now=at(10))
    first.refresh_from_db()
    assert (first.ending, first.seconds) == (Ending.PAUSED, 3600)
    assert running_session(ada) == second


def test_started_twice_it_is_the_one_session(ada: User, task: Task) -> None:
    assert begin(ada, task, now=at(9)) == begin(ada, task, now=at(9, 5))
    assert FocusSession.objects.count() == 1


def test_a_session_without_length_leaves_no_trace(ada: User, task: Task) -> None:
    begin(ada, task, now=at(9))
    end(ada, Ending.PAUSED, now=at(9))
    begin(ada, task, now=at(9))
    end(ada, Ending.PAUSED, now=at(8, 59))  # the clock of another machine
    assert not FocusSession.objects.exists()


def test_ending_what_does_not_run_is_no_error(ada: User, task: Task) -> None:
    assert end(ada, Ending.STOPPED, now=at(9)) is None
    begin(ada, task, now=at(9))
    assert end(ada, Ending.STOPPED, now=at(10), task=make_task(ada, "another")) is None
    assert running_session(ada) is not None


def test_what_was_timed_last_can_be_gone_on_with(ada: User, task: Task) -> None:
    assert current_session(ada) is None
    begin(ada, task, now=at(9))
    end(ada, Ending.PAUSED, now=at(10))
    last = current_session(ada)
    assert last is not None
    assert (last.task, last.running, last.ending) == (task, False, Ending.PAUSED)


def test_a_task_that_was_deleted_meanwhile_cannot_be_started(ada: User, task: Task) -> None:
    Task.objects.all().delete()
    with pytest.raises(TaskError) as caught:
        begin(ada, task, now=at(9))
    assert caught.value.code == "task_gone"


def test_signs_of_life_keep_a_session_beyond_question(
    ada: User, task: Task, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    begin(ada, task, now=at(9))
    for hour in (12, 15, 17):
        with django_assert_num_queries(2):
            assert sign_of_life(ada, now=at(hour)) is None
    with django_assert_num_queries(1):
        sign_of_life(ada, now=at(17) + timedelta(seconds=20))
    session = running_session(ada)
    assert session is not None
    assert session.last_sign_at == at(17)
    assert sign_of_life(ada, now=at(20)) is not None


def test_a_sign_of_life_that_comes_too_late_answers_nothing(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    asked = sign_of_life(ada, now=at(13, 1))
    assert asked is not None
    assert asked.reason is Reason.IDLE
    session.refresh_from_db()
    assert session.last_sign_at == at(9)
    assert sign_of_life(ada, now=at(13, 2)) == asked


def test_nothing_else_happens_to_a_session_before_the_answer(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(16))
    morning = at(9, day=26)
    attempts: list[Callable[[], object]] = [
        lambda: begin(ada, make_task(ada, "another"), now=morning),
        lambda: begin(ada, task, now=morning),
        lambda: end(ada, Ending.PAUSED, now=morning),
    ]
    for attempt in attempts:
        with pytest.raises(TaskError) as caught:
            attempt()
        assert caught.value.code == "session_in_question"
    assert running_session(ada) == session


def test_kept_it_runs_on_and_counts_whole(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    kept = keep(ada, session, now=at(14))
    assert (kept.settled, kept.running) == (Settlement.KEPT, True)
    assert question_about(ada, kept, now=at(14, 30)) is None
    end(ada, Ending.DONE, now=at(15))
    assert hours_of(task) == 6


@pytest.mark.parametrize(
    ("how", "hours"), [(Settlement.LAST_SIGN, 1), (Settlement.DAY_END, 3), (Settlement.MOMENT, 2)]
)
def test_trimmed_it_ends_at_the_moment_the_person_chose(
    ada: User, task: Task, how: Settlement, hours: float
) -> None:
    session = begin(ada, task, now=at(15))
    sign_of_life(ada, now=at(16))
    cut = trim(ada, session, how, now=at(9, day=26), moment=at(17))
    assert (cut.source, cut.ending, cut.settled) == (SessionSource.TRIMMED, Ending.SETTLED, how)
    assert hours_of(task) == hours
    assert [event.kind for event in history_of(task)] == ["session_trimmed"]
    assert begin(ada, task, now=at(9, day=26)).running


@pytest.mark.parametrize("moment", [at(15), at(14), at(10, day=26), None])
def test_a_moment_outside_of_the_session_is_refused(ada: User, task: Task, moment: object) -> None:
    session = begin(ada, task, now=at(15))
    with pytest.raises(TaskError) as caught:
        trim(ada, session, Settlement.MOMENT, now=at(9, day=26), moment=moment)  # type: ignore[arg-type] # as parametrised
    assert caught.value.code == "trim_outside"


def test_only_what_is_offered_can_be_trimmed_to(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    for how, now in ((Settlement.LAST_SIGN, at(10)), (Settlement.DAY_END, at(14)), (Settlement.KEPT, at(14))):
        with pytest.raises(TaskError) as caught:
            trim(ada, session, how, now=now)
        assert caught.value.code == "trim_not_offered"


def test_dropped_it_is_gone_and_the_history_says_so(ada: User, task: Task) -> None:
    drop(ada, begin(ada, task, now=at(9)), now=at(17))
    assert not FocusSession.objects.exists()
    (event,) = history_of(task)
    assert (event.kind, event.params) == ("session_dropped", {"started_at": "2026-11-25T09:00:00+00:00"})


def test_a_question_is_answered_once(ada: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    drop(ada, session, now=at(17))
    answers: list[Callable[[], object]] = [
        lambda: keep(ada, session, now=at(17)),
        lambda: drop(ada, session, now=at(17)),
        lambda: trim(ada, session, Settlement.MOMENT, now=at(17), moment=at(12)),
    ]
    for answer in answers:
        with pytest.raises(TaskError) as caught:
            answer()
        assert caught.value.code == "session_settled"


def test_the_working_day_is_that_of_the_person(ada: User, task: Task) -> None:
    ada.time_zone = "Asia/Kolkata"  # the day ends at 12:30 UTC
    session = begin(ada, task, now=at(11))
    assert question_about(ada, session, now=at(13, 1)) is not None
    ada.working_days = "56"
    assert question_about(ada, session, now=at(13, 1)) is None


def test_each_person_has_a_timer(ada: User, ben: User, task: Task) -> None:
    begin(ada, task, now=at(9))
    begin(ben, make_task(ben), now=at(9))
    assert FocusSession.objects.filter(ended_at__isnull=True).count() == 2
    assert end(ben, Ending.STOPPED, now=at(10)) is not None
    assert running_session(ada) is not None


def test_somebody_else_s_session_does_not_exist(ada: User, ben: User, task: Task) -> None:
    session = begin(ada, task, now=at(9))
    assert own_session(ada, session.pk) == session
    with pytest.raises(Http404):
        own_session(ben, session.pk)


def test_the_database_refuses_what_cannot_be(ada: User, task: Task) -> None:
    begin(ada, task, now=at(9))
    ended = {
        "started_at": at(9),
        "last_sign_at": at(9),
        "ended_at": at(10),
        "seconds": 3600,
        "ending": "paused",
    }
    for wrong in (
        {"ended_at": None, "seconds": None, "ending": ""},  # a second one that runs
        {"ended_at": at(9)},
        {"ended_at": at(8)},
        {"seconds": -1},
        {"seconds": None},
        {"ending": ""},
        {"ended_at": None},
        {"last_sign_at": at(8)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            FocusSession.objects.create(user=ada, task=task, **{**ended, **wrong})
    FocusSession.objects.create(user=ada, task=task, **ended)
