"""The import's progress, and what the person can ask of the sync."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ekachit.connections.access import own_connection
from ekachit.connections.models import Connection
from ekachit.sync import actions
from ekachit.web.guard import needs_pro
from ekachit.web.jira_connection import card
from ekachit.web.visit import Visit


@require_safe
def progress(request: Visit, connection_id: int) -> HttpResponse:
    """Show the connection's card alone, for the page that polls it."""
    own = own_connection(request.user, connection_id)
    if not request.htmx:
        return redirect("web:connection", own.pk)
    return render(request, "web/jira_connection/card.html", {**card(own), "fragment": True})


@require_POST
def stop(request: Visit, connection_id: int) -> HttpResponse:
    """Stop the import; what came in stays."""
    own = own_connection(request.user, connection_id)
    actions.stop(own)
    return _back(request, own)


@require_POST
@needs_pro
def resume(request: Visit, connection_id: int) -> HttpResponse:
    """Go on with a stopped import."""
    own = own_connection(request.user, connection_id)
    if own.picked_at is None:
        return redirect("web:projects", own.pk)
    actions.resume(own)
    return _back(request, own)


@require_POST
@needs_pro
def sync(request: Visit, connection_id: int) -> HttpResponse:
    """Compare with Jira now."""
    own = own_connection(request.user, connection_id)
    if own.picked_at is None:
        return redirect("web:projects", own.pk)
    if not actions.sync_now(own) and not request.htmx:
        messages.info(request, _("A sync is on its way already, or this connection cannot run now."))
    return _back(request, own)


def _back(request: Visit, own: Connection) -> HttpResponse:
    """Answer with the card for a page that can swap it, else with the whole page."""
    if not request.htmx:
        return redirect("web:connection", own.pk)
    own.refresh_from_db()
    return render(request, "web/jira_connection/card.html", {**card(own), "fragment": True})
