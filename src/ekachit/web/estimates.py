"""Hours per story point: the person's, and those of single projects."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ekachit.accounts.actions import set_multiplier
from ekachit.estimates.actions import look_again, use_project_multiplier
from ekachit.estimates.history import known_of
from ekachit.estimates.queries import project_keys
from ekachit.tasks.actions import reestimate
from ekachit.web.forms import EstimatesForm, ProjectNumberForm
from ekachit.web.settings_page import show
from ekachit.web.visit import Visit


@require_POST
def estimates(request: Visit) -> HttpResponse:
    """Store the person's multiplier and re-compute the open tasks at once."""
    form = EstimatesForm(request.POST)
    if not form.is_valid():
        return show(request, estimates=form)
    with transaction.atomic():
        set_multiplier(request.user, form.cleaned_data["multiplier"])
        changed = reestimate(request.user)
    text = ngettext(
        "Saved. The estimate of %(count)d open task follows it now.",
        "Saved. The estimates of %(count)d open tasks follow it now.",
        changed,
    )
    messages.success(request, text % {"count": changed})
    return _back(request)


@require_POST
def project_number(request: Visit) -> HttpResponse:
    """Store a project's own multiplier and re-compute the open tasks at once."""
    form = ProjectNumberForm(request.POST)
    if not form.is_valid():
        problem = next(iter(form.errors.values()))[0]
        messages.error(request, _("The number for the project was not saved: %(why)s") % {"why": problem})
        return _back(request)
    project, hours = form.cleaned_data["project"], form.cleaned_data["multiplier"]
    if project not in project_keys(request.user):
        messages.error(request, _("None of your tasks is in the project “%(key)s”.") % {"key": project[:40]})
        return _back(request)
    changed = use_project_multiplier(request.user, project, hours)
    look_again(request.user, known_of(request.user), now=timezone.now())
    text = ngettext(
        "One point in %(project)s is %(number)s hours now. The estimate of %(count)d open task follows it.",
        "One point in %(project)s is %(number)s hours now. The estimates of %(count)d open tasks follow it.",
        changed,
    )
    words = {"project": project, "number": formats.number_format(hours.normalize()), "count": changed}
    messages.success(request, text % words)
    return _back(request)


def _back(request: Visit) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
        return redirect(back)
    return redirect("web:settings")
