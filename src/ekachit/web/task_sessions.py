"""The focus sessions of a task: to type one, to mend one, to delete one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.tasks.access import own_session, own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.models import FocusSession
from ekachit.tasks.typed import Span, add_typed, change_session, delete_session
from ekachit.web.local_time import LocalTimeError, moment_before, moment_of
from ekachit.web.task_edits import edition_of, refused, saved
from ekachit.web.visit import Visit

Read = TypeVar("Read")


@require_POST
def add(request: Visit, task_id: int) -> HttpResponse:
    """Store time that was worked without the timer; it ends now where no end is typed."""
    task = own_task(request.user, task_id)
    took, ended, now = request.POST.get("took", ""), request.POST.get("ended", ""), timezone.now()
    try:
        until = _typed(lambda: moment_before(ended, request.user.zone, now)) if ended.strip() else None
        add_typed(task, took, now=now, ended_at=until)
    except TaskError as wrong:
        return refused(request, task, wrong, "sessions", took=took, ended=ended)
    return saved(request, task_id, "sessions")


@require_POST
def change(request: Visit, session_id: int) -> HttpResponse:
    """Give a session another beginning and end; one that runs, another beginning."""
    session = own_session(request.user, session_id)
    began, ended = request.POST.get("began", ""), request.POST.get("ended", "")
    try:
        span = _typed(lambda: _span(request, session, began, ended))
        change_session(session, span, edition=edition_of(request), now=timezone.now())
    except TaskError as wrong:
        return refused(request, session.task, wrong, f"session-{session_id}", began=began, ended=ended)
    return saved(request, session.task_id, "sessions")


@require_POST
def delete(request: Visit, session_id: int) -> HttpResponse:
    """Delete a session."""
    session = own_session(request.user, session_id)
    try:
        delete_session(session, edition=edition_of(request), now=timezone.now())
    except TaskError as wrong:
        return refused(request, session.task, wrong, f"session-{session_id}")
    return saved(request, session.task_id, "sessions")


def _span(request: Visit, session: FocusSession, began: str, ended: str) -> Span:
    zone = request.user.zone
    until = None
    if ended.strip() or session.ended_at is not None:
        until = moment_of(ended, zone, was=session.ended_at)
    return Span(moment_of(began, zone, was=session.started_at), until)


def _typed(read: Callable[[], Read]) -> Read:
    """Return what a form holds.

    Raises:
        TaskError: `moment_unclear`.
    """
    try:
        return read()
    except LocalTimeError:
        text = _("Choose day and time. Where clocks went forward, some times do not exist.")
        raise TaskError("moment_unclear", text) from None
