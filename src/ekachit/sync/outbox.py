"""Outbox entries: how a click becomes one, and how each of them ends. All inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ekachit.accounts.notices import tell
from ekachit.connections.models import Project, State
from ekachit.domain.sync.delivery import Click, click
from ekachit.domain.sync.state import Presence
from ekachit.sync.models import OPEN_STATES, EntryState, Link, OutboxEntry
from ekachit.tasks.actions import enter_status
from ekachit.tasks.models import Task


def sends(link: Link) -> Project | None:
    """Return the project whose two-way switch lets a change of this task go to Jira; None: it stays here."""
    connection = link.connection
    if connection.state not in {State.CONNECTED, State.NEEDS_TOKEN} or link.presence != Presence.CURRENT:
        return None
    return Project.objects.filter(
        connection=connection, project_id=link.project_id, picked=True, two_way=True
    ).first()


def differing(project: Project) -> list[Link]:
    """Return the links of a project's tasks whose status here is not the one Jira has."""
    links = Link.objects.filter(
        connection_id=project.connection_id, project_id=project.project_id, presence=Presence.CURRENT
    )
    rows = links.select_related("task", "connection").order_by("task_id")
    return [each for each in rows if each.base["status"] != each.task.status]


def note_click(link: Link, wanted: str, *, now: datetime) -> OutboxEntry | None:
    """Do to the outbox what the person's change of status means; returns the new entry, None without one."""
    task_entries = OutboxEntry.objects.select_for_update().filter(task_id=link.task_id, state__in=OPEN_STATES)
    by_state = {each.state: each for each in task_entries}
    waiting, sending = by_state.get(EntryState.WAITING), by_state.get(EntryState.SENDING)
    if waiting is not None and waiting.posted_at is not None:
        # Its answer was lost: it may have arrived, so it cannot be called back, and goes before what comes now.
        waiting.state = EntryState.SENDING
        waiting.save(update_fields=["state"])
        waiting, sending = None, waiting
    decided: Click = click(
        wanted=wanted,
        jiras=link.base["status"],
        waiting=waiting.wanted if waiting else None,
        sending=sending.wanted if sending else None,
    )
    if waiting is not None and decided.closes is not None:
        close(waiting, EntryState(decided.closes.value), now=now, code="undone" if not decided.opens else "")
    if not decided.opens:
        return None
    return OutboxEntry.objects.create(
        user_id=link.user_id,
        task_id=link.task_id,
        connection_id=link.connection_id,
        wanted=wanted,
        base=decided.base,
        not_before=now,
        created_at=now,
    )


def replace_waiting(link: Link, *, now: datetime) -> None:
    """Close what waits for a task that was given another status while nothing of it goes to Jira."""
    waiting = OutboxEntry.objects.select_for_update().filter(
        task_id=link.task_id, state=EntryState.WAITING, posted_at__isnull=True
    )
    for entry in waiting:
        close(entry, EntryState.SUPERSEDED, now=now)


def close(
    entry: OutboxEntry,
    state: EntryState,
    *,
    now: datetime,
    code: str = "",
    detail: dict[str, object] | None = None,
) -> None:
    """Give an entry its final state, which never changes again."""
    entry.state, entry.code, entry.ended_at = state, code, now
    entry.detail = entry.detail if detail is None else detail
    entry.save(update_fields=["state", "code", "detail", "ended_at"])


def refuse(entry: OutboxEntry, code: str, *, now: datetime, detail: dict[str, object] | None = None) -> None:
    """Close an entry that Jira will not have: the task goes back to what Jira has, unless the person moved on."""
    close(entry, EntryState.REFUSED, now=now, code=code, detail=detail or {})
    task = Task.objects.select_for_update().get(pk=entry.task_id)
    link = Link.objects.get(task=task)
    later = OutboxEntry.objects.filter(task=task, state__in=OPEN_STATES).exists()
    if task.status == entry.wanted and not later:
        give_status(task, link.base["status"], now=now)
    tell(
        entry.user,
        "refused",
        key=f"refused-{entry.pk}",
        issue=link.key,
        task=task.pk,
        wanted=entry.wanted,
        code=code,
    )


def give_status(task: Task, status: str, *, now: datetime) -> None:
    """Let a task have the status that Jira has; it is not a change by the person."""
    if enter_status(task, status, now=now):
        task.save()


def settle(task_id: int, *, jiras: str, set_aside: bool, now: datetime) -> None:
    """Close the entries of a task that what Jira shows has decided: it is there already, or it went elsewhere.

    Where our own write may have brought it there, only its sender can tell what that went over: it looks at once. What
    was there, and has gone elsewhere before that look, has arrived all the same.
    """
    for entry in OutboxEntry.objects.select_for_update().filter(task_id=task_id, state__in=OPEN_STATES):
        if entry.base == entry.wanted != jiras:
            close(entry, EntryState.APPLIED, now=now, code="not_read_back")
        elif set_aside:
            close(entry, EntryState.CONFLICT, now=now)
        elif entry.wanted == jiras and entry.posted_at is None:
            close(entry, EntryState.APPLIED, now=now, code="already_there")
        elif entry.wanted == jiras:
            entry.base, entry.not_before = jiras, min(entry.not_before, now)
            entry.save(update_fields=["base", "not_before"])


@transaction.atomic
def close_unsendable(now: datetime, *, connection_id: int | None = None) -> int:
    """Close what can no longer be sent, visibly: disconnected, on the free plan, two-way switched off.

    Level-triggered: called after each of these, for the connection that it is about, and for all of them in every
    round of the worker's housekeeping, so that a crash in between leaves nothing that waits for ever. Returns how
    many were closed.
    """
    waiting = OutboxEntry.objects.select_for_update(of=("self",)).filter(state__in=OPEN_STATES)
    if connection_id is not None:
        waiting = waiting.filter(connection_id=connection_id)
    ended = 0
    for code, rows in (
        ("disconnected", waiting.filter(connection__state=State.DISCONNECTED)),
        ("plan", waiting.filter(connection__state=State.PAUSED)),
        ("two_way_off", _switched_off(waiting)),
    ):
        for entry in rows:
            close(entry, EntryState.CANCELLED, now=now, code=code)
            ended += 1
    return ended


def _switched_off(entries: QuerySet[OutboxEntry]) -> QuerySet[OutboxEntry]:
    """The waiting ones of projects whose two-way switch is off, or that are no longer picked.

    What is being sent at this moment ends by itself.
    """
    on = Project.objects.filter(
        connection=OuterRef("connection"),
        project_id=OuterRef("task__link__project_id"),
        two_way=True,
        picked=True,
    )
    return entries.filter(state=EntryState.WAITING).exclude(Exists(on))
