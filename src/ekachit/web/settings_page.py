"""Settings: profile, estimates, and the way to everything else."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ekachit.connections.queries import connections_of
from ekachit.web.forms import EstimatesForm, ProfileForm
from ekachit.web.visit import Visit


@require_safe
def settings_page(request: Visit) -> HttpResponse:
    """Show the page."""
    return show(request)


def show(
    request: Visit, *, profile: forms.Form | None = None, estimates: forms.Form | None = None
) -> HttpResponse:
    """Show the page, with a form that was refused in place of the stored values."""
    context = {
        "profile_form": profile or ProfileForm.stored(request.user),
        "estimates_form": estimates or EstimatesForm.stored(request.user),
        "connections": connections_of(request.user),
    }
    return render(request, "web/settings/page.html", context, status=422 if profile or estimates else 200)
