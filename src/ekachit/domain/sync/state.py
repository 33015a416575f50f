"""The values that reconcile works on: what Jira shows, what we hold.

Those that there are as many of as issues are msgspec structs: frozen like the others, and made in a tenth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from ekachit.domain.sync.status import Category

CHECKLIST_LIMIT = 30


class Subtask(Struct, frozen=True):
    """A sub-task as its parent lists it."""

    issue_id: str
    key: str
    title: str
    done: bool


class Issue(Struct, frozen=True):
    """One issue as a pass read it. `version` is Jira's `updated`: it orders answers and nothing else."""

    issue_id: str
    key: str
    project_id: str
    title: str
    category: Category
    status_name: str
    version: datetime
    status_id: str = ""
    priority_name: str = ""
    priority_rank: int | None = None
    points: float | None = None
    issue_type: str = ""
    is_subtask: bool = False
    parent_id: str | None = None
    subtasks: tuple[Subtask, ...] = ()


class Values(Struct, frozen=True):
    """What both sides can differ in. Kept as the link's base: the values they last agreed on.

    `checklist` has every sub-task whose home it is; a task shows the first `CHECKLIST_LIMIT` of them.
    """

    title: str
    status: str
    status_name: str
    priority_name: str
    priority_rank: int | None
    points: float | None
    key: str
    project_id: str
    issue_type: str
    checklist: tuple[Subtask, ...]

    @property
    def shown(self) -> tuple[Subtask, ...]:
        """The lines that the task's checklist shows."""
        return self.checklist[:CHECKLIST_LIMIT]

    @property
    def more(self) -> int:
        """How many sub-tasks are in Jira beyond those shown."""
        return len(self.checklist) - len(self.shown)


class Presence(StrEnum):
    """What the last proof said of an issue."""

    CURRENT = "current"
    GONE = "gone"
    NOT_PICKED = "not_picked"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in question: the picked projects, and the issues that have or get an open task, by id."""

    picked: frozenset[str]
    imported: frozenset[str] = field(default_factory=frozenset)


class Held(Struct, frozen=True):
    """A task that is tied to an issue, as we hold it.

    `values` is the base: what both sides last agreed on. `status` is the task's own, which the person may have
    changed since. While a change of it is being sent (`sending`), whoever sends it also reads it back. `posted` is the
    status that a write of ours may have given it in Jira, whose answer was lost.
    """

    task_id: int
    issue_id: str
    version: datetime | None
    values: Values
    presence: Presence
    status: str
    sending: bool = False
    posted: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteView:
    """What one pass (or one page of it) read of the issues it asked for."""

    issues: tuple[Issue, ...]
    # Issues asked for one by one and proven not to be ours any more; never guessed from a listing alone.
    absent: frozenset[str] = field(default_factory=frozenset)
