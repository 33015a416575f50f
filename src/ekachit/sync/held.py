"""Reading what we hold, as values for the pure core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.db import connection as database

from ekachit import rows
from ekachit.connections.models import Connection
from ekachit.domain.sync.state import Held, Presence, Values
from ekachit.tasks.models import Status


class _Line(msgspec.Struct):
    issue_id: str
    done: bool


class _Agreed(msgspec.Struct):
    """What is looked at of a link's base."""

    status: str = ""
    status_name: str = ""
    checklist: tuple[_Line, ...] = ()


_AGREED = msgspec.json.Decoder(_Agreed)
_VALUES = msgspec.json.Decoder(Values)
_PRESENCES = {each.value: each for each in Presence}
_CURRENT = Presence.CURRENT.value
_DONE = Status.DONE.value
_NO_LINES: frozenset[str] = frozenset()
_HELD = """
SELECT link.task_id, link.issue_id, link.version, link.base, link.presence, task.status, EXISTS (
  SELECT 1 FROM sync_outboxentry entry JOIN connections_connection sender ON sender.id = entry.connection_id
  WHERE entry.task_id = link.task_id AND entry.state = 'sending' AND sender.send_until > {now}), (
  SELECT entry.wanted FROM sync_outboxentry entry
  WHERE entry.task_id = link.task_id AND entry.state IN ('waiting', 'sending') AND entry.posted_at IS NOT NULL
  ORDER BY entry.id LIMIT 1)
FROM sync_link link JOIN tasks_task task ON task.id = link.task_id
WHERE {tied}
ORDER BY link.cloud_id = %s
"""


class Known(msgspec.Struct, frozen=True):
    """What a pass needs to know of a link before it fetches anything.

    `status` (a task's) and `status_name` (Jira's) are what both sides last agreed on; the task here may have moved on.
    `mirrors` is whether its checklist is kept in step: then it is the home of its sub-tasks. `was_reopened` is whether
    it is done in Jira and open here: then no list of open issues tells what becomes of it.
    """

    key: str
    version: datetime | None
    presence: Presence
    project_id: str
    connection_id: int
    status: str
    status_name: str
    mirrors: bool
    was_reopened: bool
    lines: frozenset[str]
    has_open_lines: bool


def index_of(connection: Connection) -> dict[str, Known]:
    """Return every link of the person with this site, by issue id: one query, no task texts.

    Inside a transaction: what was tied by the site's name, before its id was known, is tied by the id from now on.
    """
    found = rows.select(
        f"SELECT link.cloud_id, link.issue_id, link.key, {rows.unread('link.version')}, link.presence,"  # noqa: S608 # columns
        " link.project_id, link.connection_id, link.base, task.status"
        " FROM sync_link link JOIN tasks_task task ON task.id = link.task_id"
        " WHERE link.user_id = %s AND link.cloud_id IN (%s, %s)",
        [connection.user_id, connection.cloud_id, connection.site],
    )
    known = {row[1]: _known(*row[2:]) for row in found if row[0] == connection.cloud_id}
    if len(known) != len(found):
        _tie_by_id(connection)
        known = {row[1]: _known(*row[2:]) for row in found} | known
    return known


def _tie_by_id(connection: Connection) -> None:
    """Tie what is tied by the site's name by its id, but for what the id has already."""
    rows.execute(
        "UPDATE sync_link SET cloud_id = %s WHERE user_id = %s AND cloud_id = %s AND issue_id NOT IN"
        " (SELECT issue_id FROM sync_link WHERE user_id = %s AND cloud_id = %s)",
        [
            connection.cloud_id,
            connection.user_id,
            connection.site,
            connection.user_id,
            connection.cloud_id,
        ],
    )


def _known(  # noqa: PLR0913, PLR0917 # the columns of the query
    key: str,
    version: datetime | str | None,
    presence: str,
    project_id: str,
    connection_id: int,
    base: str,
    status_here: str,
) -> Known:
    agreed = _AGREED.decode(base)
    lines = agreed.checklist
    current = presence == _CURRENT
    return Known(
        key,
        rows.as_moment(version),
        _PRESENCES[presence],
        project_id,
        connection_id,
        agreed.status,
        agreed.status_name,
        current and agreed.status != _DONE,
        current and agreed.status == _DONE and status_here != _DONE,
        frozenset(line.issue_id for line in lines) if lines else _NO_LINES,
        not all(line.done for line in lines) if lines else False,
    )


def held_by_issue(connection: Connection, issue_ids: Iterable[str]) -> dict[str, Held]:
    """Return our tasks tied to these issues, by issue id, whichever of the person's connections made them.

    Inside a transaction: the tasks are locked until its end, so that a change the person makes meanwhile waits.
    """
    ids = list(set(issue_ids))
    if not ids:
        return {}
    which, these = rows.among("link.issue_id", ids)
    tied = f"link.user_id = %s AND link.cloud_id IN (%s, %s) AND {which}"
    # By the site's name where its id was not known, and became known only after this pass began.
    whose = [connection.user_id, connection.cloud_id, connection.site, these]
    if database.features.has_select_for_update:
        tasks = f"SELECT link.task_id FROM sync_link link WHERE {tied}"  # noqa: S608 # our own text
        rows.select(f"SELECT id FROM tasks_task WHERE id IN ({tasks}) ORDER BY id FOR UPDATE", whose)  # noqa: S608 # likewise
    links = rows.select(_HELD.format(now=rows.now(), tied=tied), [*whose, connection.cloud_id])
    return {
        issue_id: Held(
            task_id=task_id,
            issue_id=issue_id,
            version=rows.as_moment(version),
            values=_VALUES.decode(base),
            presence=Presence(presence),
            status=status,
            sending=bool(sending),
            posted=posted,
        )
        for task_id, issue_id, version, base, presence, status, sending, posted in links
    }
