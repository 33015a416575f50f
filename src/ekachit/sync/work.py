"""Working on tasks: the timer and the status together, in one transaction, so that Jira follows the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ekachit.accounts.models import User
from ekachit.sync.actions import set_status
from ekachit.tasks.actions import one_at_a_time
from ekachit.tasks.models import Ending, FocusSession, Status, Task
from ekachit.tasks.sessions import begin, end


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that is done. `asks_how_long`: nobody measured the work on it, and the person was not asked yet."""

    task: Task
    asks_how_long: bool


@transaction.atomic
def start(user: User, task: Task, *, now: datetime) -> FocusSession:
    """Start, or go on with, measured work on a task, which is then in progress; returns the running session.

    What runs on another task is paused. Where two-way is on, In Progress is on its way to Jira.

    Raises:
        TaskError: `session_in_question`, `task_gone`.
    """
    session = begin(user, task, now=now)
    if session.task.status != Status.IN_PROGRESS:
        session.task = set_status(session.task, Status.IN_PROGRESS, now=now)
    return session


def pause(user: User, *, now: datetime) -> FocusSession | None:
    """Pause the running session, None where nothing runs; `start` with its task goes on.

    Raises:
        TaskError: `session_in_question`.
    """
    return end(user, Ending.PAUSED, now=now)


def stop(user: User, *, now: datetime) -> FocusSession | None:
    """Stop the running session, None where nothing runs. The task stays in progress, and is not offered to go on with.

    Raises:
        TaskError: `session_in_question`.
    """
    return end(user, Ending.STOPPED, now=now)


@transaction.atomic
def give_status(user: User, task: Task, status: str, *, now: datetime) -> Task:
    """Give a task the status that the person chose, and return the task as it is then.

    Done and To Do end the session that runs on it. In Progress starts none.

    Raises:
        TaskError: `status_unknown`, `session_in_question`, `task_gone`.
    """
    one_at_a_time(user.pk)
    if status in {Status.DONE, Status.TODO}:
        end(user, Ending.DONE if status == Status.DONE else Ending.STOPPED, now=now, task=task)
    return set_status(task, status, now=now)


@transaction.atomic
def give_status_to_all(user: User, tasks: Iterable[Task], status: str, *, now: datetime) -> int:
    """Give several tasks a status at once: all of them or, where one cannot have it, none. Returns how many.

    Raises:
        TaskError: as for `give_status`.
    """
    return len([give_status(user, each, status, now=now) for each in tasks])


@transaction.atomic
def finish(user: User, task: Task, *, now: datetime) -> Finished:
    """End the session that runs on a task, if one does, and let the task be done.

    Raises:
        TaskError: `session_in_question`, `task_gone`.
    """
    done = give_status(user, task, Status.DONE, now=now)
    measured = FocusSession.objects.filter(task=done).exists()
    return Finished(done, asks_how_long=not measured and done.took_asked_at is None)
