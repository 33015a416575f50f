"""One connection: what it does now, its projects, estimates, what was asked of Jira, and the way out."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.connections.access import own_connection
from ekachit.connections.models import Connection
from ekachit.connections.queries import access_records, projects_of, revoke_url
from ekachit.connections.requests_made import lately
from ekachit.sync.queries import last_complete, progress
from ekachit.web.attention import expiry_chip
from ekachit.web.forms import EstimatesForm
from ekachit.web.mapping import used_now
from ekachit.web.visit import Visit

LEDGER_EXCERPT = 5
BUSY = frozenset({"waiting", "running"})


@require_safe
def connection(request: Visit, connection_id: int) -> HttpResponse:
    """Show the page."""
    own = own_connection(request.user, connection_id)
    known = list(projects_of(own).order_by("-picked", "-open_count", "key"))
    shown = [each for each in known if each.picked or each.open_count]
    context = {
        **card(own),
        "projects": shown if any(each.picked for each in shown) else [],
        "projects_more": len(known) - len(shown),
        "may_change": own.active and request.user.is_pro,
        "estimates_form": EstimatesForm.stored(request.user),
        "ledger": access_records(own)[:LEDGER_EXCERPT],
        "lately": lately(own, now=timezone.now()),
        "mapped": used_now(own),
        "standard_points": any(own.points_fields.values()),
        "revoke_url": revoke_url,
    }
    return render(request, "web/jira_connection/page.html", context)


def card(own: Connection) -> dict[str, object]:
    """Return what the connection's card shows; the page and the part of it that polls share it."""
    now = progress(own)
    return {
        "connection": own,
        "progress": now,
        "busy": now.state in BUSY,
        "last_complete": last_complete(own),
        "expiry": expiry_chip(own, now=timezone.now()),
        "tone": "busy" if now.state in BUSY else "ok" if own.active else "trouble",
    }
