"""Compare what Jira showed with what we hold, and say what to do. Pure; level-triggered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, SetAside, Update
from ekachit.domain.sync.state import Held, Issue, Presence, RemoteView, Scope, Subtask, Values
from ekachit.domain.sync.status import task_status


def reconcile(view: RemoteView, held: Mapping[str, Held], scope: Scope) -> tuple[Action, ...]:
    """Return what to do about the issues of a view.

    Args:
        view: what the pass read.
        held: our tasks tied to these issues and to their sub-tasks, by issue id.
        scope: which projects are picked, and which issues have or get an open task.

    Returns:
        One action for each issue that needs one, in the view's order. An answer older than what is known is
        ignored, as are a second copy of an issue and one whose status is being changed in Jira at this moment; a
        task is never deleted.
    """
    decided: dict[str, Action] = {}
    for issue in view.issues:
        if issue.issue_id in decided:
            continue
        known = held.get(issue.issue_id)
        action = _new(issue, held, scope) if known is None else _known(issue, known, held, scope)
        if action is not None:
            decided[issue.issue_id] = action
    return (*decided.values(), *_absences(view.absent - decided.keys(), held))


def merge_status(*, base: str, ours: str, jiras: str) -> tuple[str, SetAside | None]:
    """Return the task's status after a three-way comparison, and what has to be set aside for it.

    Where only one side changed since `base`, that side's change stands; where both did and differ, Jira wins
    (`design`, Conflict).
    """
    if jiras in {base, ours}:
        return ours, None
    if ours == base:
        return jiras, None
    return jiras, SetAside(base, ours, jiras)


def lives_in_checklist(issue: Issue, held: Mapping[str, Held], scope: Scope) -> bool:
    """Return whether a sub-task's one home is its parent's checklist.

    It is when the parent is imported; but a sub-task that already has a task of its own keeps it, since a task
    is never taken away.
    """
    return (
        issue.is_subtask
        and issue.parent_id is not None
        and issue.parent_id in scope.imported
        and issue.issue_id not in held
    )


def values_of(issue: Issue, *, before: str | None, own_tasks: Collection[str] = ()) -> Values:
    """Return the values that a task takes from an issue (`design`, Map).

    Args:
        issue: as read.
        before: the status both sides last agreed on, kept where the category cannot be read.
        own_tasks: ids of issues with a task of their own; they are not on a checklist too.
    """
    lines = _lines(issue, own_tasks) if issue.subtasks else ()
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


def _lines(issue: Issue, own_tasks: Collection[str]) -> tuple[Subtask, ...]:
    """Its sub-tasks, each once, but for those with a task of their own."""
    return tuple({sub.issue_id: sub for sub in issue.subtasks if sub.issue_id not in own_tasks}.values())


def _new(issue: Issue, held: Mapping[str, Held], scope: Scope) -> Action | None:
    if (
        issue.project_id not in scope.picked
        or task_status(issue.category) == "done"
        or lives_in_checklist(issue, held, scope)
    ):
        return None
    return Create(issue, values_of(issue, before=None, own_tasks=held.keys()))


def _known(issue: Issue, known: Held, held: Mapping[str, Held], scope: Scope) -> Action | None:
    if known.sending or (known.version is not None and issue.version < known.version):
        return None
    values = values_of(issue, before=known.values.status, own_tasks=held.keys())
    presence = Presence.CURRENT if issue.project_id in scope.picked else Presence.NOT_PICKED
    changed = tuple(_differences(known.values, values))
    if known.presence is not presence:
        changed = (*changed, "presence")
    if not changed:
        return Keep(known.task_id, issue)
    # What a write of ours brought about is agreed on, and no news: the person may have said something else since.
    base = values.status if values.status == known.posted else known.values.status
    status, aside = merge_status(base=base, ours=known.status, jiras=values.status)
    return Update(known.task_id, issue, values, changed, status, presence, aside)


def _differences(before: Values, after: Values) -> Iterator[str]:
    return (name for name in Values.__struct_fields__ if getattr(before, name) != getattr(after, name))


def _absences(absent: frozenset[str], held: Mapping[str, Held]) -> Iterator[MarkGone]:
    for issue_id in sorted(absent):
        known = held.get(issue_id)
        if known is not None and known.presence is Presence.CURRENT:
            yield MarkGone(known.task_id, issue_id)
