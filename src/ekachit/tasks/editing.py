"""What a person writes on tasks: their own ones whole, on Jira's the notes and the estimate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.estimation.multiplier import expected_hours, points_that_count
from ekachit.tasks.actions import ChangedMeanwhileError, TaskError, locked_task
from ekachit.tasks.history import record
from ekachit.tasks.models import Source, Task
from ekachit.tasks.multipliers import hours_per_point
from ekachit.tasks.ordering import top_of

TITLE_AT_MOST = 500
NOTES_AT_MOST = 100_000
HOURS_AT_MOST = 10_000.0
NO_PRIORITY = 0
# Jira's usual names, so that own tasks and Jira's stand in one order.
PRIORITIES = {1: "Highest", 2: "High", 3: "Medium", 4: "Low", 5: "Lowest"}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wants changed; None leaves as it is. `priority` is a rank of `PRIORITIES`, 0 for none."""

    title: str | None = None
    priority: int | None = None
    notes: str | None = None


@transaction.atomic
def create(user: User, edit: Edit, *, now: datetime, estimate_hours: float | None = None) -> Task:
    """Store a new task of the person's own, on top of the list, and return it.

    Raises:
        TaskError: `title_missing`, `title_long`, `notes_long`, `priority_unknown`, `estimate_wrong`.
    """
    task = Task(user=user, source=Source.OWN, position=top_of(user))
    _write(task, Edit(edit.title or "", edit.priority, edit.notes))
    if estimate_hours is not None:
        task.estimate_override_hours = task.estimate_hours = _hours(estimate_hours)
    task.save()
    record(task.pk, "created", at=now)
    return task


@transaction.atomic
def edit_task(task: Task, edit: Edit, *, edition: int, now: datetime) -> Task:
    """Store what the person wrote, and return the task as it is then. What is so already is no change.

    Args:
        task: the one to edit.
        edit: what shall be other.
        edition: of the task that the person looked at.
        now: the present.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
        TaskError: `owned_by_jira`, `task_gone`, and those of `create`.
    """
    row = locked_task(task.pk)
    before = (row.title, row.priority_rank, row.priority_name, row.notes)
    if row.source == Source.JIRA and (edit.title is not None or edit.priority is not None):
        raise TaskError("owned_by_jira", _("Title and priority come from Jira. Change them there."))
    _write(row, edit)
    after = (row.title, row.priority_rank, row.priority_name, row.notes)
    if before == after:
        return row
    names = ("title", "priority", "priority", "notes")
    changed = sorted({name for name, old, new in zip(names, before, after, strict=True) if old != new})
    _store(row, edition)
    record(row.pk, "edited", at=now, changed=changed)
    return row


@transaction.atomic
def set_estimate(task: Task, hours: float, *, edition: int, now: datetime) -> Task:
    """Store the hours that the person expects, whatever the points say, and return the task as it is then.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
        TaskError: `estimate_wrong`, `task_gone`.
    """
    return _estimate(task, _hours(hours), edition, now)


@transaction.atomic
def back_to_points(task: Task, *, edition: int, now: datetime) -> Task:
    """Let the estimate follow the points again, and return the task as it is then; without points it has none.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
        TaskError: `task_gone`.
    """
    return _estimate(task, None, edition, now)


@transaction.atomic
def delete_task(task: Task, *, edition: int) -> None:
    """Delete one of the person's own tasks with all that belongs to it. Deleted already is deleted.

    Raises:
        ChangedMeanwhileError: it is not what the person looked at.
        TaskError: `owned_by_jira`.
    """
    row = Task.objects.select_for_update().filter(pk=task.pk).first()
    if row is None:
        return
    if row.source == Source.JIRA:
        text = _("This task comes from Jira. Close it there, or stop picking its project.")
        raise TaskError("owned_by_jira", text)
    if row.edition != edition:
        raise ChangedMeanwhileError(row)
    row.delete()


def _estimate(task: Task, override: float | None, edition: int, now: datetime) -> Task:
    row = locked_task(task.pk)
    if row.estimate_override_hours == override:
        return row
    before = row.estimate_hours
    row.estimate_override_hours = override
    basis = points_that_count(row.points, row.started_points)
    row.estimate_hours = expected_hours(basis, hours_per_point(row.user_id, row.project_key), override)
    _store(row, edition)
    record(row.pk, "estimate", at=now, before=before, after=row.estimate_hours, typed=override is not None)
    return row


def _store(row: Task, edition: int) -> None:
    if row.edition != edition:
        raise ChangedMeanwhileError(Task.objects.get(pk=row.pk))
    row.edition += 1
    row.save()


def _write(task: Task, edit: Edit) -> None:
    if edit.title is not None:
        task.title = title_from(edit.title)
    if edit.notes is not None:
        if len(edit.notes) > NOTES_AT_MOST:
            text = _("Notes can have %(most)d characters. Shorten them.")
            raise TaskError("notes_long", text % {"most": NOTES_AT_MOST})
        task.notes = edit.notes.replace("\r\n", "\n").replace("\x00", "")
    if edit.priority is not None:
        if edit.priority not in {NO_PRIORITY, *PRIORITIES}:
            raise TaskError("priority_unknown", _("Choose a priority from the list."))
        task.priority_rank = edit.priority or None
        task.priority_name = PRIORITIES.get(edit.priority, "")


def title_from(text: str) -> str:
    """Return a title as it is stored: on one line, without blanks around it.

    Raises:
        TaskError: `title_missing`, `title_long`.
    """
    title = " ".join(text.replace("\x00", "").split())
    if not title:
        raise TaskError("title_missing", _("Give it a title."))
    if len(title) > TITLE_AT_MOST:
        raise TaskError("title_long", _("A title can have %(most)d characters.") % {"most": TITLE_AT_MOST})
    return title


def _hours(hours: float) -> float:
    if not math.isfinite(hours) or not 0 < hours <= HOURS_AT_MOST:
        text = _("Type how many hours you expect: more than nothing, at most %(most)d.")
        raise TaskError("estimate_wrong", text % {"most": HOURS_AT_MOST})
    return round(hours, 4) or 0.0001
