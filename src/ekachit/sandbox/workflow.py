"""Workflows: which status can follow which, what the transition's screen asks, what a validator refuses.

A transition's screen is visible to a client (`expand=transitions.fields`); a validator is not: it shows only
as a 400 when the transition is tried, as on real Jira sites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScreenField:
    """A field on a transition's screen."""

    field_id: str
    required: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """An edge of a workflow. `sources` None means that it starts from every status (a global one)."""

    id: str
    name: str
    to: str
    sources: frozenset[str] | None = None
    screen: tuple[ScreenField, ...] = ()
    validator: str | None = None
    """The id of a field that a hidden validator wants set; the screen does not name it as required."""

    def starts_from(self, status_id: str) -> bool:
        """Whether the transition is offered to an issue in this status."""
        return self.sources is None or status_id in self.sources


@dataclass(frozen=True, slots=True)
class Workflow:
    """The statuses of a project and the transitions between them.

    `sets_resolution`: a post function resolves issues that reach a done status, and clears the resolution
    of those that leave it. Many real workflows have none, so "resolved" and "done" are not the same thing.
    """

    name: str
    statuses: tuple[str, ...]
    transitions: tuple[Transition, ...]
    sets_resolution: bool = True

    def available(self, status_id: str) -> list[Transition]:
        """The transitions offered to an issue in this status, in the workflow's order."""
        return [transition for transition in self.transitions if transition.starts_from(status_id)]


class Refusal(Exception):  # noqa: N818 - it is an answer of Jira's, not a fault of the program
    """A write Jira would not do: the two lists its error body has."""

    def __init__(self, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(*messages, errors)
        self.messages = list(messages)
        self.errors = dict(errors or {})


def check(transition: Transition, given: Mapping[str, object], names: Mapping[str, str]) -> None:
    """Refuse a transition as Jira does: fields not on its screen, then required ones, then validators.

    `given` are the fields of the request, `names` the display name of each field.
    """
    on_screen = {asked.field_id for asked in transition.screen}
    if transition.validator:
        on_screen.add(transition.validator)
    strangers = [field_id for field_id in given if field_id not in on_screen]
    if strangers:
        reason = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        raise Refusal(errors={field_id: reason.format(field_id) for field_id in strangers})
    missing = [
        asked.field_id for asked in transition.screen if asked.required and not given.get(asked.field_id)
    ]
    if missing:
        raise Refusal(errors={field_id: f"{names[field_id]} is required." for field_id in missing})
    if transition.validator and not given.get(transition.validator):
        raise Refusal(f"Field {names[transition.validator]} is required.")


def any_to_any(name: str, statuses: Iterable[tuple[str, str]]) -> Workflow:
    """A workflow whose every status can be reached from every other: `statuses` are (id, name) pairs."""
    pairs = tuple(statuses)
    transitions = tuple(
        Transition(str(11 + 10 * index), status_name, status_id)
        for index, (status_id, status_name) in enumerate(pairs)
    )
    return Workflow(name, tuple(status_id for status_id, _ in pairs), transitions)
