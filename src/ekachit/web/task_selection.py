"""Changing the status of several tasks at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ekachit.sync.work import give_status_to_all
from ekachit.tasks.actions import TaskError
from ekachit.tasks.models import Status, Task
from ekachit.tasks.queries import todays_rows
from ekachit.web.sent import number_or_none_such
from ekachit.web.visit import Visit

FILTER_FROM = 10


@require_http_methods(["GET", "HEAD", "POST"])
def task_selection(request: Visit) -> HttpResponse:
    """Show the open tasks to tick; give those ticked a status. Somebody else's are not among them.

    Raises:
        BadRequest: there is no such status.
    """
    rows = todays_rows(request.user, timezone.now()).exclude(status=Status.DONE)
    if request.method != "POST":
        tasks = list(rows.select_related("link"))
        context = {"tasks": tasks, "statuses": Status.choices, "with_filter": len(tasks) >= FILTER_FROM}
        return render(request, "web/select/page.html", context)
    ids = map(number_or_none_such, request.POST.getlist("task"))
    ticked = Task.objects.filter(user=request.user, pk__in=ids).order_by("pk")
    try:
        changed = give_status_to_all(request.user, ticked, request.POST.get("status", ""), now=timezone.now())
    except TaskError as wrong:
        if wrong.code == "status_unknown":
            raise BadRequest(wrong.code) from None
        messages.error(request, str(wrong))
        return redirect("web:today")
    if changed:
        text = ngettext("%(count)d task is changed.", "%(count)d tasks are changed.", changed)
        messages.success(request, text % {"count": changed})
    return redirect("web:today")
