"""Two-way for one project: where done and started issues go, what would happen now, the switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ekachit.connections.access import own_connection, own_project
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Project, State
from ekachit.domain.sync.status import Category
from ekachit.sync.actions import TwoWay, forget_value, set_two_way
from ekachit.sync.preview import Preview, preview
from ekachit.sync.statuses import JiraStatus, statuses_of
from ekachit.sync.truth import waiting_in
from ekachit.web.guard import needs_pro
from ekachit.web.two_way_words import Foreseen, foreseen
from ekachit.web.visit import Visit

_ORDER = (
    (Category.DONE, gettext_lazy("Done")),
    (Category.INDETERMINATE, gettext_lazy("In Progress")),
    (Category.NEW, gettext_lazy("To Do")),
    (Category.UNDEFINED, gettext_lazy("No category")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The preview in words."""

    now: list[Foreseen]
    samples: list[Foreseen]
    left_out: int


@dataclass(frozen=True, slots=True)
class Screen:
    """What the page shows beside the project: the rules as typed, and what came of a button."""

    rules: TwoWay
    statuses: Sequence[JiraStatus]
    trouble: ConnectError | None = None
    preview: Shown | None = None
    wrong: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@needs_pro
def two_way(request: Visit, connection_id: int, project_id: str) -> HttpResponse:
    """Show the page; look ahead, save, or switch.

    Raises:
        BadRequest: there is no such button.
    """
    project = own_project(own_connection(request.user, connection_id), project_id)
    if project.connection.state == State.DISCONNECTED or not project.picked:
        return redirect("web:connection", connection_id)
    stored = _stored(project)
    if request.method != "POST":
        return _show(request, project, _screen(project, stored))
    button = _BUTTONS.get(request.POST.get("do", ""))
    if button is None:
        raise BadRequest("do")
    return button(request, project, stored)


@require_POST
@needs_pro
def forget(request: Visit, connection_id: int, project_id: str) -> HttpResponse:
    """Forget a value that was chosen for the project."""
    project = own_project(own_connection(request.user, connection_id), project_id)
    if forget_value(project, request.POST.get("field", "")):
        messages.success(request, _("Forgotten. Jira's next refusal asks for it again."))
    return redirect("web:two_way", connection_id, project_id)


def _switch_off(request: Visit, project: Project, stored: TwoWay) -> HttpResponse:
    closed = set_two_way(project, replace(stored, two_way=False), now=timezone.now())
    told = _("Two-way is off for %(project)s.") % {"project": project.key}
    if closed:
        text = ngettext(
            "%(count)d waiting change is closed as not sent.",
            "%(count)d waiting changes are closed as not sent.",
            closed,
        )
        told = f"{told} {text % {'count': closed}}"
    messages.success(request, told)
    return redirect("web:two_way", project.connection_id, project.project_id)


def _save(request: Visit, project: Project, stored: TwoWay) -> HttpResponse:
    return _keep(request, project, stored, on=stored.two_way)


def _switch_on(request: Visit, project: Project, stored: TwoWay) -> HttpResponse:
    return _keep(request, project, stored, on=True)


def _keep(request: Visit, project: Project, stored: TwoWay, *, on: bool) -> HttpResponse:
    screen = _typed(request, project, stored)
    if screen.trouble or screen.wrong:
        return _show(request, project, screen)
    started = set_two_way(project, replace(screen.rules, two_way=on), now=timezone.now())
    told = _("Saved.") if stored.two_way == on else _("Two-way is on for %(project)s.")
    if on and started:
        text = ngettext(
            "%(count)d change is on its way to Jira.", "%(count)d changes are on their way to Jira.", started
        )
        told = f"{told} {text % {'count': started}}"
    messages.success(request, told % {"project": project.key})
    return redirect("web:two_way", project.connection_id, project.project_id)


def _look_ahead(request: Visit, project: Project, stored: TwoWay) -> HttpResponse:
    screen = _typed(request, project, stored)
    if screen.trouble or screen.wrong:
        return _show(request, project, screen)
    try:
        seen = preview(_with(project, screen.rules))
    except ConnectError as trouble:
        return _show(request, project, replace(screen, trouble=trouble))
    return _show(request, project, replace(screen, preview=_in_words(seen)))


_BUTTONS: dict[str, Callable[[Visit, Project, TwoWay], HttpResponse]] = {
    "preview": _look_ahead,
    "save": _save,
    "on": _switch_on,
    "off": _switch_off,
}


def _stored(project: Project) -> TwoWay:
    return TwoWay(
        two_way=project.two_way,
        done_status_id=project.done_status_id,
        done_status_name=project.done_status_name,
        progress_status_id=project.progress_status_id,
        progress_status_name=project.progress_status_name,
        allow_path=project.allow_path,
    )


def _screen(project: Project, rules: TwoWay) -> Screen:
    try:
        return Screen(rules, statuses_of(project))
    except ConnectError as trouble:
        return Screen(rules, (), trouble)


def _typed(request: Visit, project: Project, stored: TwoWay) -> Screen:
    """What was typed, with what is wrong about it; the names are Jira's own."""
    screen = _screen(project, stored)
    # Where Jira did not answer, those that are stored are known all the same.
    known = {stored.done_status_id: stored.done_status_name}
    known[stored.progress_status_id] = stored.progress_status_name
    names = {each.id: each.name for each in screen.statuses} or known
    done, progress = request.POST.get("done", ""), request.POST.get("progress", "")
    rules = TwoWay(
        stored.two_way,
        done_status_id=done,
        done_status_name=names.get(done, ""),
        progress_status_id=progress,
        progress_status_name=names.get(progress, ""),
        allow_path="allow_path" in request.POST,
    )
    wrong = ""
    if {done, progress} - names.keys() - {""}:
        wrong = _("The project has no such status any more. Choose another one.")
    elif done and done == progress:
        wrong = _("One status cannot mean both In Progress and Done here. Choose two, or leave one to Jira.")
    return replace(screen, rules=rules, wrong=wrong)


def _with(project: Project, rules: TwoWay) -> Project:
    """The project with rules that are not stored."""
    for name in ("done_status_id", "progress_status_id", "allow_path"):
        setattr(project, name, getattr(rules, name))
    return project


def _in_words(seen: Preview) -> Shown:
    return Shown(
        [foreseen(each) for each in seen.now], [foreseen(each) for each in seen.samples], seen.left_out
    )


def _show(request: Visit, project: Project, screen: Screen) -> HttpResponse:
    context = {
        "connection": project.connection,
        "project": project,
        "screen": screen,
        "trouble": screen.trouble,
        "groups": _grouped(screen.statuses),
        "values": sorted(project.chosen_values.items()),
        "waiting": waiting_in(project),
    }
    status = 422 if screen.wrong else 200
    return render(request, "web/jira_two_way/page.html", context, status=status)


def _grouped(statuses: Iterable[JiraStatus]) -> list[tuple[str, list[JiraStatus]]]:
    """The statuses by category, those that mean done first."""
    known = list(statuses)
    groups = [
        (str(label), [each for each in known if each.category is category]) for category, label in _ORDER
    ]
    return [group for group in groups if group[1]]
