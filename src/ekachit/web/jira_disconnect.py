"""Disconnecting: what it deletes, what it keeps, and then doing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ekachit.connections.access import own_connection
from ekachit.connections.models import State
from ekachit.connections.queries import revoke_url
from ekachit.sync import leaving
from ekachit.web.visit import Visit


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: Visit, connection_id: int) -> HttpResponse:
    """Ask first; then destroy the token and send no further request. Every plan may leave."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira")
    if request.method == "POST":
        closed = leaving.disconnect(connection, now=timezone.now())
        told = _("%(site)s is disconnected and its token destroyed here.") % {"site": connection.site}
        messages.success(request, " ".join([told, *_closed(closed)]))
        return redirect("web:jira")
    context = {"connection": connection, "revoke_url": revoke_url, "kept": connection.links.count()}
    return render(request, "web/jira_disconnect/page.html", context)


def _closed(count: int) -> list[str]:
    """What is said of changes that will not be sent any more."""
    if not count:
        return []
    text = ngettext(
        "%(count)d change for Jira was not sent: its task says so.",
        "%(count)d changes for Jira were not sent: their tasks say so.",
        count,
    )
    return [text % {"count": count}]
