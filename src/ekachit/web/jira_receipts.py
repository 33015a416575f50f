"""Receipts: what each pass of a connection did."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.access import own_connection
from ekachit.sync import queries
from ekachit.web.receipt_words import receipt_of
from ekachit.web.visit import Visit

PER_PAGE = 30


@require_safe
def receipts(request: Visit, connection_id: int) -> HttpResponse:
    """Show the page."""
    connection = own_connection(request.user, connection_id)
    shown = Paginator(queries.receipts(connection), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "shown": shown,
        "receipts": [receipt_of(each, connection) for each in shown],
    }
    return render(request, "web/jira_receipts/page.html", context)
