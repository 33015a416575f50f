"""The board: To Do, In Progress, and what was done in the last seven days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.sync.truth import entries_of
from ekachit.tasks.models import Status
from ekachit.tasks.queries import board_rows, current_session
from ekachit.web.changes import PLACE, Place, changes, sending, shown_by
from ekachit.web.focus_bar import bar_of
from ekachit.web.likely import say
from ekachit.web.task_filter import choices, filter_of
from ekachit.web.task_row import Row, listed, rows_of
from ekachit.web.visit import Visit

DONE_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Column:
    """The cards of one status."""

    status: Status
    label: str
    rows: list[Row]

    @property
    def shown(self) -> int:
        """How many are seen."""
        return sum(not row.hidden for row in self.rows)


@require_safe
def board(request: Visit) -> HttpResponse:
    """Show the page."""
    return render(request, "web/board/page.html", screen(request))


@require_safe
def board_columns(request: Visit) -> HttpResponse:
    """Show what is other while something is on its way to Jira, or all columns."""
    if not request.htmx:
        return render(request, "web/board/page.html", screen(request))
    shown = shown_by(request)
    if shown is not None:
        context = {**changed(request, shown, ()), "fragment": True}
        return render(request, "web/board/changed.html", context)
    return render(request, "web/board/columns.html", {**screen(request), "fragment": True, "oob": True})


def screen(request: Visit) -> dict[str, object]:
    """Return what the columns show."""
    now = timezone.now()
    user, wanted = request.user, filter_of(request)
    entries = entries_of(user, now=now)
    open_ones, finished = board_rows(user, now)
    recent = [task for task in listed(finished) if _is_recent(task.done_at, now)]
    rows = rows_of([*listed(open_ones), *recent], current_session(user), entries, now=now)
    say(user, rows, now=now)
    for row in rows:
        row.hidden = not wanted.keeps(row)
    return {
        "now": now,
        "sending": sending(row.truth for row in rows if row.truth is not None),
        "columns": [
            Column(status, str(status.label), [row for row in rows if row.task.status == status])
            for status in Status
        ],
        "statuses": Status.choices,
        "pause_place": reverse("web:focus_pause"),
        "focus": bar_of(user, now=now),
        "filter": wanted,
        "choices": choices(rows),
        "none_shown": bool(rows) and all(row.hidden for row in rows),
        "has_any": bool(rows),
    }


def changed(request: Visit, shown: Mapping[int, str], touched: Iterable[int]) -> dict[str, object]:
    """Return what is other on a page that shows what `changes.shown_by` read from it."""
    now = timezone.now()
    open_ones, finished = board_rows(request.user, now)
    done = finished.values_list(*PLACE, "done_at")
    places = [Place(*values) for values in open_ones.values_list(*PLACE)]
    places += [Place(*values) for *values, done_at in done if _is_recent(done_at, now)]
    return changes(request, places, shown, touched, now=now).context


def _is_recent(done_at: datetime | None, now: datetime) -> bool:
    return done_at is not None and now - done_at <= DONE_SHOWN
