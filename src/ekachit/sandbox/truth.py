"""Keeping the truth about transitions that are asked for: what the issue was before, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ekachit.sandbox.calls import Asked
from ekachit.sandbox.change import API, Received
from ekachit.sandbox.endpoints import TransitionBody
from ekachit.sandbox.site import AbsentError, Issue
from ekachit.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Before:
    """The issue of a request before Jira sees it: its status, and how many changes of it there were."""

    issue: Issue | None
    status_id: str | None = None
    changes: int = 0


def before(world: World, asked: Asked) -> Before:
    """How the issue in a request's path is now."""
    try:
        issue = world.issue(asked.ref)
    except AbsentError:
        return Before(None)
    return Before(issue, issue.status_id, len(world.history.get(issue.id, ())))


def note(world: World, asked: Asked, was: Before, status: int | None, account_id: str | None) -> None:
    """Keep what came of a transition; `status` None: a fault kept it from Jira."""
    # What a rule did at once after the transition is not the transition's doing.
    made = world.history.get(was.issue.id, [])[was.changes :] if was.issue else []
    after = next((each.after for each in made if each.via == API), was.status_id)
    world.received.append(
        Received(
            asked.number,
            world.now(),
            asked.ref,
            was.issue.id if was.issue else None,
            account_id,
            _transition_in(asked.body),
            _category(world, was.status_id),
            _category(world, after),
            was.status_id,
            after,
            status,
        )
    )


def _category(world: World, status_id: str | None) -> str | None:
    return None if status_id is None else world.statuses[status_id].category


def _transition_in(body: bytes) -> str:
    """The id of the transition that a body asks for, empty where it makes no sense."""
    try:
        asked = msgspec.json.decode(body, type=TransitionBody)
    except msgspec.DecodeError:
        return ""
    return str(asked.transition.id) if asked.transition else ""
