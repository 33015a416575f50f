"""Today: what is in progress, what to do, what was done today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ekachit.connections.queries import connections_of
from ekachit.domain.work.duration import HOUR
from ekachit.domain.work.plan import Planned, planned, remaining_hours
from ekachit.sync.truth import Bulk, Kind, Truth, bulk_of, entries_of
from ekachit.tasks.editing import PRIORITIES
from ekachit.tasks.glance import glance
from ekachit.tasks.models import Status
from ekachit.tasks.queries import day_bounds, last_without_session, todays_rows
from ekachit.web.changes import PLACE, Place, changes, sending, shown_by
from ekachit.web.focus_bar import asked_from, bar_from_rows
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
    """The rows of one status; those that the filter leaves out are not `shown`. One without any is not seen."""

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
    """Show what is other while something is on its way to Jira, or all of it, which an import fills."""
    if not request.htmx:
        return redirect("web:today")
    shown = shown_by(request)
    if shown is not None:
        context = {**changed(request, shown, ()), "fragment": True}
        return render(request, "web/today/changed.html", context)
    context = {**screen(request), "fragment": True, "oob": True, "with_filters": True}
    return render(request, "web/today/rows.html", context)


def screen(request: Visit) -> dict[str, object]:
    """Return what the rows show; the page, and its part that is swapped whole, share it."""
    now = timezone.now()
    seen = glance(request.user, now=now)
    entries = entries_of(request.user, now=now)
    last = last_without_session(request.user, now)
    found = rows_of(listed(todays_rows(request.user, now, last)), seen.session, entries, now=now)
    asked = asked_from(found, now=now)
    # What was done before today is read only to be asked about.
    midnight, _end = day_bounds(now, request.user.zone)
    rows = [row for row in found if row.task.done_at is None or row.task.done_at >= midnight]
    say(request.user, rows, now=now)
    wanted = filter_of(request)
    for row in rows:
        row.hidden = not wanted.keeps(row)
    told = [row.truth for row in rows if row.truth is not None]
    groups = _groups(rows)
    return {
        "sending": sending(told),
        "bulk": _bulk(request, told),
        "now": now,
        "groups": groups,
        "select_in": next((group.status for group in groups if group.rows), groups[0].status),
        "statuses": Status.choices,
        "pause_place": reverse("web:focus_pause"),
        "priorities": PRIORITIES.items(),
        "planned": _planned(row.remaining for row in rows if row.task.status != Status.DONE),
        "usual": None if seen.summary.usual is None else round(seen.summary.usual, 1),
        "focused": seen.summary.today,
        "focus": bar_from_rows(request.user, seen.session, rows, asked, now=now),
        "filter": wanted,
        "choices": choices(rows),
        "none_shown": bool(rows) and all(row.hidden for row in rows),
        "has_rows": bool(rows),
        "has_open": any(row.task.status != Status.DONE for row in rows),
        "connections": () if rows else connections_of(request.user),
    }


def changed(request: Visit, shown: Mapping[int, str], touched: Iterable[int]) -> dict[str, object]:
    """Return what is other on a page that shows what `changes.shown_by` read from it."""
    now = timezone.now()
    places = [Place(*values) for values in todays_rows(request.user, now).values_list(*PLACE)]
    found = changes(request, places, shown, touched, now=now)
    session = found.session
    running = {session.task_id: session.seconds_at(now)} if session is not None and session.running else {}
    remaining = (
        remaining_hours(place.expected, (place.seconds + running.get(place.task_id, 0.0)) / HOUR)
        for place in places
        if place.status != Status.DONE
    )
    return found.context | {
        "bulk": _bulk(request, found.told),
        "planned": _planned(remaining),
        "has_rows": bool(places),
        "has_open": any(place.status != Status.DONE for place in places),
        "connections": () if places else connections_of(request.user),
    }


def _bulk(request: Visit, told: Iterable[Truth]) -> Bulk | None:
    """How far several changes are; a single one says so in its row."""
    several = sum(each.kind is Kind.WAITING for each in told) > 1
    return bulk_of(request.user) if several else None


def _planned(remaining: Iterable[float | None]) -> Planned:
    plan = planned(remaining, None)
    return replace(plan, hours=round(plan.hours, 1))


def _groups(rows: Iterable[Row]) -> list[Group]:
    groups = [Group(status, label, []) for status, label in GROUPS]
    by_status = {group.status: group.rows for group in groups}
    for row in rows:
        by_status[Status(row.task.status)].append(row)
    return groups
