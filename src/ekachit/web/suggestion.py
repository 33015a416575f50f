"""Answers to a suggestion: use it, or not now. Nothing is ever used without a click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ekachit.estimates.access import own_suggestion
from ekachit.estimates.actions import (
    EstimateError,
    forget_project_multiplier,
    look_again,
    not_now,
    number_to_use,
    use,
)
from ekachit.estimates.history import known_of
from ekachit.web.visit import Visit


@require_POST
def use_it(request: Visit, suggestion_id: int) -> HttpResponse:
    """Set the suggested multiplier; the open tasks follow at once."""
    row = own_suggestion(request.user, suggestion_id)
    try:
        changed = use(request.user, row, now=timezone.now())
    except EstimateError as trouble:
        messages.error(request, str(trouble))
        return _back(request)
    text = ngettext(
        "One point is %(number)s hours now. The estimate of %(count)d open task follows it.",
        "One point is %(number)s hours now. The estimates of %(count)d open tasks follow it.",
        changed,
    )
    number = formats.number_format(number_to_use(row.value))
    messages.success(request, text % {"number": number, "count": changed})
    return _back(request)


@require_POST
def put_off(request: Visit, suggestion_id: int) -> HttpResponse:
    """Put the suggestion off until the number has moved."""
    row = own_suggestion(request.user, suggestion_id)
    try:
        not_now(request.user, row, now=timezone.now())
    except EstimateError as trouble:
        messages.error(request, str(trouble))
        return _back(request)
    messages.success(request, _("Put off. You will hear of it again only when the number has moved."))
    return _back(request)


@require_POST
def forget_project(request: Visit) -> HttpResponse:
    """Let a project follow the person's own number again."""
    changed = forget_project_multiplier(request.user, request.POST.get("project", ""))
    look_again(request.user, known_of(request.user), now=timezone.now())
    text = ngettext(
        "The project follows your own number again: the estimate of %(count)d open task was computed anew.",
        "The project follows your own number again: the estimates of %(count)d open tasks were computed anew.",
        changed,
    )
    messages.success(request, text % {"count": changed})
    return _back(request)


def _back(request: Visit) -> HttpResponse:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
        return redirect(back)
    return redirect("web:insights")
