"""Worlds made from files: JSON lines, each an issue in a reduced form or as the REST API sends it.

The reduced form has `title` (the key), `summary`, `type`, `priority`, `status`, `resolution`, `date`,
`updated`, `project` and `assignee`. Neither form says which transitions exist, so every status of the file
can follow every other; story points are drawn, as often as each value occurs in public projects.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from ekachit.sandbox import catalogue
from ekachit.sandbox.catalogue import DONE, INDETERMINATE, NEW, IssueType, Named, Status
from ekachit.sandbox.seed import POINT_WEIGHTS, POINTS
from ekachit.sandbox.site import Account, Clock, Issue, Project, Site, key_order, system_clock
from ekachit.sandbox.workflow import any_to_any
from ekachit.sandbox.world import World

WORKFLOW: Final = "records"
DONE_NAMES: Final = frozenset({"Done", "Closed", "Resolved", "Won't Fix"})
STARTED_NAMES: Final = frozenset({"In Progress", "Pull Request"})
SUBTASK_NAMES: Final = frozenset({"sub-task", "subtask"})
KEY: Final = re.compile(r"[A-Z][A-Z0-9_]*-[1-9][0-9]*")
UNPOINTED: Final = 0.3
"""The share of issues that nobody has estimated."""


class BadRecordsError(ValueError):
    """The file holds something that is not an issue; the text says on which line."""


@dataclass(frozen=True, slots=True)
class Record:
    """An issue of a file, in whichever form it came."""

    key: str
    summary: str
    kind: str
    subtask: bool
    priority: str | None
    status: str
    category: str
    resolution: str | None
    created: int
    updated: int
    project: tuple[str, str]
    assignee: str | None
    parent: str | None


def load_world(path: Path | str, *, assign_all: str | None = None, clock: Clock = system_clock) -> World:
    """A world of a file's issues. Each assignee X signs in as `X@example.invalid` with any token.

    `assign_all` gives every issue to one account with that e-mail address. Raises `BadRecordsError`, OSError.
    """
    records = read(Path(path))
    return World(
        lambda world: Loader(world, assign_all).load(records),
        clock=clock,
        title=Path(path).stem,
        open_sign_in=True,
    )


def read(path: Path) -> list[Record]:
    """The issues of a file, in its order. A key that comes again replaces the earlier one."""
    found: dict[str, Record] = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = msgspec.json.decode(line, type=dict[str, Any])
            raw = raw.get("issue", raw)
            record = _from_rest(raw) if "fields" in raw else _from_reduced(raw)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise BadRecordsError(f"{path.name}, line {number}: not an issue ({wrong})") from wrong
        if not KEY.fullmatch(record.key):
            raise BadRecordsError(f"{path.name}, line {number}: {record.key!r} is not an issue key")
        found[record.key] = record
    return list(found.values())


def category_of(status: str, otherwise: str = NEW) -> str:
    """The category of a status, by its name; `otherwise` for names without a rule."""
    if status in DONE_NAMES:
        return DONE
    return INDETERMINATE if status in STARTED_NAMES else otherwise


def _moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _from_reduced(raw: dict[str, Any]) -> Record:
    return Record(
        raw["title"],
        str(raw["summary"]),
        raw["type"],
        raw["type"].casefold() in SUBTASK_NAMES,
        raw["priority"],
        raw["status"],
        category_of(raw["status"]),
        raw["resolution"],
        _moment(raw["date"]),
        _moment(raw["updated"]),
        (raw["project"]["key"], raw["project"]["title"]),
        raw["assignee"],
        _parent_key(raw.get("parent")),
    )


def _parent_key(parent: object) -> str | None:
    """The key of a parent that is a key, or an object with one."""
    if isinstance(parent, dict):
        parent = parent.get("key") or parent.get("title")
    return parent if isinstance(parent, str) else None


def _from_rest(raw: dict[str, Any]) -> Record:
    fields = raw["fields"]
    status, kind, assignee = fields["status"], fields["issuetype"], fields.get("assignee")
    own = status["statusCategory"]["key"]
    return Record(
        raw["key"],
        fields["summary"],
        kind["name"],
        bool(kind["subtask"]),
        (fields.get("priority") or {}).get("name"),
        status["name"],
        category_of(status["name"], own if own in catalogue.CATEGORIES else NEW),
        (fields.get("resolution") or {}).get("name"),
        _moment(fields["created"]),
        _moment(fields["updated"]),
        (fields["project"]["key"], fields["project"]["name"]),
        assignee["accountId"] if assignee else None,
        _parent_key(fields.get("parent")),
    )


class Loader:
    """Puts the records of a file into an empty world. Ids go by the order in which names first occur."""

    def __init__(self, world: Site, assign_all: str | None) -> None:
        self.world = world
        self.everybody = self.person(assign_all) if assign_all else None
        self.dice = random.Random(1)  # noqa: S311 - believable data, not secrets

    def load(self, records: Iterable[Record]) -> None:
        """Everything the records speak of."""
        world, every = self.world, list(records)
        world.fields += catalogue.custom_fields({})
        statuses = self.statuses(every)
        world.add_workflow(
            any_to_any(WORKFLOW, ((entry.id, entry.name) for entry in statuses.values())),
            [*statuses.values()],
        )
        world.priorities |= self.missing(world.priorities, (record.priority for record in every), 10100)
        world.resolutions |= self.missing(world.resolutions, (record.resolution for record in every), 10200)
        self.types(every)
        numbers = {record.key: number for number, record in enumerate(every, 10001)}
        priorities = {entry.name: entry.id for entry in world.priorities.values()}
        resolutions = {entry.name: entry.id for entry in world.resolutions.values()}
        kinds = {entry.name: entry.id for entry in world.types.values()}
        for record in every:
            done = record.category == DONE
            world.add_issue(
                Issue(
                    numbers[record.key],
                    record.key,
                    self.project(record).id,
                    kinds[record.kind],
                    statuses[record.status].id,
                    record.summary,
                    priority_id=priorities[record.priority] if record.priority else None,
                    assignee=self.everybody or (self.person(record.assignee) if record.assignee else None),
                    parent_id=numbers.get(record.parent) if record.parent else None,
                    resolution_id=resolutions[record.resolution] if record.resolution else None,
                    resolved=record.updated if done and record.resolution else None,
                    points=self.points(),
                    created=record.created,
                    updated=record.updated,
                    category_changed=record.updated if done else record.created,
                ),
            )

    def points(self) -> float | None:
        """Story points as real teams give them, or none."""
        return None if self.dice.random() < UNPOINTED else self.dice.choices(POINTS, POINT_WEIGHTS)[0]

    def person(self, name: str) -> str:
        """The account id of an assignee; a name without an address gets one that cannot exist."""
        email = name if "@" in name else f"{name}@example.invalid"
        if name not in self.world.accounts:
            self.world.add_account(Account(name, email, name.partition("@")[0], self.world.time_zone))
        return name

    def project(self, record: Record) -> Project:
        """The record's project, made at its first use."""
        key, name = key_order(record.key)[0], record.project[1]
        found = next((project for project in self.world.projects.values() if project.key == key), None)
        return found or self.world.add_project(
            Project(10000 + len(self.world.projects), key, name, WORKFLOW, types=tuple(self.world.types))
        )

    @staticmethod
    def statuses(records: list[Record]) -> dict[str, Status]:
        """Every status by name, with one of each category added if the file has none."""
        plain = {"To Do": NEW, "In Progress": INDETERMINATE, "Done": DONE}
        named = {record.status: record.category for record in records}
        for name, category in plain.items():
            if category not in named.values():
                named[name] = category
        return {
            name: Status(str(10000 + place), name, category)
            for place, (name, category) in enumerate(named.items())
        }

    @staticmethod
    def missing(known: dict[str, Named], names: Iterable[str | None], first: int) -> dict[str, Named]:
        """Entries for the names a list does not hold yet."""
        have = {entry.name for entry in known.values()}
        new = [name for name in dict.fromkeys(names) if name and name not in have]
        return {str(first + place): Named(str(first + place), name, "") for place, name in enumerate(new)}

    def types(self, records: list[Record]) -> None:
        """Issue types for the names a site does not start with."""
        have = {entry.name for entry in self.world.types.values()}
        for place, (name, subtask) in enumerate({record.kind: record.subtask for record in records}.items()):
            if name not in have:
                kind = IssueType(str(10300 + place), name, -1 if subtask else 0)
                self.world.types[kind.id] = kind
