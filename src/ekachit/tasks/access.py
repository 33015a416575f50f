"""The only door from a person to a task: somebody else's task does not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.tasks.models import Task


def own_task(user: User, task_id: int) -> Task:
    """Return the person's task.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Task, pk=task_id, user=user)
