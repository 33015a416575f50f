"""One task: Jira's part, to be read, and the person's own, to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.accounts.models import User
from ekachit.domain.estimation.multiplier import expected_hours, points_that_count
from ekachit.sync.truth import entries_of
from ekachit.tasks.access import own_task
from ekachit.tasks.editing import PRIORITIES
from ekachit.tasks.models import ChecklistItem, FocusSession, Source, Status, Task
from ekachit.tasks.multipliers import own_multipliers
from ekachit.tasks.queries import current_session, rows, sessions_of
from ekachit.web.focus_bar import bar_of
from ekachit.web.likely import say
from ekachit.web.local_time import typed_form
from ekachit.web.notes_html import notes_html
from ekachit.web.task_history import history_words
from ekachit.web.task_row import listed, rows_of
from ekachit.web.visit import Visit


@dataclass(slots=True)
class Worked:
    """A focus session as the page shows it, and as its form holds it. `trouble`: the form was refused."""

    session: FocusSession
    seconds: float
    began: str
    ended: str
    trouble: bool = False


@require_safe
def task(request: Visit, task_id: int) -> HttpResponse:
    """Show the page."""
    return show(request, own_task(request.user, task_id))


def show(request: Visit, shown: Task, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the page; `more` is what a refused form held, and why."""
    context = {**screen(request.user, shown), **more}
    _into_its_session(context)
    return render(request, "web/task_page/page.html", context, status=status)


def _into_its_session(context: dict[str, Any]) -> None:
    """Put what a refused form of a session held back into that form."""
    typed = context.get("typed") or {}
    for each in context["sessions"]:
        if context.get("part") == f"session-{each.session.pk}":
            each.trouble = True
            each.began = typed.get("began", each.began)
            each.ended = typed.get("ended", each.ended)


def live(request: Visit) -> dict[str, object]:
    """Return what the living part of the page at hand shows."""
    at = resolve(urlsplit(request.htmx.current_url_abs_path or "").path)
    return screen(request.user, own_task(request.user, at.kwargs["task_id"]))


def screen(user: User, shown: Task) -> dict[str, object]:
    """Return what the page shows."""
    now = timezone.now()
    entries = entries_of(user, now=now)
    row = rows_of(listed(rows(user).filter(pk=shown.pk)), current_session(user), entries, now=now)[0]
    likely = say(user, [row], now=now).get(shown.pk)
    # The row leaves the notes out, and a form wants the task that was asked for.
    current = Task.objects.get(pk=shown.pk)
    lines = list(ChecklistItem.objects.filter(task=shown))
    per_point = own_multipliers(user.pk).get(current.project_key, float(user.multiplier))
    by_points = None
    if (basis := points_that_count(current.points, current.started_points)) is not None:
        by_points = expected_hours(basis, per_point)
    return {
        "task": current,
        "row": row,
        "likely": likely,
        "link": row.link,
        "from_jira": current.source == Source.JIRA,
        "by_points": by_points,
        "per_point": per_point,
        "statuses": Status.choices,
        "priorities": PRIORITIES.items(),
        "notes_html": notes_html(current.notes),
        "mirrored": [line for line in lines if line.ref],
        "own_lines": [line for line in lines if not line.ref],
        "sessions": _worked(user, current, now),
        "history": history_words(current, row.link),
        "focus": bar_of(user, now=now),
        "now": now,
        "zone": user.time_zone.replace("_", " "),
    }


def _worked(user: User, shown: Task, now: datetime) -> list[Worked]:
    zone = user.zone
    return [
        Worked(
            session=each,
            seconds=each.seconds_at(now),
            began=typed_form(each.started_at, zone),
            ended=typed_form(each.ended_at, zone) if each.ended_at else "",
        )
        for each in sessions_of(shown)
    ]
