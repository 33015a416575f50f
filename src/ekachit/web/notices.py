"""Notices: what the person was told, once each, with the way to the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ekachit.accounts.models import Notice
from ekachit.accounts.notices import mark_seen, notices_of
from ekachit.connections.models import Connection
from ekachit.tasks.models import Status
from ekachit.web.visit import Visit

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a notice and the way to the next step; without a step both are empty."""

    text: str
    step: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice as the page shows it."""

    notice: Notice
    told: Told
    new: bool


@require_safe
def notices(request: Visit) -> HttpResponse:
    """Show what the person was told, newest first; having been shown, it is seen."""
    shown = Paginator(notices_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    own = set(Connection.objects.filter(user=request.user).values_list("pk", flat=True))
    entries = [Entry(each, words_of(each, own), new=each.seen_at is None) for each in shown]
    if request.method == "GET":
        mark_seen(request.user, now=timezone.now())
    return render(request, "web/notices/page.html", {"entries": entries, "shown": shown})


def words_of(notice: Notice, connections: set[int]) -> Told:
    """Return a notice in words; one of a kind that this version does not know shows what it is called.

    `connections` are the ids of those that there are: a step leads to no other.
    """
    words = WORDS.get(notice.kind)
    if words is None:
        return Told(notice.kind.replace("_", " "))
    told = words(notice.params)
    to_connection = notice.params.get("connection")
    return told if to_connection is None or to_connection in connections else Told(told.text)


def _needs_token(params: Mapping[str, Any]) -> Told:
    return Told(
        _("%(site)s refused your API token, so nothing is synced until it has a new one. Your tasks stay.")
        % {"site": _of(params, "site")},
        _("Enter a new token"),
        _to("web:token", params),
    )


def _token_expires(params: Mapping[str, Any]) -> Told:
    words = {"site": _of(params, "site"), "day": _day(_of(params, "on"))}
    return Told(
        _("Your API token for %(site)s ends on %(day)s.") % words,
        _("Enter a new token"),
        _to("web:token", params),
    )


def _set_aside(params: Mapping[str, Any]) -> Told:
    words = {
        "issue": _of(params, "issue"),
        "ours": _status(params, "ours"),
        "jiras": _status(params, "jiras"),
    }
    text = _("%(issue)s was changed on both sides: “%(jiras)s” of Jira was taken, your “%(ours)s” set aside.")
    return Told(text % words, _("See both"), reverse("web:set_aside"))


def _late_conflict(params: Mapping[str, Any]) -> Told:
    words = {
        "issue": _of(params, "issue"),
        "ours": _status(params, "ours"),
        "jiras": _status(params, "jiras"),
    }
    text = _(
        "%(issue)s was set to “%(jiras)s” in Jira at the moment when your “%(ours)s” was sent, which went over it."
    )
    return Told(text % words, _("See both"), reverse("web:set_aside"))


def _refused(params: Mapping[str, Any]) -> Told:
    words = {"issue": _of(params, "issue"), "wanted": _status(params, "wanted")}
    text = _(
        "Jira did not take “%(wanted)s” for %(issue)s. The task has the status that Jira has; its row says why."
    )
    task = params.get("task")
    anchor = f"#task-{task}" if isinstance(task, int) else ""
    return Told(text % words, _("Go to the task"), f"{reverse('web:today')}{anchor}")


def _project_gone(params: Mapping[str, Any]) -> Told:
    words = {"project": _of(params, "project"), "site": _of(params, "site")}
    text = _(
        "The project %(project)s at %(site)s is gone, or not shown to you any more. Its tasks stay; the other projects"
        " go on."
    )
    return Told(text % words, _("Look at the projects"), _to("web:projects", params))


def _import_done(params: Mapping[str, Any]) -> Told:
    created = params.get("created")
    count = created if isinstance(created, int) else 0
    text = ngettext(
        "The import from %(site)s is complete: %(count)d task is new.",
        "The import from %(site)s is complete: %(count)d tasks are new.",
        count,
    )
    words = {"site": _of(params, "site"), "count": count}
    return Told(text % words, _("See your tasks"), reverse("web:today"))


def _new_suggestion(params: Mapping[str, Any]) -> Told:
    value, tasks = params.get("value"), params.get("tasks")
    words = {
        "number": formats.number_format(value) if isinstance(value, int | float) else "–",
        "count": tasks if isinstance(tasks, int) else 0,
        "project": _of(params, "project"),
    }
    if params.get("project"):
        text = _("Your %(count)d finished tasks in %(project)s speak for %(number)s hours a point there.")
    else:
        text = _("Your %(count)d finished tasks speak for %(number)s hours a point.")
    return Told(text % words, _("Look at it"), reverse("web:insights"))


WORDS: dict[str, Callable[[Mapping[str, Any]], Told]] = {
    "needs_token": _needs_token,
    "token_expires": _token_expires,
    "set_aside": _set_aside,
    "late_conflict": _late_conflict,
    "refused": _refused,
    "project_gone": _project_gone,
    "new_suggestion": _new_suggestion,
    "import_done": _import_done,
}


def _of(params: Mapping[str, Any], name: str) -> str:
    return str(params.get(name, "–"))


def _to(name: str, params: Mapping[str, Any]) -> str:
    connection = params.get("connection")
    return reverse(name, args=[connection]) if isinstance(connection, int) else reverse("web:jira")


def _status(params: Mapping[str, Any], name: str) -> str:
    status = _of(params, name)
    return str(Status(status).label) if status in Status.values else status


def _day(text: str) -> str:
    try:
        return formats.date_format(date.fromisoformat(text), "j M Y")
    except ValueError:
        return text
