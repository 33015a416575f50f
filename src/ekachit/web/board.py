"""The board: To Do, In Progress, and what was done in the last seven days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.sync.truth import Kind
from ekachit.tasks.models import Status
from ekachit.tasks.queries import board_rows, current_session
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
    """Show the columns alone, for a page on which something is on its way to Jira."""
    template = "web/board/columns.html" if request.htmx else "web/board/page.html"
    return render(request, template, {**screen(request), "fragment": bool(request.htmx)})


def screen(request: Visit) -> dict[str, object]:
    """Return what the columns show."""
    now = timezone.now()
    user, wanted = request.user, filter_of(request)
    open_ones, finished = board_rows(user, now)
    recent = [task for task in listed(finished) if task.done_at and now - task.done_at <= DONE_SHOWN]
    rows = rows_of([*listed(open_ones), *recent], current_session(user), now=now)
    say(user, rows, now=now)
    for row in rows:
        row.hidden = not wanted.keeps(row)
    waiting = [row.truth for row in rows if row.truth is not None and row.truth.kind is Kind.WAITING]
    return {
        "sending": "moves" if any(each.moves for each in waiting) else "held" if waiting else "",
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
