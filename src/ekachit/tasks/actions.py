"""What changes tasks, one transaction each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, FloatField, Value
from django.db.models.functions import Coalesce, Round

from ekachit.accounts.models import User
from ekachit.domain.estimation.multiplier import DECIMALS
from ekachit.tasks.models import Status, Task


class TaskError(Exception):
    """A task could not be changed; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@transaction.atomic
def reestimate(user: User) -> int:
    """Re-compute the estimate of every open task that has points and no override; returns how many were."""
    per_point = Value(float(user.multiplier), output_field=FloatField())
    basis = Coalesce(F("started_points"), F("points"))
    return (
        Task.objects.filter(user=user, estimate_override_hours__isnull=True)
        .exclude(status=Status.DONE)
        .alias(basis=basis)
        .filter(basis__isnull=False)
        .update(estimate_hours=Round(basis * per_point, DECIMALS))
    )


def enter_status(task: Task, status: str, *, now: datetime) -> bool:
    """Let a task enter a status, with the times and points that belong to it; returns whether it is another one.

    The row is not stored. Work has begun once a task has left To Do: what it was pointed with then is kept.
    """
    if status != Status.TODO and task.started_at is None:
        task.started_at, task.started_points = now, task.points
    if task.status == status and (task.done_at is not None) == (status == Status.DONE):
        return False
    task.status = status
    task.done_at = now if status == Status.DONE else None
    return True


@transaction.atomic
def change_status(task: Task, status: str, *, now: datetime) -> Task:
    """Store the status that the person gives a task, and return the task as it is then.

    Raises:
        TaskError: `status_unknown`.
    """
    if status not in Status.values:
        raise TaskError("status_unknown", f"There is no status {status[:40]}.")
    row = Task.objects.select_for_update().get(pk=task.pk)
    if enter_status(row, status, now=now):
        row.status_changed_at = now
        row.save()
    return row
