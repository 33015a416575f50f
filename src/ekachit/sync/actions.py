"""What a person can ask of the sync, and the changes of status that go through it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, State
from ekachit.sync.models import Conflict, ConflictState, Pass
from ekachit.tasks.actions import change_status
from ekachit.tasks.models import Task

# However often "Sync now" is clicked, one pass is due; a new one is due at the earliest this long after the last began.
SYNC_NOW_SECONDS = 10


def start_import(connection: Connection) -> bool:
    """Make the import due at once; returns whether the connection can run (it is connected)."""
    return _due_now(connection)


def resume(connection: Connection) -> bool:
    """Go on with a stopped import; what was imported stays and is not read again. Returns whether it can run."""
    return _due_now(connection)


def stop(connection: Connection) -> bool:
    """Stop a running or waiting import after the page it is at; returns whether there was something to stop."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.lease_until is None:
            waiting = row.due_at is not None
            Connection.objects.filter(pk=row.pk).update(due_at=None)
            return waiting
        Connection.objects.filter(pk=row.pk).update(stop_requested=True)
        return True


def sync_now(connection: Connection) -> bool:
    """Make a pass due at once; returns False when one is due, running or just over, or the connection cannot run."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        now = timezone.now()
        running = row.lease_until is not None and row.lease_until > now
        waiting = row.due_at is not None and row.due_at <= now
        recent = now - timedelta(seconds=SYNC_NOW_SECONDS)
        if running or waiting or Pass.objects.filter(connection=row, started_at__gt=recent).exists():
            return False
        return _due_now(row)


@transaction.atomic
def set_status(task: Task, status: str, *, now: datetime) -> Task:
    """Give a task the status that the person chose, and return the task as it is then.

    Raises:
        TaskError: `status_unknown`.
    """
    return change_status(task, status, now=now)


@transaction.atomic
def reapply(conflict: Conflict, *, now: datetime) -> bool:
    """Give the task the status that was set aside, once; returns False where the conflict is closed already."""
    row = Conflict.objects.select_for_update().select_related("task").get(pk=conflict.pk)
    if row.state != ConflictState.OPEN:
        return False
    set_status(row.task, row.ours, now=now)
    _close(row, ConflictState.REAPPLIED, now)
    return True


@transaction.atomic
def dismiss(conflict: Conflict, *, now: datetime) -> bool:
    """Leave the task as Jira has it; returns False where the conflict is closed already."""
    row = Conflict.objects.select_for_update().get(pk=conflict.pk)
    if row.state != ConflictState.OPEN:
        return False
    _close(row, ConflictState.DISMISSED, now)
    return True


@transaction.atomic
def dismiss_all(user: User, *, now: datetime) -> int:
    """Leave every task as Jira has it; returns how many conflicts were closed."""
    return Conflict.objects.filter(user=user, state=ConflictState.OPEN).update(
        state=ConflictState.DISMISSED, closed_at=now
    )


def _close(row: Conflict, state: ConflictState, now: datetime) -> None:
    row.state, row.closed_at = state, now
    row.save(update_fields=["state", "closed_at"])


def _due_now(connection: Connection) -> bool:
    changed = Connection.objects.filter(pk=connection.pk, state=State.CONNECTED).update(
        due_at=timezone.now(), stop_requested=False
    )
    return bool(changed)
