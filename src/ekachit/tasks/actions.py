"""What changes tasks, one transaction each."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, FloatField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Round
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.estimation.multiplier import DECIMALS, expected_hours, points_that_count
from ekachit.tasks.history import record
from ekachit.tasks.models import FocusSession, ProjectMultiplier, Status, Task
from ekachit.tasks.multipliers import hours_per_point


class TaskError(Exception):
    """A task could not be changed; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class ChangedMeanwhileError(TaskError):
    """An edit was made on what is no longer so; `current` is the row as it is now, so that nothing is lost."""

    def __init__(self, current: Task | FocusSession) -> None:
        text = _("This was changed meanwhile, in another window. Look at both versions, then save again.")
        super().__init__("changed_meanwhile", text)
        self.current = current


def one_at_a_time(user_id: int) -> None:
    """Let no other change of the person's timer or order happen until this transaction ends.

    The row of the person is what is waited for; others may still tie new rows to it.
    """
    User.objects.select_for_update(no_key=True).values_list("pk").get(pk=user_id)


def locked_task(task_id: int) -> Task:
    """Return a task as it is now, and unchanged by others until this transaction ends.

    Raises:
        TaskError: `task_gone`.
    """
    row = Task.objects.select_for_update().filter(pk=task_id).first()
    if row is None:
        raise TaskError(
            "task_gone", _("This task was deleted meanwhile, in another window. Nothing was changed.")
        )
    return row


@transaction.atomic
def reestimate(user: User) -> int:
    """Re-compute the estimate of every open task that has points and no override; returns how many were.

    A project's own multiplier goes before the person's.
    """
    by_project = ProjectMultiplier.objects.filter(user=user, project_key=OuterRef("project_key"))
    own = Cast(Subquery(by_project.values("hours_per_point")[:1]), FloatField())
    per_point = Coalesce(own, Value(float(user.multiplier)), output_field=FloatField())
    basis = Coalesce(F("started_points"), F("points"))
    return (
        Task.objects.filter(user=user, estimate_override_hours__isnull=True)
        .exclude(status=Status.DONE)
        .alias(basis=basis)
        .filter(basis__isnull=False)
        .update(estimate_hours=Round(basis * per_point, DECIMALS))
    )


def begin_work(task: Task, *, now: datetime) -> bool:
    """Keep when work on a task began and what it was pointed with then, once; returns whether it had not begun.

    The row is not stored.
    """
    if task.started_at is not None:
        return False
    task.started_at, task.started_points = now, task.points
    return True


def enter_status(task: Task, status: str, *, now: datetime) -> bool:
    """Let a task enter a status, with the times and points that belong to it; returns whether it is another one.

    The row is not stored. Work has begun once a task has left To Do: what it was pointed with then is kept. A task
    that is opened again has today's estimate: while it was done, neither points nor multiplier changed it.
    """
    if task.status == Status.DONE != status:
        basis = points_that_count(task.points, task.started_points)
        per_point = hours_per_point(task.user_id, task.project_key)
        task.estimate_hours = expected_hours(basis, per_point, task.estimate_override_hours)
    if status != Status.TODO:
        begin_work(task, now=now)
    if task.status == status and (task.done_at is not None) == (status == Status.DONE):
        return False
    task.status = status
    task.done_at = now if status == Status.DONE else None
    return True


@transaction.atomic
def change_status(task: Task, status: str, *, now: datetime) -> Task:
    """Store the status that the person gives a task, and return the task as it is then.

    Raises:
        TaskError: `status_unknown` or `task_gone`.
    """
    if status not in Status.values:
        raise TaskError("status_unknown", _("There is no status %(name)s.") % {"name": status[:40]})
    row = locked_task(task.pk)
    before = row.status
    if enter_status(row, status, now=now):
        row.status_changed_at = now
        row.save()
        record(row.pk, "status", at=now, before=before, after=status)
    return row


def leave_unasked(task: Task, *, now: datetime) -> None:
    """Remember that the person does not say how long a finished task took: they are not asked again."""
    Task.objects.filter(pk=task.pk).update(took_asked_at=now)
