"""Settings: profile, working time, looks, notifications, estimates, and the way to everything else."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekachit.accounts.queries import days_off_of
from ekachit.connections.queries import connections_of
from ekachit.web.day_stretches import stretches
from ekachit.web.forms import EstimatesForm, ProfileForm
from ekachit.web.settings_forms import DaysOffForm, HoursForm, LookForm
from ekachit.web.visit import Visit


@require_safe
def settings_page(request: Visit) -> HttpResponse:
    """Show the page."""
    return show(request)


def show(request: Visit, **refused: forms.Form) -> HttpResponse:
    """Show the page, with a form that was refused in place of the stored values.

    Args:
        request: the visit.
        refused: the form by its name here: `profile`, `hours`, `days_off`, `look` or `estimates`.
    """
    user = request.user
    shown: dict[str, forms.Form] = {
        "profile": ProfileForm.stored(user),
        "hours": HoursForm.stored(user),
        "days_off": DaysOffForm(),
        "look": LookForm.stored(user),
        "estimates": EstimatesForm.stored(user),
    }
    days = days_off_of(user, timezone.localdate()).values_list("day", flat=True)
    context = {f"{name}_form": refused.get(name, form) for name, form in shown.items()} | {
        "connections": connections_of(user),
        "stretches": stretches(days),
    }
    return render(request, "web/settings/page.html", context, status=422 if refused else 200)
