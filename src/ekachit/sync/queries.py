"""What pages and commands show of the sync; it says the truth or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ekachit import rows
from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.words import words_for
from ekachit.sync.models import Conflict, ConflictState, Link, Pass, PassState
from ekachit.sync.passes import needs_import

# How long a closed conflict stays on the page.
CLOSED_SHOWN = timedelta(days=30)

Stage = Literal["idle", "waiting", "running", "stopped", "complete", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """How far the import of one project is; `total` is None where nobody knows."""

    key: str
    name: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What the connection is doing now, or did last. `title` and `next_step` are for people, empty when all is well."""

    state: Stage
    is_import: bool
    done: int
    total: int | None
    projects: tuple[ProjectProgress, ...]
    title: str
    next_step: str
    last: Pass | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many things wait for the person's eye: statuses set aside, notices not seen yet."""

    set_aside: int
    notices: int


def receipts(connection: Connection) -> QuerySet[Pass]:
    """Return the passes of a connection, newest first."""
    return Pass.objects.filter(connection=connection)


def last_complete(connection: Connection) -> Pass | None:
    """Return the latest pass that read everything, None where there was none yet."""
    return receipts(connection).filter(state=PassState.COMPLETE).first()


def browse_url(link: Link) -> str:
    """Return the address of the issue at its site, built from the stored site and key, never from an answer."""
    site = link.connection.site
    return f"{site_origin(site)}/browse/{link.key}"


def site_origin(site: str) -> str:
    """Return a site's address: https, or plain http for a sandbox on this machine."""
    return f"https://{site}" if site.endswith(".atlassian.net") else f"http://{site}"


def set_aside_of(user: User) -> QuerySet[Conflict]:
    """Return what is set aside and waits for the person's word, newest first."""
    return _conflicts_of(user).filter(state=ConflictState.OPEN)


def closed_conflicts_of(user: User, *, now: datetime) -> QuerySet[Conflict]:
    """Return the conflicts that were closed in the last 30 days, the latest first."""
    since = now - CLOSED_SHOWN
    return _conflicts_of(user).filter(closed_at__gte=since).order_by("-closed_at", "-id")


def _conflicts_of(user: User) -> QuerySet[Conflict]:
    return Conflict.objects.filter(user=user).select_related("task__link__connection")


def has_set_aside() -> Exists:
    """Return, for a query of tasks, whether a status of the task is set aside."""
    return Exists(Conflict.objects.filter(task=OuterRef("pk"), state=ConflictState.OPEN))


def waiting_for(user: User) -> Waiting:
    """Return how many things wait for the person's eye: one query."""
    set_aside, notices = rows.select(f"SELECT {', '.join(waiting_counts('%s'))}", [user.pk, user.pk])[0]
    return Waiting(set_aside, notices)


def waiting_counts(person: str) -> tuple[str, str]:
    """Return the columns of a plain statement that count what waits: set aside, notices. `person` is the user's id."""
    set_aside = "(SELECT COUNT(*) FROM sync_conflict WHERE user_id = {person} AND state = 'open')"
    notices = "(SELECT COUNT(*) FROM accounts_notice WHERE user_id = {person} AND seen_at IS NULL)"
    return set_aside.format(person=person), notices.format(person=person)


def progress(connection: Connection) -> Progress:
    """Return what a connection is doing."""
    last = receipts(connection).first()
    stage = stage_of(connection, last, timezone.now())
    counts = _project_progress(connection, last)
    title, next_step = _trouble(connection, last, stage)
    return Progress(
        state=stage,
        is_import=needs_import(connection) if stage in {"waiting", "running"} or not last else last.is_import,
        done=sum(each.done for each in counts),
        total=sum(each.total or 0 for each in counts) or None,
        projects=counts,
        title=title,
        next_step=next_step,
        last=last,
    )


def stage_of(connection: Connection, last: Pass | None, now: datetime) -> Stage:
    """Return what a connection is at; `last` is its latest pass."""
    if connection.active and connection.lease_until is not None and connection.lease_until > now:
        return "running"
    if connection.active and connection.due_at is not None and connection.due_at <= now:
        return "waiting"
    if last is None:
        return "idle"
    stages: dict[str, Stage] = {
        PassState.STOPPED: "stopped",
        PassState.COMPLETE: "complete",
        PassState.PARTIAL: "partial",
    }
    return stages.get(last.state, "failed")


def _project_progress(connection: Connection, last: Pass | None) -> tuple[ProjectProgress, ...]:
    if last is None:
        return ()
    projects = {each.project_id: each for each in Project.objects.filter(connection=connection)}
    found = [
        ProjectProgress(projects[project_id].key, projects[project_id].name, done, total)
        for project_id, (done, total) in last.progress.items()
        if project_id in projects
    ]
    return tuple(sorted(found, key=lambda each: each.key))


def _trouble(connection: Connection, last: Pass | None, stage: Stage) -> tuple[str, str]:
    if connection.state == State.NEEDS_TOKEN and last is not None:
        words = words_for(last.code)
        return str(words.title), str(words.next_step)
    if stage in {"failed", "partial"} and last is not None:
        words = words_for(last.code)
        return str(words.title), str(words.next_step)
    return "", ""
