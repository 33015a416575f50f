"""When the person works: days of the week, hours, and days off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ekachit.accounts.actions import AccountError, add_days_off, remove_days_off, set_working_hours
from ekachit.web.settings_forms import DaysOffForm, HoursForm
from ekachit.web.settings_page import show
from ekachit.web.visit import Visit


@require_POST
def hours(request: Visit) -> HttpResponse:
    """Store the person's working days and hours."""
    form = HoursForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            set_working_hours(
                request.user, days="".join(typed["days"]), begins=typed["begins"], ends=typed["ends"]
            )
        except AccountError as wrong:
            form.add_error("ends" if wrong.code == "working_hours" else "days", str(wrong))
    if not form.is_valid():
        return show(request, hours=form)
    messages.success(request, _("Your working days and hours are saved."))
    return _back()


@require_POST
def days_off(request: Visit) -> HttpResponse:
    """Store days off; without a last day it is the first one alone."""
    form = DaysOffForm(request.POST)
    added = 0
    if form.is_valid():
        first = form.cleaned_data["first"]
        try:
            added = add_days_off(request.user, first, form.cleaned_data["last"] or first)
        except AccountError as wrong:
            form.add_error("last", str(wrong))
    if not form.is_valid():
        return show(request, days_off=form)
    text = ngettext("%(count)d day off is added.", "%(count)d days off are added.", added)
    messages.success(request, text % {"count": added} if added else _("These were days off already."))
    return _back()


@require_POST
def forget_days_off(request: Visit) -> HttpResponse:
    """Make days off working days again."""
    form = DaysOffForm(request.POST)
    if not form.is_valid():
        return show(request, days_off=form)
    first = form.cleaned_data["first"]
    removed = remove_days_off(request.user, first, form.cleaned_data["last"] or first)
    text = ngettext("%(count)d day off is removed.", "%(count)d days off are removed.", removed)
    messages.success(request, text % {"count": removed})
    return _back()


def _back() -> HttpResponse:
    return redirect(reverse("web:settings") + "#working")
