"""The timer: start, pause, done, what became of a session that ran on alone, and how long a task took."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ekachit.domain.work.duration import written
from ekachit.sync.work import finish as finish_work
from ekachit.sync.work import pause as pause_work
from ekachit.sync.work import start as start_work
from ekachit.tasks.access import own_session, own_task
from ekachit.tasks.actions import TaskError, leave_unasked
from ekachit.tasks.models import FocusSession, Settlement
from ekachit.tasks.sessions import drop, keep, sign_of_life, trim
from ekachit.tasks.typed import add_typed
from ekachit.web.answers import answer, parts, refusal
from ekachit.web.focus_bar import bar_of
from ekachit.web.local_time import LocalTimeError, moment_before
from ekachit.web.visit import Visit


@require_safe
def focus(request: Visit) -> HttpResponse:
    """Answer a page that lies open: nothing while its bar is right, else the bar and what else has changed.

    `acted` says that the person did something on the page since it last asked: that is the sign of life.
    """
    if not request.htmx:
        return redirect("web:today")
    now = timezone.now()
    if request.GET.get("acted") == "1":
        sign_of_life(request.user, now=now)
    bar = bar_of(request.user, now=now)
    if request.GET.get("stamp") == bar.stamp:
        return HttpResponse(status=204)
    return parts(request)


@require_POST
def start(request: Visit, task_id: int) -> HttpResponse:
    """Start, or go on with, work on a task."""
    task = own_task(request.user, task_id)
    try:
        session = start_work(request.user, task, now=timezone.now())
    except TaskError as wrong:
        return refusal(request, wrong)
    told = _("The timer runs on “%(title)s”.") % {"title": session.task.title}
    return answer(request, told, anchor=f"task-{task_id}", touched=[task_id])


@require_POST
def pause(request: Visit) -> HttpResponse:
    """Pause what runs."""
    try:
        session = pause_work(request.user, now=timezone.now())
    except TaskError as wrong:
        return refusal(request, wrong)
    if session is None:
        return answer(request, _("Nothing was running."))
    words = {"title": session.task.title, "length": written(session.seconds or 0)}
    return answer(request, _("Paused “%(title)s” after %(length)s.") % words)


@require_POST
def done(request: Visit, task_id: int) -> HttpResponse:
    """Finish a task, with the session that runs on it."""
    task = own_task(request.user, task_id)
    try:
        finished = finish_work(request.user, task, now=timezone.now())
    except TaskError as wrong:
        return refusal(request, wrong)
    told = _("“%(title)s” is done.") % {"title": finished.task.title}
    return answer(request, told, touched=[task_id])


@require_POST
def settle(request: Visit, session_id: int) -> HttpResponse:
    """Answer what became of a session that ran on without the person.

    Raises:
        BadRequest: there is no such answer.
    """
    session = own_session(request.user, session_id)
    try:
        told = _settle(request, session, timezone.now())
    except TaskError as wrong:
        return refusal(request, wrong)
    # Hours of days past may be others now, and so what the person averages.
    return answer(request, told, whole=True)


@require_POST
def took(request: Visit, task_id: int) -> HttpResponse:
    """Store how long a task took, or that the person does not say."""
    task = own_task(request.user, task_id)
    now = timezone.now()
    if "leave" in request.POST:
        leave_unasked(task, now=now)
        told = _("All right. It can be typed on the task's page at any time.")
        return answer(request, told, touched=[task_id])
    text = request.POST.get("took", "")
    try:
        session = add_typed(task, text, now=now)
    except TaskError as wrong:
        if not request.htmx:
            context = {"took_task": task, "took_text": text, "trouble_text": str(wrong)}
            return render(request, "web/focus/took_page.html", context, status=422)
        return render(request, "web/focus/flash.html", {"flash": str(wrong), "fragment": True})
    words = {"title": task.title, "length": written(session.seconds or 0)}
    return answer(request, _("“%(title)s” took %(length)s.") % words, touched=[task_id])


def _settle(request: Visit, session: FocusSession, now: datetime) -> str:
    how, user = request.POST.get("how", ""), request.user
    if how == "keep":
        kept = keep(user, session, now=now)
        return _("Kept: the timer runs on, at %(length)s.") % {"length": written(kept.seconds_at(now))}
    if how == "drop":
        drop(user, session, now=now)
        return _("Dropped. The task's history says so.")
    if how not in {Settlement.LAST_SIGN, Settlement.DAY_END, Settlement.MOMENT}:
        raise BadRequest("no such answer")
    moment = _chosen(request, now) if how == Settlement.MOMENT else None
    trimmed = trim(user, session, Settlement(how), now=now, moment=moment)
    return _("Trimmed to %(length)s.") % {"length": written(trimmed.seconds or 0)}


def _chosen(request: Visit, now: datetime) -> datetime:
    """The moment that the person typed.

    Raises:
        TaskError: `moment_unclear`.
    """
    try:
        return moment_before(request.POST.get("moment", ""), request.user.zone, now)
    except LocalTimeError:
        raise TaskError("moment_unclear", _("Choose when you stopped.")) from None
