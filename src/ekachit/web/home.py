"""The landing page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is; who is signed in goes on to Today."""
    if request.user.is_authenticated:
        return redirect("web:today")
    return render(request, "web/home/page.html")
