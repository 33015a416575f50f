"""What reconcile may decide: a closed union. Whoever applies it handles each kind or does not type-check."""

from __future__ import annotations

from msgspec import Struct

from ekachit.domain.sync.state import Issue, Presence, Values


class Create(Struct, frozen=True):
    """Make a task for an issue that has none."""

    issue: Issue
    values: Values


class SetAside(Struct, frozen=True):
    """Both sides changed the status since they last agreed: Jira's is taken, `ours` is kept in a record."""

    base: str
    ours: str
    jiras: str


class Update(Struct, frozen=True):
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


class Keep(Struct, frozen=True):
    """Nothing differs in what we hold; at most Jira's version moves on."""

    task_id: int
    issue: Issue


class MarkGone(Struct, frozen=True):
    """The issue is proven not to be the person's any more; its task stays and says so."""

    task_id: int
    issue_id: str


Action = Create | Update | Keep | MarkGone
