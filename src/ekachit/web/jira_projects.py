"""Which projects to import from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ekachit.connections import actions
from ekachit.connections.access import own_connection
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, State
from ekachit.connections.queries import projects_of
from ekachit.sync.actions import start_import
from ekachit.sync.outbox import close_unsendable
from ekachit.web.guard import needs_pro
from ekachit.web.visit import Visit

FILTER_FROM = 10


@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def projects(request: Visit, connection_id: int) -> HttpResponse:
    """Show the list; store the choice and start the import."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira")
    if request.method != "POST":
        return _show(request, connection, picked=_preselected(connection))
    picked = set(request.POST.getlist("project"))
    try:
        actions.pick_projects(connection, picked)
    except ConnectError as trouble:
        return _show(request, connection, picked=picked, trouble=trouble, status=422)
    # What waited for a project that is no longer picked is closed, visibly.
    close_unsendable(timezone.now(), connection_id=connection.pk)
    start_import(connection)
    return redirect("web:connection", connection.pk)


@require_POST
@needs_pro
def refresh(request: Visit, connection_id: int) -> HttpResponse:
    """Ask Jira for its projects again."""
    connection = own_connection(request.user, connection_id)
    try:
        actions.refresh_projects(connection)
    except ConnectError as trouble:
        messages.error(request, f"{trouble.title} {trouble.next_step}")
    else:
        messages.success(request, _("The list is as Jira has it now."))
    return redirect("web:projects", connection.pk)


def _preselected(connection: Connection) -> set[str]:
    """The ids picked before; at the first visit those where the person has open issues."""
    known = projects_of(connection)
    chosen = known.filter(open_count__gt=0) if connection.picked_at is None else known.filter(picked=True)
    return set(chosen.values_list("project_id", flat=True))


def _show(
    request: Visit,
    connection: Connection,
    *,
    picked: set[str],
    trouble: ConnectError | None = None,
    status: int = 200,
) -> HttpResponse:
    known = list(projects_of(connection))
    context = {
        "connection": connection,
        "projects": known,
        "picked": picked,
        "trouble": trouble,
        "open_count": sum(each.open_count for each in known),
        "with_filter": len(known) >= FILTER_FROM,
    }
    return render(request, "web/jira_projects/page.html", context, status=status)
