"""What has become of a task: kinds and figures are stored, the words for them are the page's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.db.models import QuerySet

from ekachit.tasks.models import Task, TaskEvent

Param: TypeAlias = str | float | bool | list[str] | None


def event(task_id: int, kind: str, *, at: datetime, **params: Param) -> TaskEvent:
    """Return an event that is not stored yet.

    Args:
        task_id: whose history it belongs to.
        kind: stable; `docs/focus.md` lists those there are.
        at: when it happened.
        params: what the words need, such as the status before and after.
    """
    return TaskEvent(task_id=task_id, kind=kind, at=at, params=params)


def record(task_id: int, kind: str, *, at: datetime, **params: Param) -> None:
    """Store one event, in the transaction of the change itself; the arguments are those of `event`."""
    event(task_id, kind, at=at, **params).save(force_insert=True)


def record_all(events: Iterable[TaskEvent]) -> None:
    """Store many events with one statement."""
    TaskEvent.objects.bulk_create(events)


def history_of(task: Task) -> QuerySet[TaskEvent]:
    """Return what happened to a task, the latest first."""
    return TaskEvent.objects.filter(task=task)
