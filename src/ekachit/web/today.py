"""Today: what is in progress, what to do, what was done today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ekachit.connections.queries import connections_of
from ekachit.sync.models import Link, Presence
from ekachit.sync.queries import browse_url, has_set_aside
from ekachit.sync.truth import Kind, Truth, bulk_of, truths
from ekachit.tasks.models import Status, Task
from ekachit.tasks.queries import todays_rows
from ekachit.web.outbox_chip import Chip, chip_of
from ekachit.web.visit import Visit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

GROUPS = (
    (Status.IN_PROGRESS, _("In progress")),
    (Status.TODO, _("To do")),
    (Status.DONE, _("Done today")),
)
PRIORITY_GLYPHS = {1: "highest", 2: "high", 3: "medium", 4: "low", 5: "lowest"}


@dataclass(frozen=True, slots=True)
class Row:
    """A task as the page shows it."""

    task: Task
    link: Link | None
    priority_glyph: str
    address: str
    truth: Truth | None = None

    @property
    def sending(self) -> Chip | None:
        """What became of the person's change of status on its way to Jira, None where there is nothing to say."""
        return None if self.truth is None else chip_of(self.truth)

    @property
    def chip(self) -> str:
        """What the person should know about the tie to Jira, empty when all is well."""
        if self.link is None or self.link.presence == Presence.CURRENT:
            return ""
        return str(Presence(self.link.presence).label)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one status."""

    status: Status
    label: _StrPromise
    rows: list[Row]


@require_safe
def today(request: Visit) -> HttpResponse:
    """Show the page."""
    return render(request, "web/today/page.html", screen(request))


@require_safe
def today_rows(request: Visit) -> HttpResponse:
    """Show the part of the page that an import fills while the person looks on."""
    if not request.htmx:
        return redirect("web:today")
    return render(request, "web/today/rows.html", {**screen(request), "fragment": True})


def screen(request: Visit) -> dict[str, object]:
    """Return what the rows show; the page, and the parts of it that are swapped, share it."""
    now = timezone.now()
    tasks = (
        todays_rows(request.user, now)
        .annotate(set_aside=has_set_aside())
        .select_related("link__connection")
        .prefetch_related("checklist")
    )
    told = truths(tasks, now=now)
    rows = [_row(task, told.get(task.pk)) for task in tasks]
    groups = _groups(rows)
    waiting = [each for each in told.values() if each.kind is Kind.WAITING]
    return {
        "sending": "moves" if any(each.moves for each in waiting) else "held" if waiting else "",
        "bulk": bulk_of(request.user) if len(waiting) > 1 else None,
        "now": now,
        "groups": groups,
        "statuses": Status.choices,
        "planned": sum(row.task.estimate_hours or 0 for row in rows if row.task.status != Status.DONE),
        "has_open": any(row.task.status != Status.DONE for row in rows),
        "connections": () if rows else connections_of(request.user),
    }


def _groups(rows: Iterable[Row]) -> list[Group]:
    groups = [Group(status, label, []) for status, label in GROUPS]
    by_status = {group.status: group.rows for group in groups}
    for row in rows:
        by_status[Status(row.task.status)].append(row)
    return [group for group in groups if group.rows]


def _row(task: Task, truth: Truth | None) -> Row:
    link = getattr(task, "link", None)
    glyph = PRIORITY_GLYPHS.get(task.priority_rank or 0, "other") if task.priority_name else ""
    return Row(task, link, glyph, browse_url(link) if link else "", truth)
