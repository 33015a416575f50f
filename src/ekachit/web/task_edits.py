"""What the person writes on a task: notes, estimate, and on their own ones title and priority."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.tasks.access import own_task
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError
from ekachit.tasks.editing import Edit, back_to_points, edit_task, set_estimate
from ekachit.tasks.models import Task
from ekachit.web.own_tasks import hours_typed
from ekachit.web.sent import number_or_none_such
from ekachit.web.task_page import show
from ekachit.web.visit import Visit

CHANGED, WRONG = 409, 422


def edition_of(request: Visit) -> int:
    """Return the edition that the person looked at; one that no row has where the form says none."""
    return number_or_none_such(request.POST.get("edition", ""))


def saved(request: Visit, task_id: int, part: str) -> HttpResponse:
    """Say that it is stored, at the part of the page where it was written."""
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('web:task', args=[task_id])}#{part}")


def refused(request: Visit, task: Task, wrong: TaskError, part: str, **typed: str) -> HttpResponse:
    """Show the page with what the person wrote still in its form, beside what is stored now, and why."""
    changed = isinstance(wrong, ChangedMeanwhileError)
    context = {"part": part, "typed": typed, "trouble_text": str(wrong), "changed": changed}
    return show(request, task, status=CHANGED if changed else WRONG, **context)


@require_POST
def notes(request: Visit, task_id: int) -> HttpResponse:
    """Store the notes."""
    task = own_task(request.user, task_id)
    text = request.POST.get("notes", "")
    try:
        edit_task(task, Edit(notes=text), edition=edition_of(request), now=timezone.now())
    except TaskError as wrong:
        return refused(request, task, wrong, "notes", notes=text)
    return saved(request, task_id, "notes")


@require_POST
def heading(request: Visit, task_id: int) -> HttpResponse:
    """Store title and priority of one of the person's own tasks."""
    task = own_task(request.user, task_id)
    title, priority = request.POST.get("title", ""), request.POST.get("priority", "")
    edit = Edit(title, number_or_none_such(priority))
    try:
        edit_task(task, edit, edition=edition_of(request), now=timezone.now())
    except TaskError as wrong:
        return refused(request, task, wrong, "heading", title=title, priority=priority)
    return saved(request, task_id, "heading")


@require_POST
def estimate(request: Visit, task_id: int) -> HttpResponse:
    """Store the hours that the person expects, or let the estimate follow the points again."""
    task = own_task(request.user, task_id)
    typed, now = request.POST.get("estimate", ""), timezone.now()
    try:
        if "points" in request.POST:
            back_to_points(task, edition=edition_of(request), now=now)
        else:
            set_estimate(task, _expected(typed), edition=edition_of(request), now=now)
    except TaskError as wrong:
        return refused(request, task, wrong, "estimate", estimate=typed)
    return saved(request, task_id, "estimate")


def _expected(typed: str) -> float:
    hours = hours_typed(typed)
    if hours is None:
        raise TaskError("estimate_missing", _("Type how long you expect it to take, for example 2h."))
    return hours
