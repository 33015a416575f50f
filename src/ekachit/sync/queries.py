"""What pages and commands show of the sync; it says the truth or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.words import words_for
from ekachit.sync.models import Link, Pass, PassState
from ekachit.sync.passes import needs_import

Stage = Literal["idle", "waiting", "running", "stopped", "complete", "partial", "failed"]
Tone = Literal["ok", "busy", "trouble", "off"]


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
class SideBar:
    """The one line about Jira on every page."""

    tone: Tone
    text: str
    detail: str


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


def progress(connection: Connection) -> Progress:
    """Return what a connection is doing."""
    last = receipts(connection).first()
    stage = _stage(connection, last)
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


def _stage(connection: Connection, last: Pass | None) -> Stage:
    now = timezone.now()
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


def side_bar(user: User) -> SideBar | None:
    """Return the line about Jira for the side bar: the worst of the person's connections; None without any."""
    lines = [_line(each) for each in Connection.objects.filter(user=user).exclude(state=State.DISCONNECTED)]
    order: list[Tone] = ["trouble", "busy", "off", "ok"]
    return min(lines, key=lambda line: order.index(line.tone), default=None)


def _line(connection: Connection) -> SideBar:
    now = progress(connection)
    if connection.state != State.CONNECTED:
        return SideBar("trouble", connection.get_state_display(), now.title)
    if now.state in {"running", "waiting"}:
        text = _("Importing from Jira") if now.is_import else _("Syncing with Jira")
        count = _("%(done)s of about %(total)s") % {"done": now.done, "total": now.total} if now.total else ""
        return SideBar("busy", text, count if now.state == "running" else "")
    if now.state in {"failed", "partial"}:
        return SideBar("trouble", now.title, _next(connection))
    complete = last_complete(connection)
    if now.state == "stopped" or complete is None or complete.ended_at is None:
        return SideBar(
            "off", _("Jira import stopped") if now.state == "stopped" else _("Jira not imported yet"), ""
        )
    minutes = int((timezone.now() - complete.ended_at).total_seconds() // 60)
    return SideBar("ok", _("Jira synced %(minutes)s min ago") % {"minutes": minutes}, _next(connection))


def _next(connection: Connection) -> str:
    if connection.due_at is None:
        return ""
    minutes = max(0, round((connection.due_at - timezone.now()).total_seconds() / 60))
    return _("next in %(minutes)s min") % {"minutes": minutes}
