"""Changing a task's status from its row."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.sync.actions import set_status
from ekachit.tasks.access import own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.models import Status, Task
from ekachit.web.today import screen
from ekachit.web.visit import Visit


@require_POST
def task_status(request: Visit, task_id: int) -> HttpResponse:
    """Give a task the chosen status; answer with the rows for a page that can swap them, else with the whole page.

    Raises:
        BadRequest: there is no such status.
    """
    task = own_task(request.user, task_id)
    try:
        task = set_status(task, request.POST.get("status", ""), now=timezone.now())
    except TaskError as wrong:
        raise BadRequest(wrong.code) from None
    if not request.htmx:
        messages.success(request, _told(task))
        return redirect(f"{reverse('web:today')}#task-{task.pk}")
    context = {**screen(request), "fragment": True, "told": _told(task)}
    return render(request, "web/today/rows.html", context)


def _told(task: Task) -> str:
    """What has become of the task, in a sentence."""
    sentences = {
        Status.TODO: _("“%(title)s” is to do."),
        Status.IN_PROGRESS: _("“%(title)s” is in progress."),
        Status.DONE: _("“%(title)s” is done."),
    }
    return sentences[Status(task.status)] % {"title": task.title}
