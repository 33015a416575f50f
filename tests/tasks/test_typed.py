"""Sessions that are typed, mended, deleted."""

from __future__ import annotations

from datetime import datetime

import pytest

from ekachit.accounts.models import User
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError
from ekachit.tasks.history import history_of
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Status, Task
from ekachit.tasks.queries import sessions_of
from ekachit.tasks.sessions import begin, end
from ekachit.tasks.typed import Span, add_typed, change_session, delete_session
from tests.tasks.moments import at
from tests.web.making import make_task


@pytest.fixture
def session(ada: User, task: Task) -> FocusSession:
    begin(ada, task, now=at(9))
    ended = end(ada, Ending.PAUSED, now=at(10))
    assert ended is not None
    return ended


def test_time_that_was_typed_ends_now(task: Task) -> None:
    typed = add_typed(task, "1h 20m", now=at(12))
    assert (typed.started_at, typed.ended_at, typed.seconds) == (at(10, 40), at(12), 4800)
    assert (typed.source, typed.ending) == (SessionSource.MANUAL, Ending.TYPED)
    task.refresh_from_db()
    assert (task.started_at, task.started_points, task.status) == (at(10, 40), 3, Status.TODO)


def test_of_a_finished_task_it_ends_when_the_task_was_finished(ada: User) -> None:
    done = make_task(ada, status=Status.DONE, done_at=at(11), started_at=at(9))
    assert add_typed(done, "90m", now=at(15)).ended_at == at(11)
    assert add_typed(done, "90m", now=at(15), ended_at=at(14)).ended_at == at(14)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "duration_empty", "1h 20m"),
        ("45", "duration_unit_missing", "45h or 45m"),
        ("1h 90m", "duration_minutes_over_59", "60 minutes"),
        ("0m", "duration_zero", "at least a minute"),
        ("-5m", "duration_negative", "more than nothing"),
        ("300h", "duration_too_long", "200 hours"),
        ("a while", "duration_unclear", "“a while”"),
    ],
)
def test_what_is_not_understood_says_what_to_type(task: Task, text: str, code: str, says: str) -> None:
    with pytest.raises(TaskError) as caught:
        add_typed(task, text, now=at(12))
    assert caught.value.code == code
    assert says in str(caught.value)
    assert not FocusSession.objects.exists()


def test_nothing_is_worked_in_the_future(task: Task) -> None:
    with pytest.raises(TaskError) as caught:
        add_typed(task, "1h", now=at(12), ended_at=at(13))
    assert caught.value.code == "session_ahead"


def test_a_session_is_mended(session: FocusSession, task: Task) -> None:
    mended = change_session(session, Span(at(8, 30), at(9, 45)), edition=session.edition, now=at(12))
    assert (mended.seconds, mended.source) == (4500, SessionSource.MANUAL)
    (event,) = history_of(task)
    assert (event.kind, event.params) == ("session_changed", {"before": 3600, "after": 4500})


def test_one_that_runs_may_have_begun_earlier(ada: User, task: Task) -> None:
    running = begin(ada, task, now=at(9))
    mended = change_session(running, Span(at(8), None), edition=running.edition, now=at(10))
    assert (mended.running, mended.started_at, mended.source) == (True, at(8), SessionSource.TIMER)
    later = change_session(mended, Span(at(9, 30), None), edition=mended.edition, now=at(10))
    assert later.last_sign_at == at(9, 30)


@pytest.mark.parametrize(
    ("start", "stop", "code"),
    [
        (at(10), at(9), "session_backwards"),
        (at(10), at(10), "session_backwards"),
        (at(11), at(13), "session_ahead"),
        (at(1, day=1), at(10), "session_long"),
    ],
)
def test_a_session_that_cannot_be_is_refused(
    session: FocusSession, start: datetime, stop: datetime, code: str
) -> None:
    with pytest.raises(TaskError) as caught:
        change_session(session, Span(start, stop), edition=session.edition, now=at(12))
    assert caught.value.code == code


def test_of_two_windows_the_later_one_is_told_and_loses_nothing(session: FocusSession) -> None:
    seen = session.edition
    change_session(session, Span(at(8), at(10)), edition=seen, now=at(12))
    with pytest.raises(ChangedMeanwhileError) as caught:
        change_session(session, Span(at(9), at(11)), edition=seen, now=at(12))
    assert caught.value.code == "changed_meanwhile"
    assert isinstance(caught.value.current, FocusSession)
    assert caught.value.current.started_at == at(8)
    with pytest.raises(ChangedMeanwhileError):
        delete_session(session, edition=seen, now=at(12))
    assert change_session(session, Span(at(8), at(10)), edition=seen, now=at(12)).seconds == 7200, (
        "so already"
    )


def test_one_that_ended_meanwhile_is_not_reopened_by_mending_its_start(ada: User, task: Task) -> None:
    running = begin(ada, task, now=at(9))
    end(ada, Ending.PAUSED, now=at(10))
    with pytest.raises(ChangedMeanwhileError):
        change_session(running, Span(at(8), None), edition=running.edition, now=at(11))


def test_a_session_is_deleted_once_and_the_history_says_so(session: FocusSession, task: Task) -> None:
    for _ in range(2):
        delete_session(session, edition=session.edition, now=at(12))
    assert not sessions_of(task).exists()
    assert [event.kind for event in history_of(task)] == ["session_deleted"]
    with pytest.raises(TaskError) as caught:
        change_session(session, Span(at(8), at(10)), edition=session.edition, now=at(12))
    assert caught.value.code == "session_gone"
