"""What the database holds for a person, as plain values that can be compared and hashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ekachit import rows as statements
from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.sync.models import Link
from ekachit.tasks.models import ChecklistItem, Task

TASK_FIELDS = (
    "title", "status", "priority_name", "priority_rank", "points", "estimate_hours", "estimate_override_hours",
    "notes", "position", "checklist_more", "done_at", "status_changed_at", "started_at", "started_points",
)  # fmt: skip
OWNED = ("estimate_override_hours", "notes", "position")
LINK_FIELDS = ("key", "project_id", "issue_type", "jira_status", "version", "presence", "base")


@dataclass(slots=True)
class Row:
    """One task tied to an issue. `lines` are the mirrored checklist lines, `own` the person's."""

    pk: int
    task: dict[str, Any]
    link: dict[str, Any]
    connection: int
    changed_at: datetime
    lines: list[tuple[str, str, bool, str]] = field(default_factory=list)
    own: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.task["status"])

    @property
    def agreed(self) -> str:
        """The status both sides last agreed on."""
        return str(self.link["base"]["status"])

    @property
    def presence(self) -> str:
        return str(self.link["presence"])

    @property
    def version(self) -> datetime:
        version: datetime = self.link["version"]
        return version


@dataclass(frozen=True, slots=True)
class SetAside:
    """One conflict: the statuses before, here and in Jira."""

    pk: int
    issue_id: str
    base: str
    ours: str
    jiras: str
    state: str


@dataclass(slots=True)
class Rows:
    """Everything of one person: tasks by issue id, and the conflicts in order."""

    tasks: dict[str, Row]
    conflicts: list[SetAside]

    def plain(self) -> list[Any]:
        """The same without keys of rows and without times: equal for two runs of one history."""
        timeless = [name for name in TASK_FIELDS if not name.endswith("_at")]
        tasks = [
            [
                issue_id,
                row.lines,
                row.own,
                [row.task[name] for name in timeless],
                sorted((row.link | {"version": row.version.isoformat()}).items(), key=str),
            ]
            for issue_id, row in sorted(self.tasks.items())
        ]
        return [
            tasks,
            [[each.issue_id, each.base, each.ours, each.jiras, each.state] for each in self.conflicts],
        ]


_CONFLICTS = "SELECT id, task_id, base, ours, jiras, state FROM sync_conflict WHERE user_id = %s ORDER BY id"


def rows_of(user: User) -> Rows:
    """Read them by plain statements, four of them: this is done before and after each thing that happens."""
    tasks: dict[str, Row] = {}
    by_pk: dict[int, Row] = {}
    links = {each.task_id: each for each in statements.every(Link, "user_id = %s", [user.pk])}
    for task in statements.every(Task, "user_id = %s ORDER BY id", [user.pk]):
        link = links.get(task.pk)
        if link is None:
            continue
        row = Row(
            task.pk,
            {name: getattr(task, name) for name in TASK_FIELDS},
            {name: getattr(link, name) for name in LINK_FIELDS},
            link.connection_id,
            task.changed_at,
        )
        tasks[link.issue_id] = by_pk[task.pk] = row
    of_person = "task_id IN (SELECT id FROM tasks_task WHERE user_id = %s) ORDER BY position, id"
    for item in statements.every(ChecklistItem, of_person, [user.pk]):
        its = by_pk.get(item.task_id)
        if its is not None and item.ref:
            its.lines.append((item.ref, item.title, item.done, item.label))
        elif its is not None:
            its.own.append((item.title, item.done))
    issues = {row.pk: issue_id for issue_id, row in tasks.items()}
    conflicts = [
        SetAside(pk, issues[task], base, ours, jiras, state)
        for pk, task, base, ours, jiras, state in statements.select(_CONFLICTS, [user.pk])
    ]
    return Rows(tasks, conflicts)


def connection_row(connection: Connection) -> dict[str, Any]:
    """The connection's columns now."""
    return dict(Connection.objects.filter(pk=connection.pk).values().get())
