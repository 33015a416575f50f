"""Hours per story point."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ekachit.accounts.actions import set_multiplier
from ekachit.tasks.actions import reestimate
from ekachit.web.forms import EstimatesForm
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
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
        return redirect(back)
    return redirect("web:settings")
