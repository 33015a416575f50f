"""The only door from a person to a task and what belongs to it: somebody else's does not exist for them."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from ekachit.accounts.models import User
from ekachit.tasks.models import ChecklistItem, FocusSession, Task


def own_task(user: User, task_id: int) -> Task:
    """Return the person's task.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(Task, pk=task_id, user=user)


def own_line(user: User, line_id: int) -> ChecklistItem:
    """Return a line of the checklist of one of the person's tasks.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(ChecklistItem.objects.select_related("task"), pk=line_id, task__user=user)


def own_session(user: User, session_id: int) -> FocusSession:
    """Return the person's focus session, with its task.

    Raises:
        Http404: there is none with this id, or it is somebody else's.
    """
    return get_object_or_404(FocusSession.objects.select_related("task"), pk=session_id, user=user)
