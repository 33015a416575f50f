"""Field mapping: which of Jira's number fields holds story points, for the whole connection or for a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ekachit.connections.access import own_connection, own_project
from ekachit.connections.errors import ConnectError
from ekachit.connections.mapping import candidates, choose_points_field
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.queries import projects_of
from ekachit.jira.samples import Candidate
from ekachit.web.guard import needs_pro
from ekachit.web.visit import Visit

_SIGNED = signing.Signer(salt="ekachit.points-field")
# No field of Jira: the standard ones, or what the whole connection has.
STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Choice:
    """A field to choose: its name and id are Jira's own, and come back signed."""

    value: str
    field_id: str
    name: str
    samples: tuple[float, ...]
    chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def mapping(request: Visit, connection_id: int) -> HttpResponse:
    """Show the fields with values out of the person's own issues; store the choice."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira")
    project_id = (
        request.POST.get("project", "") if request.method == "POST" else request.GET.get("project", "")
    )
    project = own_project(connection, project_id) if project_id else None
    if request.method == "POST":
        return _store(request, connection, project)
    return _show(request, connection, project)


def used_now(connection: Connection) -> list[Project]:
    """Return the picked projects that have a field of their own for points."""
    return list(projects_of(connection).filter(picked=True).exclude(points_override=""))


def _store(request: Visit, connection: Connection, project: Project | None) -> HttpResponse:
    typed = request.POST.get("field", "")
    try:
        field_id, name = ("", "") if typed == STANDARD else _SIGNED.unsign_object(typed)
        choose_points_field(connection, field_id, name, project=project)
    except (signing.BadSignature, ValueError):
        wrong = _("Choose a field from the list.") if not typed else _("The list has changed. Choose again.")
        return _show(request, connection, project, wrong=wrong)
    except ConnectError as trouble:
        return _show(request, connection, project, wrong=f"{trouble.title} {trouble.next_step}")
    messages.success(
        request,
        _(
            "Saved. Every issue is read anew, beginning now, and the estimates follow; "
            "not those of tasks on which you have worked."
        ),
    )
    return redirect("web:connection", connection.pk)


def _show(
    request: Visit, connection: Connection, project: Project | None, *, wrong: str = ""
) -> HttpResponse:
    trouble, found = None, list[Candidate]()
    try:
        found = candidates(connection)
    except ConnectError as refused:
        trouble = refused
    chosen = connection.points_override if project is None else project.points_override
    context = {
        "connection": connection,
        "project": project,
        "projects": projects_of(connection).filter(picked=True),
        "choices": _choices(found, project, chosen),
        "chosen": chosen,
        "standard": STANDARD,
        "trouble": trouble,
        "wrong": wrong,
        "address": reverse("web:mapping", args=[connection.pk]),
    }
    return render(request, "web/mapping/page.html", context, status=422 if wrong else 200)


def _choices(found: Sequence[Candidate], project: Project | None, chosen: str) -> list[Choice]:
    """The fields that are valid there: a field of one project only is offered in that project."""
    here = {None} if project is None else {None, project.project_id}
    return [
        Choice(
            _SIGNED.sign_object([each.field_id, each.name]),
            each.field_id,
            each.name,
            each.samples,
            chosen=each.field_id == chosen,
        )
        for each in found
        if each.project_id in here
    ]
