"""Disconnecting: what it deletes, what it keeps, and then doing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ekachit.connections import actions
from ekachit.connections.access import own_connection
from ekachit.connections.models import State
from ekachit.connections.queries import revoke_url
from ekachit.web.visit import Visit


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: Visit, connection_id: int) -> HttpResponse:
    """Ask first; then destroy the token and send no further request. Every plan may leave."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira")
    if request.method == "POST":
        actions.disconnect(connection)
        messages.success(
            request, _("%(site)s is disconnected and its token destroyed here.") % {"site": connection.site}
        )
        return redirect("web:jira")
    context = {"connection": connection, "revoke_url": revoke_url, "kept": connection.links.count()}
    return render(request, "web/jira_disconnect/page.html", context)
