"""What a person can ask of the sync, and the changes of status that go through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project, State
from ekachit.sync.models import Conflict, ConflictKind, ConflictState, EntryState, Link, OutboxEntry, Pass
from ekachit.sync.outbox import close_unsendable, differing, note_click, replace_waiting, sends
from ekachit.tasks.actions import change_status
from ekachit.tasks.models import Task

_NOT_IN_JIRA = (EntryState.REFUSED, EntryState.CANCELLED)

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
        if row.lease_until is None or row.lease_until <= timezone.now():
            # Nobody is at it, or whoever was has died.
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


@dataclass(frozen=True, slots=True)
class TwoWay:
    """How status changes of a project are sent; the fields are those of `connections.Project`."""

    two_way: bool
    done_status_id: str = ""
    done_status_name: str = ""
    progress_status_id: str = ""
    progress_status_name: str = ""
    allow_path: bool = False


@transaction.atomic
def set_status(task: Task, status: str, *, now: datetime) -> Task:
    """Give a task the status that the person chose, and return the task as it is then.

    Where two-way is on for its project, the change is on its way to Jira from this transaction on.

    Raises:
        TaskError: `status_unknown`.
    """
    changed = change_status(task, status, now=now)
    link = Link.objects.select_related("connection").filter(task=changed).first()
    if link is not None and sends(link):
        note_click(link, status, now=now)
    elif link is not None:
        replace_waiting(link, now=now)
    return changed


@transaction.atomic
def set_status_of_all(tasks: Iterable[Task], status: str, *, now: datetime) -> int:
    """Give several tasks a status at once: all of them or, where one cannot have it, none. Returns how many.

    Raises:
        TaskError: `status_unknown`.
    """
    changed = [set_status(each, status, now=now) for each in tasks]
    return len(changed)


@transaction.atomic
def set_two_way(project: Project, rules: TwoWay, *, now: datetime) -> int:
    """Store how status changes of a project are sent.

    Switched on: what differs from Jira now is sent, as the preview showed; returns how many changes are on their way
    because of it. Switched off: what still waits is closed as not sent; returns how many.
    """
    before = Project.objects.select_for_update().get(pk=project.pk)
    Project.objects.filter(pk=project.pk).update(**asdict(rules))
    if _counts_otherwise(before, rules):
        # No issue's version tells that its status counts as another one now: the next pass reads them all.
        Connection.objects.filter(pk=before.connection_id).update(reread=True)
        _due_now(before.connection)
    if not rules.two_way:
        return close_unsendable(now, connection_id=before.connection_id)
    started = 0
    for link in differing(project):
        started += sends(link) is not None and note_click(link, link.task.status, now=now) is not None
    return started


def _counts_otherwise(before: Project, rules: TwoWay) -> bool:
    """Whether another of Jira's statuses than before is taken for In Progress or Done."""
    return (before.done_status_id, before.progress_status_id) != (
        rules.done_status_id,
        rules.progress_status_id,
    )


@transaction.atomic
def choose_value(entry: OutboxEntry, field_id: str, *, name: str, value_id: str, now: datetime) -> bool:
    """Keep a value for a field that Jira asked for, for the whole project, and send the refused change again.

    Returns False where the entry does not ask for this field, or not for this value.
    """
    asked = next((each for each in entry.detail.get("fields", ()) if each["id"] == field_id), None)
    link = Link.objects.filter(task_id=entry.task_id).first()
    if asked is None or link is None or entry.state != EntryState.REFUSED:
        return False
    options = {option["id"] or option["name"]: option for option in asked["options"]}
    chosen = options.get(value_id or name)
    if options and chosen is None:
        return False
    value = {"id": chosen["id"], "name": chosen["name"]} if chosen else {"id": "", "name": name.strip()[:200]}
    if not value["name"]:
        return False
    project = Project.objects.select_for_update().get(
        connection_id=entry.connection_id, project_id=link.project_id
    )
    project.chosen_values[field_id] = {**value, "label": asked["name"], "revealed": asked["revealed"]}
    project.save(update_fields=["chosen_values"])
    set_status(entry.task, entry.wanted, now=now)
    return True


@transaction.atomic
def forget_value(project: Project, field_id: str) -> bool:
    """Forget a chosen value; returns whether there was one."""
    row = Project.objects.select_for_update().get(pk=project.pk)
    known = row.chosen_values.pop(field_id, None) is not None
    row.save(update_fields=["chosen_values"])
    return known


@transaction.atomic
def retry(entry: OutboxEntry, *, now: datetime) -> bool:
    """Send once more what was refused or not sent, as a new change; returns False where that cannot be.

    It cannot where the person has said something else since, and where two-way is off or Jira not connected.
    """
    link = Link.objects.select_related("connection").filter(task_id=entry.task_id).first()
    if entry.state not in _NOT_IN_JIRA or link is None or sends(link) is None or _has_later(entry):
        return False
    set_status(entry.task, entry.wanted, now=now)
    return True


@transaction.atomic
def leave(entry: OutboxEntry, *, now: datetime) -> bool:
    """Let it be that a change was refused or not sent; returns False where there is nothing of it to be said."""
    rows = OutboxEntry.objects.filter(pk=entry.pk, state__in=_NOT_IN_JIRA, left_at__isnull=True)
    return bool(rows.update(left_at=now))


def _has_later(entry: OutboxEntry) -> bool:
    return OutboxEntry.objects.filter(task_id=entry.task_id, pk__gt=entry.pk).exists()


@transaction.atomic
def reapply(conflict: Conflict, *, now: datetime) -> bool:
    """Give the task the status that was set aside, once; returns False where that cannot be done any more."""
    row = Conflict.objects.select_for_update().select_related("task").get(pk=conflict.pk)
    if row.state != ConflictState.OPEN:
        return False
    # Of a late one ours went over Jira's: what can be applied again is what Jira had.
    again = row.jiras if row.kind == ConflictKind.LATE else row.ours
    if not again:
        return False
    set_status(row.task, again, now=now)
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
