"""Which transition to take. Pure and deterministic: the same issue and the same answer give the same choice."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ekachit.domain.sync.status import Category

# A detour longer than this is a workflow for people, not for a planner.
LONGEST_PATH = 4


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a field may take."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ScreenField:
    """A field of a transition's screen. `options` is empty where Jira names no values, as for texts."""

    id: str
    name: str
    required: bool = False
    has_default: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """An edge of the workflow that is open to the person now."""

    id: str
    name: str
    to_id: str
    to_name: str
    to_category: Category
    fields: tuple[ScreenField, ...] = ()
    available: bool = True

    def missing(self, values: Mapping[str, Value]) -> tuple[ScreenField, ...]:
        """The fields that Jira requires, has no default for, and no value was chosen for."""
        return tuple(
            each
            for each in self.fields
            if each.required and not each.has_default and not _fits(each, values.get(each.id))
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the person chose for a field, once for the project.

    `revealed`: Jira showed the field in no screen and named it only in a refusal, so that no screen can say
    whether it is taken.
    """

    name: str
    id: str = ""
    revealed: bool = False

    def wire(self) -> dict[str, str]:
        """Return it as Jira takes a single choice: by id, else by name."""
        return {"id": self.id} if self.id else {"name": self.name}


@dataclass(frozen=True, slots=True)
class Target:
    """Where an issue is to go: to this status, or to any status of the category where none is configured."""

    category: Category
    status_id: str = ""

    def reached(self, status_id: str, category: Category) -> bool:
        """Return whether a status is where the issue is to go."""
        return status_id == self.status_id if self.status_id else category is self.category

    def fits(self, transition: Transition) -> bool:
        """Return whether a transition leads there."""
        return self.reached(transition.to_id, transition.to_category)


@dataclass(frozen=True, slots=True)
class Way:
    """The transition to take, with the fields to send."""

    transition: Transition
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoWay:
    """No transition can be taken. Codes: `no_transition`; `field_required` with the `fields` that lack a value."""

    code: str
    fields: tuple[ScreenField, ...] = ()


def choose(transitions: Iterable[Transition], target: Target, values: Mapping[str, Value]) -> Way | NoWay:
    """Return the transition to take now.

    Of those that lead to the configured status, else to the category: the one with the fewest required fields that
    have neither a default nor a chosen value, else the lowest id. It is taken only if none is missing.

    Args:
        transitions: those open to the person, as Jira lists them for the issue's present status.
        target: where the issue is to go.
        values: what the person chose for fields of this project, by field id.
    """
    leading = [each for each in transitions if each.available and target.fits(each)]
    if not leading:
        return NoWay("no_transition")
    best = min(leading, key=lambda each: (len(each.missing(values)), *_by_id(each.id)))
    missing = best.missing(values)
    if missing:
        return NoWay("field_required", missing)
    return Way(best, dict(_to_send(best, values)))


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition that was seen before from some status: where it leads, and whether it asks for nothing."""

    to_id: str
    to_category: Category
    free: bool


def find_path(start: str, target: Target, edges: Mapping[str, Sequence[Edge]]) -> tuple[str, ...]:
    """Return the ids of the statuses to pass through to a target, the target's last; empty where no way is known.

    The shortest way over transitions that ask for no field, ties by the order in which they were seen. At most
    `LONGEST_PATH` steps.

    Args:
        start: the id of the present status.
        target: where the issue is to go.
        edges: what is known of the workflow, by the id of the status an edge starts from.
    """
    seen = {start}
    waiting: deque[tuple[str, ...]] = deque([()])
    while waiting:
        way = waiting.popleft()
        if len(way) >= LONGEST_PATH:
            continue
        for edge in edges.get(way[-1] if way else start, ()):
            if not edge.free or edge.to_id in seen:
                continue
            if target.reached(edge.to_id, edge.to_category):
                return (*way, edge.to_id)
            seen.add(edge.to_id)
            waiting.append((*way, edge.to_id))
    return ()


def _fits(asked: ScreenField, value: Value | None) -> bool:
    if value is None:
        return False
    return not asked.options or any(
        value.id == each.id if value.id else value.name == each.name for each in asked.options
    )


def _to_send(transition: Transition, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """What the screen takes; and what only a refusal revealed, which no screen can speak of."""
    on_screen = {each.id: each for each in transition.fields}
    for field_id, value in sorted(values.items()):
        asked = on_screen.get(field_id)
        if (asked is not None and _fits(asked, value)) or (asked is None and value.revealed):
            yield field_id, value


def _by_id(transition_id: str) -> tuple[int, str]:
    """Ids are numbers that come as texts: 9 before 11."""
    return (int(transition_id), "") if transition_id.isdecimal() else (2**63, transition_id)
