"""What a history keeps beside the database, to compare it with: entries as they came and ended, what Jira received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ekachit import rows
from ekachit.connections.models import Project
from ekachit.sandbox.world import World
from ekachit.sync.models import OPEN_STATES
from tests.sync.sending.line import Write
from tests.sync.simulation.model import STATUS
from tests.sync.simulation.stage import Person

Ended = tuple[str, str, str, str, object]
# Which statuses of Jira count as Done and as In Progress, whatever their categories.
Config = tuple[str, str]


_ENTRIES = """
SELECT entry.id, entry.task_id, link.issue_id, link.key, entry.wanted, entry.base, entry.state, entry.code,
  entry.attempts, entry.posted_at, entry.ended_at, entry.left_at
FROM sync_outboxentry entry JOIN sync_link link ON link.task_id = entry.task_id WHERE entry.user_id = %s ORDER BY entry.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An outbox entry, without what a model costs. Of its times it is looked at only whether they are there."""

    pk: int
    task_id: int
    issue_id: str
    key: str
    wanted: str
    base: str
    state: str
    code: str
    attempts: int
    posted_at: object
    ended_at: object
    left_at: object


def is_open(entry: Entry) -> bool:
    return entry.state in OPEN_STATES


@dataclass(slots=True)
class Books:
    """`born` has what an issue's history was when an entry began, `made` how often Jira made an entry's transition.

    `to_be_told` are entries that went over somebody's change; `kept_here` are tasks whose status may differ from
    Jira's with nothing on its way: what the person said while nothing could be sent.
    """

    born: dict[int, tuple[str, int, str]] = field(default_factory=dict)
    ended: dict[int, Ended] = field(default_factory=dict)
    made: Counter[int] = field(default_factory=Counter)
    last_made: dict[int, Write] = field(default_factory=dict)
    to_be_told: dict[int, Write] = field(default_factory=dict)
    edited_between: set[int] = field(default_factory=set)
    kept_here: set[int] = field(default_factory=set)
    proved: dict[str, int] = field(default_factory=dict)
    configs: set[Config] = field(default_factory=lambda: {("", "")})
    paths: bool = False

    def note_new(self, person: Person, world: World) -> list[Entry]:
        """Note entries that have begun; returns them."""
        fresh = [each for each in self.entries(person) if each.pk not in self.born]
        for each in fresh:
            issue = world.issues.get(int(each.issue_id))
            changes = len(world.history.get(int(each.issue_id), ()))
            self.born[each.pk] = each.issue_id, changes, issue.status_id if issue else ""
        return fresh

    @staticmethod
    def entries(person: Person) -> list[Entry]:
        """Every entry of the person's, oldest first."""
        return [Entry(*each) for each in rows.select(_ENTRIES, [person.user.pk])]

    def ways_to_count(self, world: World, status_id: str) -> set[str]:
        """What a status of Jira's may count as here, by any of the choices that were made for projects."""
        if status_id not in world.statuses:
            return set(STATUS.values())
        plain = STATUS.get(world.statuses[status_id].category, "")
        return {counted(status_id, plain, each) for each in self.configs}

    def had(self, world: World, issue_id: str, changes: int, first: str) -> set[str]:
        """What an issue has counted as since it had so many changes and this status."""
        later = [each.after for each in world.history.get(int(issue_id), ())[changes:]]
        return set().union(*(self.ways_to_count(world, each) for each in (first, *later)))

    @staticmethod
    def switched_off(person: Person) -> frozenset[str]:
        """The projects whose changes do not go to Jira now."""
        every = Project.objects.filter(connection=person.connection).exclude(two_way=True, picked=True)
        return frozenset(every.values_list("project_id", flat=True))

    def plain(self, person: Person) -> list[Any]:
        """The entries without keys of rows: equal for two runs of one history."""
        return [
            [each.issue_id, each.wanted, each.base, each.state, each.code, each.attempts]
            for each in self.entries(person)
        ]


def counted(status_id: str, plain: str, config: Config) -> str:
    """What a status counts as by one choice, `plain` being what its category says."""
    done, progress = config
    if status_id == done:
        return "done"
    return "in_progress" if status_id == progress else plain
