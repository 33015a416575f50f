"""Set aside: where both sides changed a status, Jira's was taken, and the person's own is kept to be tried again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ekachit.sync.access import own_conflict
from ekachit.sync.actions import dismiss, dismiss_all, reapply
from ekachit.sync.models import Conflict, ConflictKind, Link
from ekachit.sync.queries import browse_url, closed_conflicts_of, set_aside_of
from ekachit.tasks.models import Status
from ekachit.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Entry:
    """A conflict as the page shows it: what each side wanted, by its own name for it.

    `anchor` is what the chip of the task's row leads to; the latest conflict of a task has it. `late` is one that was
    found out only after the person's own had been sent: it stands, and there is nothing to try again.
    """

    conflict: Conflict
    link: Link | None
    address: str
    base: str
    ours: str
    jiras: str
    jira_name: str
    anchor: str
    late: bool


@require_safe
def set_aside(request: Visit) -> HttpResponse:
    """Show what waits for a word, and below it what had one in the last 30 days."""
    context = {
        "entries": _entries(set_aside_of(request.user)),
        "closed": _entries(closed_conflicts_of(request.user, now=timezone.now())),
    }
    return render(request, "web/set_aside/page.html", context)


@require_POST
def again(request: Visit, conflict_id: int) -> HttpResponse:
    """Give the task the status that was set aside."""
    conflict = own_conflict(request.user, conflict_id)
    if reapply(conflict, now=timezone.now()):
        words = {"title": conflict.task.title, "status": _label(conflict.ours)}
        messages.success(request, _("“%(title)s” is “%(status)s” again.") % words)
    else:
        _say_closed(request)
    return redirect("web:set_aside")


@require_POST
def leave(request: Visit, conflict_id: int) -> HttpResponse:
    """Leave the task as Jira has it."""
    conflict = own_conflict(request.user, conflict_id)
    if dismiss(conflict, now=timezone.now()):
        messages.success(request, _("“%(title)s” stays as Jira has it.") % {"title": conflict.task.title})
    else:
        _say_closed(request)
    return redirect("web:set_aside")


@require_POST
def leave_all(request: Visit) -> HttpResponse:
    """Leave every task as Jira has it."""
    count = dismiss_all(request.user, now=timezone.now())
    text = ngettext("%(count)d task stays as Jira has it.", "%(count)d tasks stay as Jira has them.", count)
    messages.success(request, text % {"count": count})
    return redirect("web:set_aside")


def _say_closed(request: Visit) -> None:
    messages.info(request, _("This one was settled already; nothing was changed."))


def _entries(conflicts: Iterable[Conflict]) -> list[Entry]:
    entries: list[Entry] = []
    seen: set[int] = set()
    for each in conflicts:
        entries.append(_entry(each, "" if each.task_id in seen else f"task-{each.task_id}"))
        seen.add(each.task_id)
    return entries


def _entry(conflict: Conflict, anchor: str) -> Entry:
    link = getattr(conflict.task, "link", None)
    jiras = _label(conflict.jiras)
    return Entry(
        conflict=conflict,
        link=link,
        address=browse_url(link) if link else "",
        base=_label(conflict.base),
        ours=_label(conflict.ours),
        jiras=jiras,
        jira_name=conflict.jira_status if conflict.jira_status.casefold() != jiras.casefold() else "",
        anchor=anchor,
        late=conflict.kind == ConflictKind.LATE,
    )


def _label(status: str) -> str:
    return str(Status(status).label) if status in Status.values else status
