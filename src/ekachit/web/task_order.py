"""The order of the open tasks, changed by dragging or by keys."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.accounts.models import User
from ekachit.tasks.access import own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.models import Task
from ekachit.tasks.ordering import Side, in_order, move, open_tasks
from ekachit.web.answers import answer, refusal
from ekachit.web.sent import number
from ekachit.web.visit import Visit


@require_POST
def task_move(request: Visit, task_id: int) -> HttpResponse:
    """Put a task `before` or `after` another one, or one step `up` or `down` among those of its status.

    Raises:
        BadRequest: it is not said where to.
    """
    task = own_task(request.user, task_id)
    where, other_id = request.POST.get("where", ""), number(request.POST.get("other", ""))
    side = {"up": Side.BEFORE, "before": Side.BEFORE, "down": Side.AFTER, "after": Side.AFTER}.get(where)
    if side is not None and where in {"up", "down"}:
        other = _neighbour(request.user, task, side)
        if other is None:
            return answer(request, _("It stands there already."), anchor=f"task-{task_id}")
    elif side is not None and other_id is not None:
        other = own_task(request.user, other_id)
    else:
        raise BadRequest("no place is named")
    try:
        moved = move(request.user, task, side, other)
    except TaskError as wrong:
        return refusal(request, wrong)
    words = _("“%(title)s” is moved.") if moved else _("It stands there already.")
    return answer(request, words % {"title": task.title}, anchor=f"task-{task_id}", touched=[task_id])


def _neighbour(user: User, task: Task, side: Side) -> Task | None:
    keys = list(in_order(open_tasks(user).filter(status=task.status)).values_list("pk", flat=True))
    if task.pk not in keys:
        return None
    at = keys.index(task.pk) + (1 if side is Side.AFTER else -1)
    return Task.objects.get(pk=keys[at]) if 0 <= at < len(keys) else None
