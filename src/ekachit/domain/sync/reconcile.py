"""Compare what Jira showed with what we hold, and say what to do. Pure; level-triggered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, Update
from ekachit.domain.sync.state import Held, Issue, Presence, RemoteView, Values
from ekachit.domain.sync.status import task_status


def reconcile(view: RemoteView, held: Mapping[str, Held], imported: frozenset[str]) -> tuple[Action, ...]:
    """Return what to do about the issues of a view.

    Args:
        view: what the pass read.
        held: our tasks tied to these issues, by issue id.
        imported: ids of the issues that have or get an open task, for the one home of a sub-task.

    Returns:
        One action for each issue that needs one, in the view's order. An answer older than what is known is
        ignored, as is a second copy of an issue; a task is never deleted.
    """
    decided: dict[str, Action] = {}
    for issue in view.issues:
        if issue.issue_id in decided:
            continue
        action = _decide(issue, held.get(issue.issue_id), held, imported)
        if action is not None:
            decided[issue.issue_id] = action
    return (*decided.values(), *_absences(view.absent, held))


def lives_in_checklist(issue: Issue, held: Mapping[str, Held], imported: frozenset[str]) -> bool:
    """Return whether a sub-task's one home is its parent's checklist.

    It is when the parent is imported; but a sub-task that already has a task of its own keeps it, since a task
    is never taken away.
    """
    return (
        issue.is_subtask
        and issue.parent_id is not None
        and issue.parent_id in imported
        and issue.issue_id not in held
    )


def _decide(
    issue: Issue, known: Held | None, held: Mapping[str, Held], imported: frozenset[str]
) -> Action | None:
    if known is None:
        if lives_in_checklist(issue, held, imported) or task_status(issue.category) == "done":
            return None
        return Create(issue, values_of(issue, before=None, own_tasks=held.keys()))
    if known.version is not None and issue.version < known.version:
        return None
    values = values_of(issue, before=known.status, own_tasks=held.keys())
    changed = tuple(_differences(known.values, values))
    if known.presence is not Presence.CURRENT:
        changed = (*changed, "presence")
    if changed:
        return Update(known.task_id, issue, values, changed)
    return Keep(known.task_id, issue)


def values_of(issue: Issue, *, before: str | None, own_tasks: Iterable[str] = ()) -> Values:
    """Return the values that a task takes from an issue (`design`, Map).

    Args:
        issue: as read.
        before: the task's status until now, kept where the category cannot be read.
        own_tasks: ids of issues with a task of their own; they are not on a checklist too.
    """
    elsewhere = frozenset(own_tasks)
    lines = tuple({sub.issue_id: sub for sub in issue.subtasks if sub.issue_id not in elsewhere}.values())
    return Values(
        title=issue.title,
        status=task_status(issue.category, before=before),
        status_name=issue.status_name,
        priority_name=issue.priority_name,
        priority_rank=issue.priority_rank,
        points=issue.points,
        key=issue.key,
        project_id=issue.project_id,
        issue_type=issue.issue_type,
        checklist=lines,
    )


def _differences(before: Values, after: Values) -> Iterator[str]:
    return (
        field.name for field in fields(Values) if getattr(before, field.name) != getattr(after, field.name)
    )


def _absences(absent: frozenset[str], held: Mapping[str, Held]) -> Iterator[MarkGone]:
    for issue_id in sorted(absent):
        known = held.get(issue_id)
        if known is not None and known.presence is Presence.CURRENT:
            yield MarkGone(known.task_id)
