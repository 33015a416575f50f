"""What pages and commands show of the sync; it says the truth or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ekachit.accounts.models import Notice, User
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
    row = User.objects.filter(pk=user.pk).values_list(*waiting_counts("pk").values())
    set_aside, notices = row.first() or (None, None)
    return Waiting(set_aside or 0, notices or 0)


def waiting_counts(person: str) -> dict[str, Subquery]:
    """Return what counts things that wait, for any query: null for none. `person` is its column with the user's id."""
    return {
        "waiting_set_aside": _count(Conflict, Q(state=ConflictState.OPEN), person),
        "waiting_notices": _count(Notice, Q(seen_at__isnull=True), person),
    }


def _count(rows: type[Model], which: Q, person: str) -> Subquery:
    """How many of a person's rows there are; null for none."""
    of_user = rows._default_manager.filter(which, user=OuterRef(person)).order_by()  # noqa: SLF001 # Django's documented name
    return Subquery(of_user.values("user").annotate(number=Count("pk")).values("number"))


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
