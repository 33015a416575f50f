"""The person's own lines of a task's checklist."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ekachit.tasks.access import own_line, own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.checklist import add_line, delete_line, move_line, rename, tick
from ekachit.tasks.models import ChecklistItem, Task
from ekachit.tasks.ordering import Side
from ekachit.web.task_edits import refused
from ekachit.web.task_page import screen
from ekachit.web.visit import Visit


@require_safe
def lines(request: Visit, task_id: int) -> HttpResponse:
    """Show the lines alone, for the row that unfolds them."""
    task = own_task(request.user, task_id)
    if not request.htmx:
        return redirect(f"{reverse('web:task', args=[task_id])}#checklist")
    context = {"task": task, "lines": ChecklistItem.objects.filter(task=task)}
    return render(request, "web/today/lines.html", context)


@require_POST
def add(request: Visit, task_id: int) -> HttpResponse:
    """Add a line."""
    task = own_task(request.user, task_id)
    title = request.POST.get("title", "")
    try:
        add_line(task, title)
    except TaskError as wrong:
        return _refused(request, task, wrong, line=title)
    return _shown(request, task)


@require_POST
def change(request: Visit, line_id: int) -> HttpResponse:
    """Tick a line or not, rename it, move it a step, delete it.

    Raises:
        BadRequest: it is not said what to do.
    """
    line = own_line(request.user, line_id)
    task, sent = line.task, request.POST
    title = sent.get("title", "")
    try:
        if sent.get("do") in {"tick", "untick"}:
            tick(line, done=sent["do"] == "tick")
        elif sent.get("do") == "rename":
            rename(line, title, was=sent.get("was", ""))
        elif sent.get("do") in {"up", "down"}:
            _move(line, Side.BEFORE if sent["do"] == "up" else Side.AFTER)
        elif sent.get("do") == "delete":
            delete_line(line)
        else:
            raise BadRequest("nothing to do")
    except TaskError as wrong:
        return _refused(request, task, wrong, line=title)
    return _shown(request, task)


def _move(line: ChecklistItem, side: Side) -> None:
    own = list(ChecklistItem.objects.filter(task_id=line.task_id, ref=""))
    keys = [each.pk for each in own]
    if line.pk not in keys:
        return
    at = keys.index(line.pk) + (1 if side is Side.AFTER else -1)
    if 0 <= at < len(own):
        move_line(line, side, own[at])


def _shown(request: Visit, task: Task) -> HttpResponse:
    if request.htmx:
        return render(request, "web/task_page/checklist.html", screen(request.user, task))
    return redirect(f"{reverse('web:task', args=[task.pk])}#checklist")


def _refused(request: Visit, task: Task, wrong: TaskError, **typed: str) -> HttpResponse:
    if request.htmx:
        context = {"part": "checklist", "typed": typed, "trouble_text": str(wrong)}
        return render(request, "web/task_page/checklist.html", {**screen(request.user, task), **context})
    return refused(request, task, wrong, "checklist", **typed)
