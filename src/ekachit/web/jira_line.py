"""The line about Jira alone, for pages that stay open: what it said would be wrong after a while."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from ekachit.web.visit import Visit


@require_safe
def jira_line(request: Visit) -> HttpResponse:
    """Show the line as it is now."""
    if not request.htmx:
        return redirect("web:jira")
    return render(request, "web/side_status.html")
