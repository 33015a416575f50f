"""A person's tasks as stable, documented JSON (docs/cli.md)."""

from __future__ import annotations

from typing import Any

from ekachit.accounts.models import User
from ekachit.connections.models import State
from ekachit.sync.models import Link, Presence
from ekachit.sync.queries import browse_url
from ekachit.tasks.models import Task


def task_dicts(user: User) -> list[dict[str, Any]]:
    """Return each of the person's tasks, in their order, as JSON values."""
    tasks = (
        Task.objects.filter(user=user)
        .select_related("link__connection")
        .prefetch_related("checklist")
        .order_by("position", "id")
    )
    return [_task(each) for each in tasks]


def _task(task: Task) -> dict[str, Any]:
    link: Link | None = getattr(task, "link", None)
    return {
        "id": task.pk,
        "key": link.key if link else None,
        "title": task.title,
        "status": task.status,
        "jira_status": link.jira_status if link else None,
        "priority": task.priority_name or None,
        "points": task.points,
        "estimate_hours": task.estimate_hours,
        "checklist": [
            {"key": line.label or None, "title": line.title, "done": line.done}
            for line in task.checklist.all()
        ],
        "checklist_more": task.checklist_more,
        "url": browse_url(link) if link else None,
        "source": task.source,
        "state": _state(link),
    }


def _state(link: Link | None) -> str:
    """`own`, `current`, `gone`, `not_picked` or `disconnected`: whether Jira still stands behind the task."""
    if link is None:
        return "own"
    if link.connection.state == State.DISCONNECTED:
        return "disconnected"
    return Presence(link.presence).value
