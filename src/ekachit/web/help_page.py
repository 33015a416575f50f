"""Help: the common troubles and their mends."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.queries import new_token_url
from ekachit.web.visit import Visit


@require_safe
def help_page(request: Visit) -> HttpResponse:
    """Show the page."""
    return render(request, "web/help/page.html", {"new_token_url": new_token_url})
