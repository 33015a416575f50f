"""Today: what is in progress, what to do, what was done today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ekachit.connections.queries import connections_of
from ekachit.domain.work.plan import Planned, planned
from ekachit.sync.truth import Kind, bulk_of
from ekachit.tasks.editing import PRIORITIES
from ekachit.tasks.glance import glance
from ekachit.tasks.models import Status
from ekachit.tasks.queries import todays_rows
from ekachit.web.focus_bar import bar_from_rows
from ekachit.web.likely import say
from ekachit.web.task_filter import choices, filter_of
from ekachit.web.task_row import Row, listed, rows_of
from ekachit.web.visit import Visit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

GROUPS = (
    (Status.IN_PROGRESS, _("In progress")),
    (Status.TODO, _("To do")),
    (Status.DONE, _("Done today")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one status; those that the filter leaves out are not `shown`."""

    status: Status
    label: _StrPromise
    rows: list[Row]

    @property
    def shown(self) -> int:
        """How many are seen."""
        return sum(not row.hidden for row in self.rows)


@require_safe
def today(request: Visit) -> HttpResponse:
    """Show the page."""
    return render(request, "web/today/page.html", {**screen(request), "adding": "new" in request.GET})


@require_safe
def today_rows(request: Visit) -> HttpResponse:
    """Show the part of the page that an import fills while the person looks on."""
    if not request.htmx:
        return redirect("web:today")
    return render(request, "web/today/rows.html", {**screen(request), "fragment": True})


def screen(request: Visit) -> dict[str, object]:
    """Return what the rows show; the page, and the parts of it that are swapped, share it."""
    now = timezone.now()
    seen = glance(request.user, now=now)
    rows = rows_of(listed(todays_rows(request.user, now)), seen.session, now=now)
    say(request.user, rows, now=now)
    wanted = filter_of(request)
    for row in rows:
        row.hidden = not wanted.keeps(row)
    told = [row.truth for row in rows if row.truth is not None]
    waiting = [each for each in told if each.kind is Kind.WAITING]
    return {
        "sending": "moves" if any(each.moves for each in waiting) else "held" if waiting else "",
        "bulk": bulk_of(request.user) if len(waiting) > 1 else None,
        "now": now,
        "groups": _groups(rows),
        "statuses": Status.choices,
        "pause_place": reverse("web:focus_pause"),
        "priorities": PRIORITIES.items(),
        "planned": _planned(rows),
        "usual": None if seen.summary.usual is None else round(seen.summary.usual, 1),
        "focused": seen.summary.today,
        "focus": bar_from_rows(request.user, seen.session, rows, now=now),
        "filter": wanted,
        "choices": choices(rows),
        "none_shown": bool(rows) and all(row.hidden for row in rows),
        "has_open": any(row.task.status != Status.DONE for row in rows),
        "connections": () if rows else connections_of(request.user),
    }


def _planned(rows: Iterable[Row]) -> Planned:
    plan = planned((row.remaining for row in rows if row.task.status != Status.DONE), None)
    return replace(plan, hours=round(plan.hours, 1))


def _groups(rows: Iterable[Row]) -> list[Group]:
    groups = [Group(status, label, []) for status, label in GROUPS]
    by_status = {group.status: group.rows for group in groups}
    for row in rows:
        by_status[Status(row.task.status)].append(row)
    return [group for group in groups if group.rows]
