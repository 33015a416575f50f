"""Rows as the pages meet them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import AccessRecord, Connection, Project
from ekachit.sync.models import Conflict, ConflictState, EntryState, Link, OutboxEntry, Pass, PassState
from ekachit.tasks.models import ChecklistItem, Source, Status, Task

PASSWORD = "a long enough phrase"


def make_connection(user: User, *, site: str = "yourteam.atlassian.net", **fields: Any) -> Connection:
    fields = {"picked_at": timezone.now() - timedelta(hours=1), "email": "ada@yourteam.dev"} | fields
    return Connection.objects.create(
        user=user, site=site, cloud_id=f"cloud-of-{site}", account_id="account-of-ada", **fields
    )


def make_projects(connection: Connection, *, picked: bool = True) -> list[Project]:
    rows = [
        ("10001", "PAY", "Payments", 48),
        ("10002", "OPS", "Operations", 12),
        ("10003", "HR", "People", 0),
    ]
    return [
        Project.objects.create(
            connection=connection,
            project_id=pid,
            key=key,
            name=name,
            open_count=count,
            picked=picked and count > 0,
        )
        for pid, key, name, count in rows
    ]


def make_pass(connection: Connection, state: PassState = PassState.COMPLETE, **fields: Any) -> Pass:
    now = timezone.now()
    ended = None if state == PassState.RUNNING else now
    fields = {"epoch": 1, "started_at": now - timedelta(seconds=2), "ended_at": ended} | fields
    if state == PassState.RUNNING:
        connection.lease_until = now + timedelta(seconds=60)
        connection.save(update_fields=["lease_until"])
    return Pass.objects.create(connection=connection, state=state, **fields)


def make_task(user: User, title: str = "Write it down", **fields: Any) -> Task:
    if fields.get("status") == Status.DONE:
        fields.setdefault("done_at", timezone.now())
    return Task.objects.create(user=user, title=title, **fields)


def make_issue(
    connection: Connection, key: str, title: str = "Retry webhook delivery", **fields: Any
) -> Task:
    link = {name: fields.pop(name) for name in ("jira_status", "presence") if name in fields}
    task = make_task(connection.user, title, source=Source.JIRA, **fields)
    Link.objects.create(
        user=connection.user,
        task=task,
        connection=connection,
        cloud_id=connection.cloud_id,
        issue_id=key,
        key=key,
        project_id="10001",
        **link,
    )
    return task


def make_checklist(task: Task, done: int, total: int) -> None:
    for number in range(total):
        ChecklistItem.objects.create(
            task=task,
            title=f"Part {number}",
            done=number < done,
            position=number,
            ref=str(number),
            label=f"SUB-{number}",
        )


def make_record(connection: Connection, **fields: Any) -> AccessRecord:
    fields = {
        "at": timezone.now(),
        "method": "POST",
        "path": "/rest/api/3/search/jql",
        "why": "your open issues",
        "fields": "summary, status",
        "count": 3,
        "status": 200,
    } | fields
    return AccessRecord.objects.create(connection=connection, **fields)


def make_refused(task: Task, connection: Connection, **fields: Any) -> OutboxEntry:
    """A status change that Jira refused a moment ago."""
    now = timezone.now()
    fields = {"code": "refused", "not_before": now, "created_at": now, "ended_at": now} | fields
    return OutboxEntry.objects.create(
        user=task.user,
        task=task,
        connection=connection,
        wanted="done",
        base="todo",
        state=EntryState.REFUSED,
        **fields,
    )


def make_conflict(task: Task, **fields: Any) -> Conflict:
    """A conflict of an issue's task: open, unless it has a state."""
    now = timezone.now()
    fields = {
        "base": Status.TODO,
        "ours": Status.DONE,
        "jiras": Status.IN_PROGRESS,
        "jira_status": "In Review",
        "ours_at": now - timedelta(minutes=8),
        "jiras_at": now - timedelta(minutes=5),
        "found_at": now,
    } | fields
    if fields.get("state", ConflictState.OPEN) != ConflictState.OPEN:
        fields.setdefault("closed_at", now)
    link: Link = task.link
    return Conflict.objects.create(user=task.user, task=task, connection=link.connection, **fields)
