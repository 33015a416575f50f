"""The timer: one running focus session for a person, in the database alone, so that every window sees the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.work.idle import Question, Trim, question
from ekachit.tasks.actions import TaskError, begin_work, locked_task, one_at_a_time
from ekachit.tasks.history import record
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Settlement, Task

# A sign of life is stored at most this often: the rules look at hours.
SIGN_EVERY = timedelta(seconds=30)


def running_session(user: User) -> FocusSession | None:
    """Return the session that runs, with its task, None without one."""
    return FocusSession.objects.select_related("task").filter(user=user, ended_at__isnull=True).first()


def question_about(user: User, session: FocusSession | None, *, now: datetime) -> Question | None:
    """Return what the person has to be asked about their running session, None while all is well. No query."""
    if session is None or not session.running:
        return None
    return question(session.started_at, session.last_sign_at, now, user.hours)


@transaction.atomic
def begin(user: User, task: Task, *, now: datetime) -> FocusSession:
    """Start measuring work on a task, and return the running session with the task as it is now.

    What runs on another task is paused. Started twice, also in two windows at once, it is the one session.

    Raises:
        TaskError: `session_in_question`, `task_gone`.
    """
    one_at_a_time(user.pk)
    running = _unquestioned(user, now)
    row = locked_task(task.pk)
    if running is not None and running.task_id == row.pk:
        running.task = row
        return running
    if running is not None:
        _end(running, Ending.PAUSED, now)
    if begin_work(row, now=now):
        row.save(update_fields=["started_at", "started_points", "changed_at"])
    return FocusSession.objects.create(user=user, task=row, started_at=now, last_sign_at=now)


@transaction.atomic
def end(user: User, ending: Ending, *, now: datetime, task: Task | None = None) -> FocusSession | None:
    """End the running session; returns it, None where nothing runs, or not on this task.

    One that has no length yet leaves no trace.

    Raises:
        TaskError: `session_in_question`.
    """
    one_at_a_time(user.pk)
    running = running_session(user)
    if running is None or (task is not None and running.task_id != task.pk):
        return None
    _refuse_if_in_question(user, running, now)
    _end(running, ending, now)
    return running


def sign_of_life(user: User, *, now: datetime) -> Question | None:
    """Note that the person is there; returns what they have to be asked first, in which case nothing is noted.

    To be called when the person did something, not for a page that lies open: a machine that stays awake overnight
    would otherwise speak for them. At most two small statements, no lock.
    """
    running = running_session(user)
    asked = question_about(user, running, now=now)
    if running is not None and asked is None and now - running.last_sign_at >= SIGN_EVERY:
        rows = FocusSession.objects.filter(
            pk=running.pk, ended_at__isnull=True, last_sign_at=running.last_sign_at
        )
        rows.update(last_sign_at=now)
    return asked


@transaction.atomic
def keep(user: User, session: FocusSession, *, now: datetime) -> FocusSession:
    """Answer that the person worked all the time: the session runs on.

    Raises:
        TaskError: `session_settled`.
    """
    row = _to_settle(user, session)
    row.last_sign_at, row.settled = max(now, row.started_at), Settlement.KEPT
    row.edition += 1
    row.save(update_fields=["last_sign_at", "settled", "edition"])
    return row


@transaction.atomic
def trim(
    user: User, session: FocusSession, how: Settlement, *, now: datetime, moment: datetime | None = None
) -> FocusSession:
    """Answer that the work ended earlier: the session ends at that moment.

    Args:
        user: whose session it is.
        session: the one that runs.
        how: `LAST_SIGN` or `DAY_END`, as the question offered, or `MOMENT` for one that the person chose.
        now: the present.
        moment: the chosen one, for `MOMENT`.

    Raises:
        TaskError: `session_settled`, `trim_not_offered`, `trim_outside`.
    """
    row = _to_settle(user, session)
    cut = moment if how == Settlement.MOMENT else _offered(user, row, how, now)
    if cut is None or not row.started_at < cut <= now:
        raise TaskError("trim_outside", _("Choose a moment between the start of the session and now."))
    row.source, row.settled = SessionSource.TRIMMED, how
    _end(row, Ending.SETTLED, cut)
    record(row.task_id, "session_trimmed", at=now, how=how, seconds=row.seconds)
    return row


@transaction.atomic
def drop(user: User, session: FocusSession, *, now: datetime) -> None:
    """Answer that nobody worked: the session goes, and the task's history says so.

    Raises:
        TaskError: `session_settled`.
    """
    row = _to_settle(user, session)
    record(row.task_id, "session_dropped", at=now, started_at=row.started_at.isoformat())
    row.delete()


def _unquestioned(user: User, now: datetime) -> FocusSession | None:
    running = running_session(user)
    if running is not None:
        _refuse_if_in_question(user, running, now)
    return running


def _refuse_if_in_question(user: User, running: FocusSession, now: datetime) -> None:
    if question_about(user, running, now=now) is not None:
        text = _("The timer on “%(title)s” ran on without you. Say first what should become of it.")
        raise TaskError("session_in_question", text % {"title": running.task.title})


def _to_settle(user: User, session: FocusSession) -> FocusSession:
    one_at_a_time(user.pk)
    running = running_session(user)
    if running is None or running.pk != session.pk:
        raise TaskError("session_settled", _("This session has ended already, in another window."))
    return running


def _offered(user: User, row: FocusSession, how: Settlement, now: datetime) -> datetime:
    asked = question_about(user, row, now=now)
    offers = {} if asked is None else dict(asked.trims)
    wanted = {Settlement.LAST_SIGN: Trim.LAST_SIGN, Settlement.DAY_END: Trim.DAY_END}.get(how)
    if wanted not in offers:
        raise TaskError("trim_not_offered", _("That moment is no longer offered. Choose one yourself."))
    return offers[wanted]


def _end(row: FocusSession, ending: Ending, at: datetime) -> None:
    seconds = row.seconds_at(at)
    if seconds <= 0:
        row.delete()
        return
    row.ended_at, row.seconds, row.ending = at, seconds, ending
    row.edition += 1
    row.save()
