"""The rows that an action changes; inside the transaction of `apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TypeVar, assert_never

import msgspec
from django.db import DataError, IntegrityError, transaction

from ekachit import rows
from ekachit.accounts.notices import tell
from ekachit.connections.models import Connection
from ekachit.domain.estimation.multiplier import expected_hours, points_that_count
from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, SetAside, Update
from ekachit.domain.sync.state import Issue, Subtask, Values
from ekachit.sync.models import Conflict, ConflictKind, EntryState, Link, OutboxEntry, Presence
from ekachit.sync.outbox import settle
from ekachit.sync.passes import Tally
from ekachit.tasks.actions import enter_status
from ekachit.tasks.models import ChecklistItem, Source, Status, Task
from ekachit.tasks.multipliers import own_multipliers

T = TypeVar("T")
# What a new task and its link are made of; all else has its default.
_TASK = (
    *("user_id", "source", "status", "points", "estimate_hours", "started_at", "started_points", "done_at"),
    *("title", "priority_name", "priority_rank", "checklist_more", "project_key", "issue_type"),
)
_LINK = (
    *("user_id", "task_id", "connection_id", "cloud_id", "issue_id", "version", "base"),
    *("key", "project_id", "issue_type", "jira_status"),
)


class Writer:
    """Writes for one connection and counts in the tally. An issue that the database refuses is put aside alone."""

    def __init__(self, connection: Connection, tally: Tally, now: datetime) -> None:
        self._connection = connection
        self._tally = tally
        self._now = now
        self._times: dict[str, tuple[datetime | None, datetime | None]] = {}

    def write(self, actions: Sequence[Action]) -> bool:
        """Write actions and count them; returns whether anything changed."""
        self.create([each for each in actions if isinstance(each, Create)])
        for action in actions:
            match action:
                case Create():
                    pass
                case Update():
                    self.update(action)
                case Keep():
                    self._tally.unchanged += 1
                case MarkGone():
                    self.mark_gone(action)
                case _:
                    assert_never(action)
        moved = self.keep([each for each in actions if isinstance(each, Keep)])
        return moved or any(not isinstance(each, Keep) for each in actions)

    def create(self, actions: Sequence[Create]) -> None:
        """Make tasks with their links and checklists: all at once, or one by one where one of them spoils it."""
        if not actions or self._tried(self._create, actions):
            return
        for each in actions:
            if not self._tried(self._create, [each]):
                self._refused(each.issue)

    def update(self, action: Update) -> None:
        """Take over what Jira changed; what the person owns is not touched."""
        if not self._tried(self._update, action):
            self._refused(action.issue)

    def keep(self, actions: Sequence[Keep]) -> bool:
        """Let versions move on; returns whether one did."""
        moved = False
        links = Link.objects.in_bulk([each.task_id for each in actions], field_name="task_id")
        for each in actions:
            link = links[each.task_id]
            if link.version != each.issue.version or link.connection_id != self._connection.pk:
                Link.objects.filter(pk=link.pk).update(
                    version=each.issue.version, connection=self._connection
                )
                moved = True
        return moved

    def mark_gone(self, action: MarkGone) -> None:
        """Say of a task that its issue is no longer the person's."""
        link = Link.objects.get(task_id=action.task_id)
        Link.objects.filter(pk=link.pk).update(presence=Presence.GONE)
        self._tally.updated += 1
        self._tally.note(key=link.key, task=action.task_id, changed=["presence"], to=Presence.GONE.value)

    def _tried(self, work: Callable[[T], None], what: T) -> bool:
        """Whether it could be written; if not, nothing of it is."""
        before = self._tally.copy()
        try:
            with transaction.atomic():
                work(what)
        except (DataError, IntegrityError, OverflowError, ValueError):
            for name in ("created", "updated", "set_aside", "notes"):
                setattr(self._tally, name, getattr(before, name))
            return False
        return True

    def _refused(self, issue: Issue) -> None:
        self._tally.failed += 1
        self._tally.note(key=issue.key, id=issue.issue_id, unreadable="the database refused it")

    def _create(self, actions: Sequence[Create]) -> None:
        ids = rows.insert_for_ids(Task, _TASK, [self._new_task(each.values) for each in actions])
        made = list(zip(ids, actions, strict=True))
        rows.insert_lines(Link, _LINK, [self._new_link(task_id, each) for task_id, each in made])
        listed = [(task_id, each.values) for task_id, each in made if each.values.checklist]
        rows.insert(ChecklistItem, [line for task_id, each in listed for line in _lines(task_id, each.shown)])
        self._tally.created += len(actions)
        if not self._tally.is_import:
            for task_id, action in made:
                self._tally.note(key=action.values.key, task=task_id, created=True, to=action.values.status)

    def _new_task(self, values: Values) -> tuple[object, ...]:
        """The columns of `_TASK`."""
        started_at, done_at = self._entered(values.status)
        points, project = values.points, _project_key(values)
        return (
            self._connection.user_id,
            Source.JIRA.value,
            values.status,
            points,
            None if points is None else expected_hours(points, self._multiplier(project)),
            started_at,
            None if started_at is None else points,
            done_at,
            values.title,
            values.priority_name,
            values.priority_rank,
            values.more if values.checklist else 0,
            project,
            values.issue_type,
        )

    def _multiplier(self, project_key: str) -> float:
        """The hours for one point: the project's own number, else the person's."""
        return self._own_multipliers.get(project_key, self._persons_multiplier)

    @cached_property
    def _persons_multiplier(self) -> float:
        found = rows.select("SELECT multiplier FROM accounts_user WHERE id = %s", [self._connection.user_id])
        return float(found[0][0])

    @cached_property
    def _own_multipliers(self) -> dict[str, float]:
        return own_multipliers(self._connection.user_id)

    def _entered(self, status: str) -> tuple[datetime | None, datetime | None]:
        """When work on a new task of this status began and ended."""
        if status not in self._times:
            task = Task()
            enter_status(task, status, now=self._now)
            self._times[status] = task.started_at, task.done_at
        return self._times[status]

    def _new_link(self, task_id: int, action: Create) -> tuple[object, ...]:
        """The columns of `_LINK`."""
        values = action.values
        return (
            self._connection.user_id,
            task_id,
            self._connection.pk,
            self._connection.cloud_id,
            action.issue.issue_id,
            action.issue.version,
            values,
            values.key,
            values.project_id,
            values.issue_type,
            values.status_name,
        )

    def _update(self, action: Update) -> None:
        values = action.values
        task = Task.objects.select_for_update().get(pk=action.task_id)
        before, was = task.status, _receipt_values(task, action.changed)
        ours_at = task.status_changed_at
        for name, value in _shown_values(values).items():
            setattr(task, name, value)
        if task.points != values.points:
            self._repoint(task, values.points)
        enter_status(task, action.status, now=self._now)
        task.save()
        Link.objects.filter(task_id=task.pk).update(
            connection=self._connection,
            version=action.issue.version,
            base=msgspec.to_builtins(values),
            presence=action.presence.value,
            **_link_values(values),
        )
        if "checklist" in action.changed:
            _renew_lines(task.pk, values.shown)
        aside = action.set_aside
        if aside is None and task.status != before:
            aside = _taken_back(task.pk, before, values.status)
        if aside is not None:
            self._set_aside(task, action, aside, ours_at)
        settle(task.pk, jiras=values.status, set_aside=aside is not None, now=self._now)
        self._tally.updated += 1
        note = {"key": values.key, "task": task.pk, "changed": list(action.changed)}
        if task.status != before:
            note |= {"from": before, "to": task.status}
        if "presence" in action.changed:
            note["presence"] = action.presence.value
        if was:
            note["values"] = {name: [old, getattr(values, name)] for name, old in was.items()}
        self._tally.note(**note)

    def _repoint(self, task: Task, points: float | None) -> None:
        """Jira's points changed: the estimate follows, unless work has begun on what was pointed before."""
        task.points = points
        if task.status != Status.DONE:
            basis = points_that_count(points, task.started_points)
            task.estimate_hours = expected_hours(
                basis, self._multiplier(task.project_key), task.estimate_override_hours
            )

    def _set_aside(self, task: Task, action: Update, aside: SetAside, ours_at: datetime | None) -> None:
        conflict = Conflict.objects.create(
            user=self._connection.user,
            task=task,
            connection=self._connection,
            base=aside.base,
            ours=aside.ours,
            jiras=aside.jiras,
            jira_status=action.values.status_name,
            ours_at=ours_at,
            jiras_at=action.issue.version,
            found_at=self._now,
        )
        self._tally.set_aside += 1
        self._tally.note(key=action.values.key, task=task.pk, set_aside=aside.ours, to=aside.jiras)
        key = f"set-aside-{conflict.pk}"
        tell(
            self._connection.user,
            "set_aside",
            key=key,
            issue=action.values.key,
            ours=aside.ours,
            jiras=aside.jiras,
        )

    def late_conflict(self, entry: OutboxEntry, link: Link, theirs: tuple[str, str]) -> None:
        """Record that somebody changed the status between our look and our write, which went over it."""
        status, name = theirs
        conflict = Conflict.objects.create(
            user=self._connection.user,
            task_id=entry.task_id,
            connection=self._connection,
            kind=ConflictKind.LATE,
            base=entry.base,
            ours=entry.wanted,
            jiras=status,
            jira_status=name,
            ours_at=entry.created_at,
            jiras_at=entry.posted_at,
            found_at=self._now,
        )
        self._tally.set_aside += 1
        key = f"set-aside-{conflict.pk}"
        tell(
            self._connection.user,
            "late_conflict",
            key=key,
            issue=link.key,
            ours=entry.wanted,
            jiras=status or name,
        )


def _taken_back(task_id: int, ours: str, jiras: str) -> SetAside | None:
    """What the person said again, behind a write that may have arrived, where Jira went elsewhere; None: nothing."""
    entry = OutboxEntry.objects.filter(
        task_id=task_id, state=EntryState.WAITING, wanted=ours, posted_at__isnull=True
    ).first()
    return SetAside(entry.base, ours, jiras) if entry is not None else None


def _receipt_values(task: Task, changed: Sequence[str]) -> dict[str, object]:
    """What the receipt tells of the time before, by the name in `Values`."""
    was: dict[str, object] = {
        name: getattr(task, name) for name in ("title", "priority_name", "points") if name in changed
    }
    if "key" in changed or "status_name" in changed:
        link = Link.objects.get(task_id=task.pk)
        was |= {"key": link.key} if "key" in changed else {}
        was |= {"status_name": link.jira_status} if "status_name" in changed else {}
    return was


def _shown_values(values: Values) -> dict[str, object]:
    """The fields that Jira owns on the task itself."""
    return {
        "title": values.title,
        "priority_name": values.priority_name,
        "priority_rank": values.priority_rank,
        "checklist_more": values.more,
        "project_key": _project_key(values),
        "issue_type": values.issue_type,
    }


def _project_key(values: Values) -> str:
    return values.key.rpartition("-")[0]


def _link_values(values: Values) -> dict[str, str]:
    return {
        "key": values.key,
        "project_id": values.project_id,
        "issue_type": values.issue_type,
        "jira_status": values.status_name,
    }


def _lines(task_id: int, subtasks: Iterable[Subtask]) -> list[dict[str, object]]:
    return [
        {
            "task_id": task_id,
            "title": each.title,
            "done": each.done,
            "position": position,
            "ref": each.issue_id,
            "label": each.key,
        }
        for position, each in enumerate(subtasks)
    ]


def _renew_lines(task_id: int, subtasks: Iterable[Subtask]) -> None:
    """Replace the mirrored lines; the person's own lines are not touched."""
    ChecklistItem.objects.filter(task_id=task_id).exclude(ref="").delete()
    rows.insert(ChecklistItem, _lines(task_id, subtasks))
