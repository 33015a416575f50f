"""Correlated worlds for the pure core: one base, changed once in Jira and once here.

Two sides drawn apart would hardly ever meet; drawn from one base they conflict, agree and miss each other as real
ones do.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, Update
from ekachit.domain.sync.reconcile import values_of
from ekachit.domain.sync.state import Held, Issue, Presence, RemoteView, Scope, Subtask
from ekachit.domain.sync.status import Category

START = datetime(2026, 3, 2, tzinfo=UTC)
CATEGORIES = (Category.NEW, Category.INDETERMINATE, Category.DONE, Category.UNDEFINED)
STATUSES = ("todo", "in_progress", "done")
PROJECTS = ("1", "2", "3")


@dataclass(slots=True)
class World:
    """What Jira has and had (`past`), what we hold, and what is picked. `tick` is Jira's clock."""

    jira: dict[str, Issue]
    held: dict[str, Held]
    picked: frozenset[str]
    tick: int = 0
    tasks: int = 0
    past: dict[str, Issue] = field(default_factory=dict)

    def now(self) -> datetime:
        self.tick += 1
        return START + timedelta(milliseconds=self.tick)

    def scope(self) -> Scope:
        """What the shell passes in: open tasks, and issues that get one."""
        known = {
            each
            for each, held in self.held.items()
            if held.values.status != "done" and held.presence is Presence.CURRENT
        }
        new = {
            each.issue_id
            for each in self.jira.values()
            if not each.is_subtask and each.category is not Category.DONE and each.project_id in self.picked
        }
        return Scope(self.picked, frozenset(known | new))

    def view(self, absent: frozenset[str] = frozenset()) -> RemoteView:
        return RemoteView(tuple(self.jira.values()), absent)

    def gone(self) -> frozenset[str]:
        return frozenset(self.held.keys() - self.jira.keys())


def draw(dice: random.Random, size: int) -> World:
    """A base that both sides agree on."""
    world = World({}, {}, frozenset(dice.sample(PROJECTS, dice.choice((1, 2, 3)))))
    for number in range(dice.randint(1, size)):
        issue = draw_issue(dice, world, str(100 + number))
        world.jira[issue.issue_id] = issue
        tell_parent(world, issue)
        if dice.random() < 0.8:
            adopt(world, issue)
    return world


def tell_parent(world: World, issue: Issue) -> None:
    """The parent lists a sub-task, and its own version says nothing of it."""
    parent = world.jira.get(issue.parent_id or "")
    if parent is not None:
        line = Subtask(issue.issue_id, issue.key, issue.title, issue.category is Category.DONE)
        world.jira[parent.issue_id] = replace(parent, subtasks=(*parent.subtasks, line))


def draw_issue(dice: random.Random, world: World, issue_id: str) -> Issue:
    parents = [each.issue_id for each in world.jira.values() if not each.is_subtask]
    part = bool(parents) and dice.random() < 0.3
    return Issue(
        issue_id,
        f"K-{issue_id}",
        dice.choice(PROJECTS),
        f"Title {dice.randint(0, 3)}",
        dice.choice(CATEGORIES),
        f"Status {dice.randint(0, 3)}",
        world.now(),
        points=dice.choice((None, 1.0, 5.0)),
        is_subtask=part,
        parent_id=dice.choice(parents) if part else None,
        subtasks=() if part else draw_lines(dice, issue_id),
    )


def draw_lines(dice: random.Random, issue_id: str) -> tuple[Subtask, ...]:
    number = dice.choice((0, 0, 0, 1, 3, 35))
    return tuple(
        Subtask(f"{issue_id}{place:02}", f"K-{place}", f"Part {place}", dice.random() < 0.5)
        for place in range(number)
    )


def adopt(world: World, issue: Issue) -> None:
    """Hold the issue as it is, as if a pass had just read it."""
    values = values_of(issue, before=None, own_tasks=())
    world.tasks += 1
    picked = Presence.CURRENT if issue.project_id in world.picked else Presence.NOT_PICKED
    world.held[issue.issue_id] = Held(
        world.tasks, issue.issue_id, issue.version, values, picked, values.status
    )


def change_jira(dice: random.Random, world: World, changes: int) -> None:
    """Somebody works in Jira."""
    for _ in range(changes):
        ids = sorted(world.jira)
        if not ids or dice.random() < 0.15:
            issue = draw_issue(dice, world, str(500 + world.tick))
            world.jira[issue.issue_id] = issue
            continue
        issue = world.jira[dice.choice(ids)]
        if dice.random() < 0.15:
            del world.jira[issue.issue_id]
            continue
        name, value = dice.choice(
            (
                ("category", dice.choice(CATEGORIES)),
                ("category", dice.choice(CATEGORIES)),
                ("title", f"Title {dice.randint(0, 3)}"),
                ("points", dice.choice((None, 2.0))),
                ("project_id", dice.choice(PROJECTS)),
                ("subtasks", () if issue.is_subtask else draw_lines(dice, issue.issue_id)),
            )
        )
        world.past[issue.issue_id] = issue
        change: dict[str, Any] = {str(name): value}
        world.jira[issue.issue_id] = replace(issue, **change, version=world.now())


def change_here(dice: random.Random, world: World, changes: int) -> None:
    """The person works here."""
    for _ in range(changes):
        if world.held:
            each = dice.choice(sorted(world.held))
            world.held[each] = replace(world.held[each], status=dice.choice(STATUSES))
    if dice.random() < 0.2:
        world.picked = frozenset(dice.sample(PROJECTS, dice.choice((1, 2, 3))))


def apply(world: World, actions: tuple[Action, ...]) -> None:
    """Do what was decided, as the shell does."""
    for action in actions:
        match action:
            case Create(issue=issue, values=values):
                world.tasks += 1
                world.held[issue.issue_id] = Held(
                    world.tasks, issue.issue_id, issue.version, values, Presence.CURRENT, values.status
                )
            case Update(issue=issue, values=values, status=status, presence=presence):
                held = world.held[issue.issue_id]
                world.held[issue.issue_id] = Held(
                    held.task_id, issue.issue_id, issue.version, values, presence, status
                )
            case Keep(issue=issue):
                world.held[issue.issue_id] = replace(world.held[issue.issue_id], version=issue.version)
            case MarkGone(issue_id=issue_id):
                world.held[issue_id] = replace(world.held[issue_id], presence=Presence.GONE)
