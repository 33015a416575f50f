"""What we asked Jira: the access ledger, each request ever made for a connection."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.access import own_connection
from ekachit.connections.queries import access_records
from ekachit.web.visit import Visit

PER_PAGE = 50


@require_safe
def access(request: Visit, connection_id: int) -> HttpResponse:
    """Show the page."""
    connection = own_connection(request.user, connection_id)
    records = Paginator(access_records(connection), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/jira_access/page.html", {"connection": connection, "records": records})
