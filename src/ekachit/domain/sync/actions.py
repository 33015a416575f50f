"""What reconcile may decide: a closed union. Whoever applies it handles each kind or does not type-check."""

from __future__ import annotations

from dataclasses import dataclass

from ekachit.domain.sync.state import Issue, Presence, Values


@dataclass(frozen=True, slots=True)
class Create:
    """Make a task for an issue that has none."""

    issue: Issue
    values: Values


@dataclass(frozen=True, slots=True)
class SetAside:
    """Both sides changed the status since they last agreed: Jira's is taken, `ours` is kept in a record."""

    base: str
    ours: str
    jiras: str


@dataclass(frozen=True, slots=True)
class Update:
    """Take over what Jira changed.

    `changed` names the differing fields of `Values`, for the receipt. `status` is the task's status from now
    on; it is the one it has where only Jira's other values changed. `presence` is where the issue stands now.
    """

    task_id: int
    issue: Issue
    values: Values
    changed: tuple[str, ...]
    status: str
    presence: Presence
    set_aside: SetAside | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing differs in what we hold; at most Jira's version moves on."""

    task_id: int
    issue: Issue


@dataclass(frozen=True, slots=True)
class MarkGone:
    """The issue is proven not to be the person's any more; its task stays and says so."""

    task_id: int
    issue_id: str


Action = Create | Update | Keep | MarkGone
