"""Which fields may hold story points, with values out of the asker's own issues to know them by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ekachit.jira import jql
from ekachit.jira.client import JiraClient
from ekachit.jira.points import number_fields, number_in
from ekachit.jira.wire import Field

SAMPLES: Final = 5
# The samples come out of so many of the asker's own open issues.
LOOKED_AT: Final = 300
MOST_FIELDS: Final = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A numeric field: its id and name, the project it is valid in (None: all), values out of the asker's issues."""

    field_id: str
    name: str
    project_id: str | None
    samples: tuple[float, ...]


async def find_candidates(client: JiraClient) -> list[Candidate]:
    """Return the fields that may hold points, those with values in the asker's own issues first.

    Raises:
        JiraError: Jira refused or did not answer.
    """
    fields = number_fields(await client.fields())[:MOST_FIELDS]
    samples = await _samples(client, [each.id for each in fields])
    found = [_candidate(each, samples[each.id]) for each in fields]
    return sorted(found, key=lambda each: (not each.samples, each.name.casefold(), each.field_id))


async def _samples(client: JiraClient, field_ids: Sequence[str]) -> dict[str, list[float]]:
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


def _candidate(field: Field, samples: Sequence[float]) -> Candidate:
    project = field.scope.project.id if field.scope and field.scope.project else None
    return Candidate(field.id, field.untranslated_name or field.name or field.id, project, tuple(samples))
