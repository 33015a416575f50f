"""Help: the common troubles and their mends, with the way to each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.models import State
from ekachit.connections.queries import connections_of, new_token_url
from ekachit.web.visit import Visit


@require_safe
def help_page(request: Visit) -> HttpResponse:
    """Show the page; its buttons lead into the person's own connections, where there are some that can be used."""
    own = connections_of(request.user).exclude(state=State.DISCONNECTED) if request.user.is_pro else ()
    context = {"new_token_url": new_token_url, "connections": list(own)}
    return render(request, "web/help/page.html", context)
