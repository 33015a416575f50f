"""The sync in dictionaries: what a calm pass makes of what we hold and what Jira truly has (I24).

No database, no pages, no leases, no faults. Written from the rules of the product alone, to disagree with the engine
where one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ekachit.sandbox.site import Issue
from ekachit.sandbox.world import World
from tests.sync.simulation.rows import Rows

STATUS = {"new": "todo", "indeterminate": "in_progress", "done": "done"}


@dataclass(slots=True)
class Held:
    """A task in the model."""

    status: str
    agreed: str
    presence: str
    title: str
    points: float | None
    lines: list[tuple[str, str, bool]]
    version: int
    key: str
    name: str


@dataclass(slots=True)
class Model:
    """Everything one person holds, by issue id."""

    tasks: dict[str, Held]
    aside: list[tuple[str, str, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Rows) -> Model:
        """The model that holds what the database holds."""
        tasks = {
            each: Held(
                row.status, row.agreed, row.presence, row.task["title"], row.task["points"],
                [(line["issue_id"], line["title"], line["done"]) for line in row.link["base"]["checklist"]],
                round(row.version.timestamp() * 1000), row.link["key"], row.link["jira_status"],
            )
            for each, row in rows.tasks.items()
        }  # fmt: skip
        return cls(tasks, [(each.issue_id, each.base, each.ours, each.jiras) for each in rows.conflicts])

    def sync(  # each is asked for by name
        self,
        world: World,
        account: str,
        picked: set[str],
        *,
        suspects: set[str],
        put_aside: set[str],
        turn: Callable[[set[str]], Collection[str]],
    ) -> None:
        """A calm pass: everything is read but what could not be read at this version, nothing changes meanwhile.

        `turn` tells whose turn it is to be read though nothing tells of a change.
        """
        mine = {str(each): world.issues[each] for each in sorted(world.assigned_ids(account))}
        listed = {
            each: issue
            for each, issue in mine.items()
            if str(issue.project_id) in picked and world.category(issue) != "done" and each not in put_aside
        }
        ours = self.open_in_jira()
        reopened = {
            each
            for each, held in self.tasks.items()
            if held.presence == "current" and held.agreed == "done" != held.status
        }
        read_again = turn(ours | reopened)
        ours |= reopened & set(read_again)
        lines = {ref for held in self.tasks.values() for ref, _, _ in held.lines}
        read = sorted(listed.keys() | (ours & mine.keys()), key=int)
        for each in (ref for ref in read if not _is_part(world, mine[ref]) or ref in self.tasks):
            untold = {
                str(part.id) for part in world.subtasks(mine[each])
            } & listed.keys() - self.tasks.keys() - lines
            again = each not in listed or each in read_again or bool(untold)
            if again or not self.known_already(world, each, mine[each]):
                self.take(world, each, mine[each], picked)
        absent = ours - mine.keys()
        agreed = absent & suspects
        for each in agreed if 2 * len(absent) > len(ours) and absent - agreed else absent:
            self.tasks[each].presence = "gone"
        homes = self.open_in_jira()
        for each in (ref for ref in read if ref not in self.tasks):
            if str(mine[each].parent_id) not in homes - absent:
                self.take(world, each, mine[each], picked)

    def open_in_jira(self) -> set[str]:
        """The issues in the person's list that were open when both sides last agreed."""
        return {
            each for each, held in self.tasks.items() if held.presence == "current" and held.agreed != "done"
        }

    def known_already(self, world: World, ref: str, issue: Issue) -> bool:
        """Whether nothing tells that an issue of the list changed: version, key and status are known, no line is open."""
        held = self.tasks.get(ref)
        return (
            held is not None
            and (held.key, held.version) == (issue.key, issue.updated)
            and (held.name, held.agreed) == (_name(world, issue), _status(world, issue, held.agreed))
            and (held.presence, held.agreed != "done") == ("current", True)
            and all(done for _, _, done in held.lines)
        )

    def take(self, world: World, ref: str, issue: Issue, picked: set[str]) -> None:
        """Take over what Jira has of one issue."""
        held, was = self.tasks.get(ref), world.category(issue)
        parts = [
            (str(each.id), each.summary, world.category(each) == "done")
            for each in world.subtasks(issue)
            if not each.hidden and str(each.id) not in self.tasks
        ]
        if held is None:
            status = STATUS.get(was, "todo")
            self.tasks[ref] = Held(
                status, status, "current", issue.summary, issue.points, parts, issue.updated, issue.key,
                _name(world, issue),
            )  # fmt: skip
            return
        jiras = _status(world, issue, held.agreed)
        held.name = _name(world, issue)
        if jiras != held.agreed:
            if held.status not in {held.agreed, jiras}:
                self.aside.append((ref, held.agreed, held.status, jiras))
            held.status = held.agreed = jiras
        held.title, held.points, held.lines, held.key = issue.summary, issue.points, parts, issue.key
        held.version = max(held.version, issue.updated)
        held.presence = "current" if str(issue.project_id) in picked else "not_picked"


def _name(world: World, issue: Issue) -> str:
    return world.statuses[issue.status_id].name


def _status(world: World, issue: Issue, before: str) -> str:
    return STATUS.get(world.category(issue), before)


def _is_part(world: World, issue: Issue) -> bool:
    return world.types[issue.type_id].level < 0
