"""The person's own tasks, besides Jira's: to write one down, to change its title and priority, to delete it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ekachit.domain.work.duration import HOUR, DurationError, parse_duration
from ekachit.tasks.access import own_task
from ekachit.tasks.actions import TaskError
from ekachit.tasks.editing import Edit, create, delete_task
from ekachit.web.answers import answer
from ekachit.web.sent import number_or_none_such
from ekachit.web.today import screen
from ekachit.web.visit import Visit


@require_POST
def add(request: Visit) -> HttpResponse:
    """Write down a new task. What was refused stays in the form."""
    title, estimate = request.POST.get("title", ""), request.POST.get("estimate", "")
    priority = request.POST.get("priority", "0")
    try:
        edit = Edit(title, number_or_none_such(priority))
        task = create(request.user, edit, now=timezone.now(), estimate_hours=hours_typed(estimate))
    except TaskError as wrong:
        if request.htmx:
            return render(request, "web/focus/flash.html", {"flash": str(wrong), "fragment": True})
        typed = {"title": title, "estimate": estimate, "priority": priority, "trouble": str(wrong)}
        context = {**screen(request), "adding": True, "typed": typed}
        return render(request, "web/today/page.html", context, status=422)
    told = _("“%(title)s” is on your list.") % {"title": task.title}
    return answer(request, told, anchor=f"task-{task.pk}", touched=[task.pk])


@require_POST
def delete(request: Visit, task_id: int) -> HttpResponse:
    """Delete one of the person's own tasks with all that belongs to it."""
    task = own_task(request.user, task_id)
    edition = request.POST.get("edition", "")
    try:
        delete_task(task, edition=number_or_none_such(edition))
    except TaskError as wrong:
        messages.error(request, str(wrong))
        return redirect("web:task", task_id)
    messages.success(request, _("“%(title)s” is deleted.") % {"title": task.title})
    return redirect(reverse("web:today"))


def hours_typed(text: str) -> float | None:
    """Return the hours that a person expects, None where they typed nothing; a number alone counts hours.

    Raises:
        TaskError: `estimate_unclear`.
    """
    if not text.strip():
        return None
    try:
        return parse_duration(text, bare="hours") / HOUR
    except DurationError:
        words = _("“%(typed)s” is not understood. Type hours and minutes, for example 2h, 1h 30m or 45m.")
        raise TaskError("estimate_unclear", words % {"typed": text.strip()[:40]}) from None
