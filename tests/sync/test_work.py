"""The timer and the status go together, and so to Jira where two-way is on."""

from __future__ import annotations

import pytest

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User
from ekachit.connections.models import Project
from ekachit.sync.models import EntryState, Link, OutboxEntry
from ekachit.sync.work import finish, give_status, pause, start, stop
from ekachit.tasks.actions import TaskError, leave_unasked
from ekachit.tasks.history import history_of
from ekachit.tasks.models import Ending, FocusSession, Status, Task
from ekachit.tasks.sessions import running_session
from tests.tasks.moments import at
from tests.web.making import make_connection, make_issue, make_projects, make_task


@pytest.fixture
def ada(db: None) -> User:
    return add_account("ada@yourteam.dev", plan="pro")


@pytest.fixture
def issue(ada: User) -> Task:
    """An issue of a project with two-way on."""
    connection = make_connection(ada)
    make_projects(connection)
    Project.objects.update(two_way=True)
    task = make_issue(connection, "PAY-1", points=3)
    Link.objects.update(base={"status": Status.TODO})
    return task


def sent() -> list[tuple[str, str]]:
    return list(OutboxEntry.objects.values_list("wanted", "state"))


def status_of(task: Task) -> str:
    task.refresh_from_db()
    return task.status


def test_a_start_is_in_progress_here_and_on_its_way_to_jira(ada: User, issue: Task) -> None:
    session = start(ada, issue, now=at(9))
    assert (session.running, session.task.status, session.task.started_points) == (
        True,
        Status.IN_PROGRESS,
        3,
    )
    assert sent() == [(Status.IN_PROGRESS, EntryState.WAITING)]


def test_going_on_after_a_pause_sends_nothing_again(ada: User, issue: Task) -> None:
    start(ada, issue, now=at(9))
    OutboxEntry.objects.all().delete()
    assert pause(ada, now=at(10)) is not None
    assert status_of(issue) == Status.IN_PROGRESS
    start(ada, issue, now=at(11))
    assert stop(ada, now=at(12)) is not None
    assert sent() == []
    assert list(FocusSession.objects.values_list("ending", flat=True)) == [Ending.PAUSED, Ending.STOPPED]


def test_done_ends_the_session_and_is_on_its_way_to_jira(ada: User, issue: Task) -> None:
    start(ada, issue, now=at(9))
    done = finish(ada, issue, now=at(11))
    assert (done.task.status, done.task.done_at, done.asks_how_long) == (Status.DONE, at(11), False)
    session = FocusSession.objects.get()
    assert (session.seconds, session.ending) == (7200, Ending.DONE)
    assert sent() == [(Status.IN_PROGRESS, EntryState.SUPERSEDED), (Status.DONE, EntryState.WAITING)]
    assert [(event.kind, event.params["after"]) for event in history_of(issue)] == [
        ("status", Status.DONE),
        ("status", Status.IN_PROGRESS),
    ]


def test_a_task_finished_without_a_session_asks_how_long_it_took_once(ada: User) -> None:
    task = make_task(ada)
    assert finish(ada, task, now=at(9)).asks_how_long
    leave_unasked(task, now=at(9))
    give_status(ada, task, Status.TODO, now=at(10))
    assert not finish(ada, task, now=at(11)).asks_how_long


def test_finishing_another_task_leaves_the_timer_alone(ada: User, issue: Task) -> None:
    start(ada, issue, now=at(9))
    finish(ada, make_task(ada, "another"), now=at(10))
    assert running_session(ada) is not None


def test_a_finished_task_that_is_started_again_is_open_again(ada: User) -> None:
    task = make_task(ada, status=Status.DONE)
    start(ada, task, now=at(9))
    task.refresh_from_db()
    assert (task.status, task.done_at) == (Status.IN_PROGRESS, None)


@pytest.mark.parametrize(("status", "runs"), [(Status.TODO, False), (Status.IN_PROGRESS, True)])
def test_a_status_chosen_by_hand_ends_the_session_where_it_says_so(
    ada: User, issue: Task, status: Status, *, runs: bool
) -> None:
    start(ada, issue, now=at(9))
    assert give_status(ada, issue, status, now=at(10)).status == status
    assert (running_session(ada) is not None) == runs


def test_nothing_is_half_done_where_the_session_is_in_question(ada: User, issue: Task) -> None:
    start(ada, issue, now=at(16))
    OutboxEntry.objects.all().delete()
    another, morning = make_task(ada, "another"), at(9, day=26)
    for attempt in (
        lambda: finish(ada, issue, now=morning),
        lambda: start(ada, another, now=morning),
        lambda: pause(ada, now=morning),
    ):
        with pytest.raises(TaskError) as caught:
            attempt()
        assert caught.value.code == "session_in_question"
    assert (status_of(issue), status_of(another), sent()) == (Status.IN_PROGRESS, Status.TODO, [])
    assert finish(ada, another, now=morning).task.status == Status.DONE, "others can be finished meanwhile"


def test_an_unknown_status_changes_nothing(ada: User, issue: Task) -> None:
    start(ada, issue, now=at(9))
    with pytest.raises(TaskError) as caught:
        give_status(ada, issue, "nearly", now=at(10))
    assert caught.value.code == "status_unknown"
    assert running_session(ada) is not None
