"""What would happen if two-way were switched on now: the same reading and choosing as a delivery, with writing off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from django.db import transaction

from ekachit.connections.models import Project
from ekachit.connections.reach import ask
from ekachit.domain.sync.reconcile import merge_status
from ekachit.domain.sync.state import Issue
from ekachit.domain.sync.status import task_status
from ekachit.domain.sync.transitions import NoWay, Transition
from ekachit.jira.client import JiraClient
from ekachit.jira.errors import Refused
from ekachit.jira.points import PointsFields
from ekachit.sync.loading import reading_of
from ekachit.sync.models import Link, Presence
from ekachit.sync.outbox import differing
from ekachit.sync.translate import Reader, Refusal
from ekachit.sync.workflow import Rules, next_way, rules_of, transition_from, with_seen
from ekachit.tasks.models import Status

# Each issue looked at costs two requests, and a person waits for them.
MOST_ISSUES = 12


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of one change.

    `verdict` is `move` (by `transition` to `jira_status`), `already_there`, `set_aside` (Jira has changed), or why it
    would be refused: `no_transition`, `field_required` with `fields`, `not_found`, `reassigned`, `unreadable`.
    """

    key: str
    title: str
    jira_status: str
    wanted: str
    verdict: str
    to_status: str = ""
    transition: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The changes that would be sent at once, and what finishing or starting an open issue would do.

    `left_out` is how many of the first kind were not looked at.
    """

    now: tuple[Forecast, ...]
    samples: tuple[Forecast, ...]
    left_out: int


def preview(project: Project) -> Preview:
    """Return what would happen, with the project's rules as they are in `project` (stored or not).

    Raises:
        ConnectError: Jira refused or did not answer, or the connection cannot be used.
    """
    waiting = differing(project)
    samples = _samples(project, leave_out={each.pk for each in waiting})
    points = msgspec.convert(project.connection.points_fields, PointsFields)
    look = _Look(rules_of(project, reading_of(project, project.connection)), points)

    async def work(client: JiraClient) -> None:
        for link in waiting[:MOST_ISSUES]:
            look.now += await _foresee(client, look, link, [link.task.status])
        for link in samples:
            open_to = [Status.IN_PROGRESS.value, Status.DONE.value]
            wanted = [each for each in open_to if each != link.base["status"]]
            look.samples += await _foresee(client, look, link, wanted)

    ask(project.connection, work)
    _remember(project, look)
    return Preview(tuple(look.now), tuple(look.samples), max(0, len(waiting) - MOST_ISSUES))


@dataclass(slots=True)
class _Look:
    """What is looked at and what was found; `seen` has the transitions of a status, by issue type."""

    rules: Rules
    points: PointsFields
    now: list[Forecast] = field(default_factory=list)
    samples: list[Forecast] = field(default_factory=list)
    seen: list[tuple[str, str, Sequence[Transition]]] = field(default_factory=list)


def _samples(project: Project, *, leave_out: set[int]) -> list[Link]:
    """One open issue for each of Jira's statuses: what finishing and starting it would do stands for the others."""
    links = (
        Link.objects.filter(
            connection_id=project.connection_id, project_id=project.project_id, presence=Presence.CURRENT
        )
        .exclude(pk__in=leave_out)
        .exclude(base__status=Status.DONE)
        .select_related("task")
        .order_by("task_id")
    )
    by_status: dict[tuple[str, str], Link] = {}
    for each in links:
        by_status.setdefault((each.issue_type, each.jira_status), each)
    return list(by_status.values())[:MOST_ISSUES]


async def _foresee(client: JiraClient, look: _Look, link: Link, wanted: Sequence[str]) -> list[Forecast]:
    """What would become of giving an issue each of these statuses."""
    why = f"{link.key}: what two-way would do"
    reader = Reader(look.points, {link.project_id: look.rules.reading})
    try:
        found = await client.issue(link.issue_id, reader.fields, why=why)
    except Refused as refused:
        return [_forecast(link, each, refused.code) for each in wanted]
    if found is None:
        return [_forecast(link, each, "reassigned") for each in wanted]
    issue = reader.issue(found)
    if isinstance(issue, Refusal):
        return [_forecast(link, each, "unreadable") for each in wanted]
    seen = await client.transitions(link.issue_id, why=why)
    offered = [each for each in map(transition_from, seen) if each is not None]
    look.seen.append((link.issue_type, issue.status_id, offered))
    return [_decide(look.rules, link, issue, each, offered) for each in wanted]


def _decide(rules: Rules, link: Link, issue: Issue, wanted: str, offered: Sequence[Transition]) -> Forecast:
    jiras = task_status(issue.category, before=link.base["status"])
    if jiras == wanted:
        return _forecast(link, wanted, "already_there", jira_status=issue.status_name)
    if merge_status(base=link.base["status"], ours=wanted, jiras=jiras)[1] is not None:
        return _forecast(link, wanted, "set_aside", jira_status=issue.status_name)
    way = next_way(rules, link.issue_type, issue.status_id, wanted, offered)
    if isinstance(way, NoWay):
        names = tuple(each.name for each in way.fields)
        return _forecast(link, wanted, way.code, jira_status=issue.status_name, fields=names)
    return _forecast(
        link,
        wanted,
        "move",
        jira_status=issue.status_name,
        to_status=way.transition.to_name,
        transition=way.transition.name,
    )


def _forecast(  # noqa: PLR0913 # the parts of a forecast
    link: Link,
    wanted: str,
    verdict: str,
    *,
    jira_status: str = "",
    to_status: str = "",
    transition: str = "",
    fields: tuple[str, ...] = (),
) -> Forecast:
    shown = jira_status or link.jira_status
    return Forecast(link.key, link.task.title, shown, wanted, verdict, to_status, transition, fields)


@transaction.atomic
def _remember(project: Project, look: _Look) -> None:
    """Keep what was seen of the workflow."""
    row = Project.objects.select_for_update().get(pk=project.pk)
    for issue_type, status_id, offered in look.seen:
        row.workflow = with_seen(row.workflow, issue_type, status_id, offered)
    row.save(update_fields=["workflow"])
