"""Changing a task's status from its row."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.sync.work import give_status
from ekachit.tasks.access import own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.models import Status, Task
from ekachit.web.answers import answer, refusal
from ekachit.web.visit import Visit


@require_POST
def task_status(request: Visit, task_id: int) -> HttpResponse:
    """Give a task the chosen status; the session that runs on it ends where it is done or to do.

    Raises:
        BadRequest: there is no such status.
    """
    task = own_task(request.user, task_id)
    try:
        task = give_status(request.user, task, request.POST.get("status", ""), now=timezone.now())
    except TaskError as wrong:
        if wrong.code == "status_unknown":
            raise BadRequest(wrong.code) from None
        return refusal(request, wrong, anchor=f"task-{task_id}")
    return answer(request, _told(task), anchor=f"task-{task.pk}", touched=[task.pk])


def _told(task: Task) -> str:
    """What has become of the task, in a sentence."""
    sentences = {
        Status.TODO: _("“%(title)s” is to do."),
        Status.IN_PROGRESS: _("“%(title)s” is in progress."),
        Status.DONE: _("“%(title)s” is done."),
    }
    return sentences[Status(task.status)] % {"title": task.title}
