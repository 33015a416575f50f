"""Name and time zone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.accounts.actions import set_profile
from ekachit.web.forms import ProfileForm
from ekachit.web.settings_page import show
from ekachit.web.visit import Visit


@require_POST
def profile(request: Visit) -> HttpResponse:
    """Store the person's name and time zone."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return show(request, profile=form)
    set_profile(request.user, name=form.cleaned_data["name"], time_zone=form.cleaned_data["time_zone"])
    messages.success(request, _("Your profile is saved."))
    return redirect("web:settings")
