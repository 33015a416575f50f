"""What is known of a project's workflow from the transitions that were seen, and how Jira's shapes become values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ekachit.connections.models import Project
from ekachit.domain.sync.status import Category, category_of, task_status
from ekachit.domain.sync.transitions import (
    Edge,
    NoWay,
    Option,
    ScreenField,
    Target,
    Transition,
    Value,
    Way,
    choose,
    find_path,
)
from ekachit.jira import wire_workflow
from ekachit.sync.translate import Reading
from ekachit.tasks.models import Status

MOST_OPTIONS = 100
# Types of fields that take several values, or people: no single choice, so none is offered.
_MANY = frozenset({"array", "user", "group"})


def transition_from(seen: wire_workflow.Transition) -> Transition | None:
    """Return a transition as a value; None where Jira does not say where it leads."""
    if seen.to is None:
        return None
    return Transition(
        id=seen.id,
        name=seen.name,
        to_id=seen.to.id,
        to_name=seen.to.name,
        to_category=_category(seen.to),
        fields=tuple(_screen_field(name, each) for name, each in seen.fields.items()),
        available=seen.is_available,
    )


def _category(status: wire_workflow.Status) -> Category:
    found = status.status_category
    return category_of(found.key, found.id) if found else Category.UNDEFINED


def _screen_field(field_id: str, seen: wire_workflow.TransitionField) -> ScreenField:
    kind = seen.schema.type if seen.schema else None
    listed = () if kind in _MANY else (seen.allowed_values or ())
    options = tuple(_option(each) for each in listed[:MOST_OPTIONS])
    return ScreenField(field_id, seen.name or field_id, seen.required, seen.has_default_value, options)


def _option(value: wire_workflow.AllowedValue | str) -> Option:
    if isinstance(value, str):
        return Option("", value)
    return Option(value.id or "", value.name or value.value or value.id or "")


@dataclass(frozen=True, slots=True)
class Rules:
    """How status changes of one project are sent.

    `edges` are by issue type, then by status id; `statuses` has category and name of those that were seen.
    """

    targets: Mapping[str, Target]
    values: Mapping[str, Value]
    allow_path: bool
    reading: Reading
    edges: Mapping[str, Mapping[str, Sequence[Edge]]] = field(default_factory=dict)
    statuses: Mapping[str, tuple[Category, str]] = field(default_factory=dict)

    def status_of(self, status_id: str, category: Category) -> str:
        """Return the task's status that a Jira status counts as in this project."""
        return task_status(self.category_of(status_id, category))

    def category_of(self, status_id: str, category: Category) -> Category:
        """Return the category that a Jira status counts as in this project."""
        return self.reading.counts_as.get(status_id, category)


def rules_of(project: Project, reading: Reading) -> Rules:
    """Return a project's rules as stored."""
    targets = {
        Status.TODO.value: Target(Category.NEW),
        Status.IN_PROGRESS.value: Target(Category.INDETERMINATE, project.progress_status_id),
        Status.DONE.value: Target(Category.DONE, project.done_status_id),
    }
    values = {
        field_id: Value(each["name"], each.get("id", ""), bool(each.get("revealed")))
        for field_id, each in project.chosen_values.items()
    }
    edges = {
        issue_type: {
            start: [_edge(each, reading.counts_as) for each in seen] for start, seen in by_status.items()
        }
        for issue_type, by_status in project.workflow.items()
    }
    statuses = {
        to_id: (Category(category), name)
        for by_status in project.workflow.values()
        for seen in by_status.values()
        for to_id, category, _, name in seen
    }
    return Rules(targets, values, project.allow_path, reading, edges, statuses)


def next_way(
    rules: Rules, issue_type: str, status_id: str, wanted: str, offered: Sequence[Transition]
) -> Way | NoWay:
    """Return the transition straight to where a status goes, else the first one of a way that is known and allowed.

    Args:
        rules: the project's.
        issue_type: the issue's type: workflows differ by it.
        status_id: the status that Jira has now.
        wanted: the task's status that is wanted.
        offered: the transitions open to the person now.
    """
    target = rules.targets[wanted]
    # A status that was chosen to mean something else here does not lead to what its category says.
    offered = [replace(each, to_category=rules.category_of(each.to_id, each.to_category)) for each in offered]
    direct = choose(offered, target, rules.values)
    if isinstance(direct, Way) or direct.code != "no_transition" or not rules.allow_path:
        return direct
    path = find_path(status_id, target, rules.edges.get(issue_type, {}))
    steps = [each for each in offered if path and each.to_id == path[0] and not each.missing({})]
    step = min(steps, key=lambda each: each.id, default=None)
    return direct if step is None else Way(step)


def with_seen(
    workflow: dict[str, Any], issue_type: str, status_id: str, transitions: Iterable[Transition]
) -> dict[str, Any]:
    """Return a stored workflow with what was now seen to start from a status, in place of what was seen before."""
    edges = [
        [each.to_id, each.to_category.value, not each.missing({}), each.to_name]
        for each in transitions
        if each.available and each.to_id != status_id
    ]
    return {**workflow, issue_type: {**workflow.get(issue_type, {}), status_id: edges}}


def _edge(stored: Sequence[Any], counts_as: Mapping[str, Category]) -> Edge:
    return Edge(stored[0], counts_as.get(stored[0], Category(stored[1])), bool(stored[2]))
