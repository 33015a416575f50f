"""What pages look like for the person, their language, and whether new notices show outside the page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.accounts.actions import Look, set_look
from ekachit.web.settings_forms import LookForm
from ekachit.web.settings_page import show
from ekachit.web.visit import Visit


@require_POST
def appearance(request: Visit) -> HttpResponse:
    """Store colours and language; the page that follows has them."""
    form = LookForm(request.POST)
    if not form.is_valid():
        return show(request, look=form)
    user, typed = request.user, form.cleaned_data
    set_look(user, Look(typed["appearance"], typed["language"], user.browser_notifications))
    with translation.override(typed["language"] or translation.get_language_from_request(request)):
        messages.success(request, _("Pages look like this now."))
    return redirect(reverse("web:settings") + "#look")


@require_POST
def browser_notifications(request: Visit) -> HttpResponse:
    """Switch notifications by the browser on or off; the browser itself is asked on the page, by the same click."""
    user, on = request.user, request.POST.get("on") == "yes"
    set_look(user, Look(user.appearance, user.language, on))
    told = (
        _("New notices show outside the page too, while a page is open.")
        if on
        else _("New notices stay on the page.")
    )
    messages.success(request, told)
    return redirect(reverse("web:settings") + "#notifications")
