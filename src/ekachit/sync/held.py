"""Reading what we hold, as values for the pure core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection as database
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from ekachit.connections.models import Connection
from ekachit.domain.sync.state import Held, Presence, Values
from ekachit.sync.models import EntryState, Link, OutboxEntry
from ekachit.tasks.models import Status, Task


@dataclass(frozen=True, slots=True)
class Known:
    """What a pass needs to know of a link before it fetches anything.

    `open` is whether Jira had the issue as open when both sides last agreed; the task here may be done already.
    """

    key: str
    version: datetime | None
    presence: Presence
    project_id: str
    connection_id: int
    open: bool
    lines: frozenset[str]
    has_open_lines: bool

    @property
    def mirrors(self) -> bool:
        """Whether its checklist is kept in step: then it is the home of its sub-tasks."""
        return self.open and self.presence is Presence.CURRENT


def index_of(connection: Connection) -> dict[str, Known]:
    """Return every link of the person with this site, by issue id: one query, no task texts."""
    rows = Link.objects.filter(user_id=connection.user_id, cloud_id=connection.cloud_id).values_list(
        "issue_id",
        "key",
        "version",
        "presence",
        "project_id",
        "connection_id",
        "base__status",
        "base__checklist",
    )
    return {
        issue_id: Known(
            key=key,
            version=version,
            presence=Presence(presence),
            project_id=project_id,
            connection_id=connection_id,
            open=status != Status.DONE,
            lines=frozenset(line["issue_id"] for line in checklist or ()),
            has_open_lines=any(not line["done"] for line in checklist or ()),
        )
        for issue_id, key, version, presence, project_id, connection_id, status, checklist in rows
    }


def held_by_issue(connection: Connection, issue_ids: Iterable[str]) -> dict[str, Held]:
    """Return our tasks tied to these issues, by issue id, whichever of the person's connections made them.

    Inside a transaction: the tasks are locked until its end, so that a change the person makes meanwhile waits.
    """
    ids = set(issue_ids)
    tied = Link.objects.filter(issue_id__in=ids, user_id=connection.user_id, cloud_id=connection.cloud_id)
    if database.features.has_select_for_update:
        locked = Task.objects.select_for_update().filter(pk__in=tied.values("task_id")).order_by("pk")
        list(locked.values_list("pk"))
    on_its_way = OutboxEntry.objects.filter(
        task=OuterRef("task_id"), state=EntryState.SENDING, connection__send_until__gt=Now()
    )
    links = tied.annotate(sending=Exists(on_its_way)).values_list(
        "task_id", "issue_id", "version", "base", "presence", "task__status", "sending"
    )
    return {
        issue_id: Held(
            task_id=task_id,
            issue_id=issue_id,
            version=version,
            values=values_from(base),
            presence=Presence(presence),
            status=status,
            sending=sending,
        )
        for task_id, issue_id, version, base, presence, status, sending in links
    }


def values_from(base: dict[str, Any]) -> Values:
    """Return the values stored in a link's base."""
    return msgspec.convert(base, Values)


def base_from(values: Values) -> dict[str, Any]:
    """Return values as a link's base stores them."""
    built: dict[str, Any] = msgspec.to_builtins(values)
    return built
