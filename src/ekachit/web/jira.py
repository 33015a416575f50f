"""The integration page: the person's connections, or the way to the first one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.queries import connections_of, revoke_url
from ekachit.web.visit import Visit


@require_safe
def jira(request: Visit) -> HttpResponse:
    """Show the page; what Pro gives where the account has not got it."""
    context = {"connections": connections_of(request.user), "revoke_url": revoke_url}
    return render(request, "web/jira/page.html", context)
