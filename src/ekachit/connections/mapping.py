"""Which field holds story points: what the person can choose from, and the choice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, Project
from ekachit.connections.reach import ask
from ekachit.jira import jql
from ekachit.jira.client import JiraClient
from ekachit.jira.points import number_fields, number_in
from ekachit.jira.wire import Field

SAMPLES = 5
# The samples come out of so many of the person's own open issues, newest keys last.
LOOKED_AT = 300
MOST_FIELDS = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A numeric field: its id and name, the project it is valid in (None: all), values out of the person's issues."""

    field_id: str
    name: str
    project_id: str | None
    samples: tuple[float, ...]


def candidates(connection: Connection) -> list[Candidate]:
    """Return the fields that may hold points, those with values in the person's own issues first.

    Raises:
        ConnectError: Jira refused or did not answer.
    """

    async def work(client: JiraClient) -> list[Candidate]:
        fields = number_fields(await client.fields())[:MOST_FIELDS]
        samples = await _samples(client, [each.id for each in fields])
        return [_candidate(each, samples[each.id]) for each in fields]

    found = ask(connection, work)
    return sorted(found, key=lambda each: (not each.samples, each.name.casefold(), each.field_id))


async def _samples(client: JiraClient, field_ids: list[str]) -> dict[str, list[float]]:
    """Values of each field out of the person's own open issues."""
    samples: dict[str, list[float]] = defaultdict(list)
    looked = 0
    query = jql.assigned_open([])
    async for page in client.search(query, field_ids, why="values of number fields in your own issues"):
        for issue in page.issues:
            for field_id in field_ids:
                value = number_in(issue.custom.get(field_id))
                if value is not None and len(samples[field_id]) < SAMPLES:
                    samples[field_id].append(value)
        looked += len(page.issues)
        if looked >= LOOKED_AT:
            break
    return samples


def _candidate(field: Field, samples: list[float]) -> Candidate:
    project = field.scope.project.id if field.scope and field.scope.project else None
    return Candidate(field.id, field.untranslated_name or field.name or field.id, project, tuple(samples))


@transaction.atomic
def choose_points_field(
    connection: Connection, field_id: str, name: str, *, project: Project | None = None
) -> None:
    """Choose the field that holds points, for the whole connection or for one project; empty: Jira's standard fields.

    The next pass, which is due at once, reads every issue anew.

    Raises:
        ConnectError: `field_unknown` for what is no custom field.
    """
    number = field_id.removeprefix("customfield_")
    if field_id and not (field_id.startswith("customfield_") and number.isascii() and number.isdigit()):
        raise ConnectError("field_unknown")
    chosen = {"points_override": field_id, "points_override_name": name[:255] if field_id else ""}
    if project is None:
        Connection.objects.filter(pk=connection.pk).update(**chosen)
    else:
        Project.objects.filter(pk=project.pk, connection=connection).update(**chosen)
    Connection.objects.filter(pk=connection.pk).update(reread=True)
    Connection.objects.filter(pk=connection.pk, due_at__isnull=False).update(due_at=timezone.now())
    connection.refresh_from_db()
