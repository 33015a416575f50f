"""“Why is this issue not here?”: type a key, get the first rule that keeps it out, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ekachit.connections.access import own_connection
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, State
from ekachit.domain.sync.why import Reason
from ekachit.sync.models import Link
from ekachit.sync.queries import browse_url
from ekachit.sync.why import Finding, why_not_here
from ekachit.web.guard import needs_pro
from ekachit.web.visit import Visit

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads. `step` names the link or button, and `to` where it leads; without one both are empty."""

    title: _StrPromise
    text: _StrPromise
    step: _StrPromise | str = ""
    to: str = ""


WORDS: dict[Reason, Words] = {
    Reason.NOT_A_KEY: Words(
        _("“%(key)s” is not the key of an issue."),
        _(
            "A key is a project's key, a hyphen and a number, such as PAY-482. A link to the issue will do as well."
        ),
    ),
    Reason.HERE: Words(_("%(key)s is here."), _("It is among your open tasks."), _("Go to the task"), "task"),
    Reason.DONE_HERE: Words(
        _("%(key)s is here, and done."),
        _("A finished task stays on Today until the day is over; its times and estimate are kept."),
        _("Go to Today"),
        "task",
    ),
    Reason.NO_LONGER_YOURS: Words(
        _("%(key)s is here, marked “no longer yours in Jira”."),
        _(
            "At the last sync it was not assigned to you any more, or could not be seen. When it comes back to you, it is"
            " the same task again."
        ),
        _("Open it in Jira"),
        "issue",
    ),
    Reason.NO_LONGER_PICKED: Words(
        _("%(key)s is here, but its project is not picked."),
        _("Its task stays and is not kept up to date. Pick the project to have it in step with Jira again."),
        _("Pick projects"),
        "projects",
    ),
    Reason.ON_CHECKLIST: Words(
        _("%(key)s is a sub-task, shown in the checklist of %(parent)s."),
        _(
            "A sub-task whose parent is here has one home, the checklist. It shows the first 30 in the order of Jira."
        ),
        _("Go to the task"),
        "task",
    ),
    Reason.UNREADABLE: Words(
        _("%(key)s is yours, but could not be read, so it was put aside."),
        _("It is tried again as soon as it changes in Jira. What was wrong: %(detail)s"),
        _("Open it in Jira"),
        "issue",
    ),
    Reason.NOT_PICKED: Words(
        _("The project %(project)s is not picked."),
        _("Only issues of the projects that you picked are brought in."),
        _("Pick projects"),
        "projects",
    ),
    Reason.UNKNOWN_PROJECT: Words(
        _("%(key)s is yours, but its project is not on the list here."),
        _("The list is as Jira showed it when it was last read. Refresh it, then pick the project."),
        _("Refresh the list"),
        "projects",
    ),
    Reason.NOT_YOURS: Words(
        _("%(key)s is not assigned to you."),
        _(
            "Only issues assigned to you are ever read, so nothing more is known of it here. Assign it to yourself"
            " in Jira, and it comes with the next sync."
        ),
        _("Open it in Jira"),
        "issue",
    ),
    Reason.NOT_VISIBLE: Words(
        _("Jira shows no issue %(key)s to you."),
        _(
            "There is none with this key, or you may not see it; Jira does not tell which. Open it to check the key."
        ),
        _("Open it in Jira"),
        "issue",
    ),
    Reason.DONE_BEFORE: Words(
        _("%(key)s was done before it could be brought in."),
        _("Only open issues become tasks. Reopen it in Jira, and it comes with the next sync."),
        _("Open it in Jira"),
        "issue",
    ),
    Reason.COMING: Words(
        _("%(key)s is on its way: nothing keeps it out."),
        _("It is yours, open, and in a picked project. The next sync brings it; have one now if you like."),
        _("Sync now"),
        "sync",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def why(request: Visit, connection_id: int) -> HttpResponse:
    """Show the form; answer for the key that was typed."""
    connection = own_connection(request.user, connection_id)
    if connection.state == State.DISCONNECTED:
        return redirect("web:jira")
    context: dict[str, object] = {"connection": connection}
    if request.method != "POST":
        return render(request, "web/why/page.html", context)
    typed = request.POST.get("key", "")[:LONGEST]
    context["typed"] = typed
    try:
        finding = why_not_here(connection, typed)
    except ConnectError as trouble:
        context["trouble"] = trouble
        return render(request, "web/why/page.html", context, status=422)
    context["answer"] = _answer(connection, finding)
    return render(request, "web/why/page.html", context)


def _answer(connection: Connection, finding: Finding) -> dict[str, object]:
    words = WORDS[finding.reason]
    named = {
        "key": finding.key,
        "parent": finding.link.key if finding.link else "",
        "project": finding.project,
        "detail": finding.detail,
    }
    return {
        "reason": finding.reason.value,
        "title": str(words.title) % named,
        "text": str(words.text) % named,
        "step": words.step,
        "to": words.to,
        "address": _address(connection, finding, words.to),
    }


def _address(connection: Connection, finding: Finding, to: str) -> str:
    """Where the next step is; at Jira it is built from the connection's own site."""
    if to == "issue":
        return browse_url(Link(connection=connection, key=finding.key))
    if to == "task" and finding.link is not None:
        return f"{reverse('web:today')}#task-{finding.link.task_id}"
    names = {"projects": "web:projects", "sync": "web:sync"}
    return reverse(names[to], args=[connection.pk]) if to in names else ""
