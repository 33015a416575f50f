"""Writing what reconcile decided: one transaction that first checks the lease."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from django.db import transaction

from ekachit.accounts.models import User
from ekachit.connections.models import Connection
from ekachit.domain.estimation.multiplier import expected_hours
from ekachit.domain.sync.actions import Action, Create, Keep, MarkGone, Update
from ekachit.domain.sync.state import Subtask, Values
from ekachit.jira.ledger import Call
from ekachit.sync.held import base_from
from ekachit.sync.leases import Claim, fence, renew
from ekachit.sync.models import Link, Presence
from ekachit.sync.passes import advance
from ekachit.tasks.models import ChecklistItem, Source, Status, Task


@dataclass(slots=True)
class Applied:
    """What one transaction did, for the receipt; `by_project` counts issues whose turn is over."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    by_project: Counter[str] = field(default_factory=Counter)
    notes: list[dict[str, object]] = field(default_factory=list)


@transaction.atomic
def apply(  # noqa: PLR0913 # each is asked for by name
    claim: Claim,
    pass_id: int,
    actions: Sequence[Action],
    *,
    now: datetime,
    calls: Sequence[Call] = (),
    put_aside: Sequence[dict[str, object]] = (),
) -> bool:
    """Write a page of actions with its share of the receipt; returns whether the person asked to stop.

    Args:
        claim: the right to write.
        pass_id: the receipt to add to.
        actions: what reconcile decided.
        now: the moment, for tasks that become done.
        calls: requests made since the last time, for the ledger.
        put_aside: issues that could not be read, each with its reason.

    Raises:
        LeaseLostError: another worker or a disconnect came between; nothing was written.
    """
    connection = fence(claim)
    done = Applied(notes=list(put_aside), failed=len(put_aside))
    user = User.objects.get(pk=connection.user_id)
    _create(connection, user, [each for each in actions if isinstance(each, Create)], now, done)
    for action in actions:
        match action:
            case Create():
                pass
            case Update():
                _update(connection, user, action, now, done)
            case Keep():
                Link.objects.filter(task_id=action.task_id).update(
                    version=action.issue.version, connection=connection
                )
                done.unchanged += 1
                done.by_project[action.issue.project_id] += 1
            case MarkGone():
                _mark_gone(action, done)
            case _:
                assert_never(action)
    advance(connection, pass_id, done, calls)
    renew(claim)
    return connection.stop_requested


def _create(connection: Connection, user: User, actions: list[Create], now: datetime, done: Applied) -> None:
    tasks = Task.objects.bulk_create([_new_task(user, each.values, now) for each in actions])
    links = []
    lines: list[ChecklistItem] = []
    for task, action in zip(tasks, actions, strict=True):
        links.append(
            Link(
                user=user,
                task=task,
                connection=connection,
                cloud_id=connection.cloud_id,
                issue_id=action.issue.issue_id,
                version=action.issue.version,
                base=base_from(action.values),
                **_link_values(action.values),
            )
        )
        lines.extend(_lines(task.pk, action.values.shown))
        done.by_project[action.issue.project_id] += 1
    Link.objects.bulk_create(links)
    ChecklistItem.objects.bulk_create(lines)
    done.created += len(actions)


def _new_task(user: User, values: Values, now: datetime) -> Task:
    return Task(
        user=user,
        source=Source.JIRA,
        estimate_hours=expected_hours(values.points, float(user.multiplier)),
        points=values.points,
        status=values.status,
        done_at=now if values.status == Status.DONE else None,
        **_shown_values(values),
    )


def _update(connection: Connection, user: User, action: Update, now: datetime, done: Applied) -> None:
    values = action.values
    task = Task.objects.select_for_update().get(pk=action.task_id)
    before = task.status
    for name, value in _shown_values(values).items():
        setattr(task, name, value)
    if values.status != before:
        task.status = values.status
        task.done_at = now if values.status == Status.DONE else None
    if task.points != values.points and before != Status.DONE:
        task.points = values.points
        task.estimate_hours = expected_hours(
            values.points, float(user.multiplier), task.estimate_override_hours
        )
    task.save()
    Link.objects.filter(task_id=task.pk).update(
        connection=connection,
        version=action.issue.version,
        base=base_from(values),
        presence=Presence.CURRENT,
        **_link_values(values),
    )
    if "checklist" in action.changed:
        _renew_lines(task.pk, values.shown)
    done.updated += 1
    done.by_project[action.issue.project_id] += 1
    done.notes.append(
        {"key": values.key, "changed": list(action.changed), "from": before, "to": values.status}
    )


def _mark_gone(action: MarkGone, done: Applied) -> None:
    Link.objects.filter(task_id=action.task_id).update(presence=Presence.GONE)
    key = Link.objects.values_list("key", flat=True).get(task_id=action.task_id)
    done.updated += 1
    done.notes.append({"key": key, "changed": ["presence"], "to": Presence.GONE.value})


def _shown_values(values: Values) -> dict[str, object]:
    """The fields that Jira owns on the task itself."""
    return {
        "title": values.title,
        "priority_name": values.priority_name,
        "priority_rank": values.priority_rank,
        "checklist_more": values.more,
    }


def _link_values(values: Values) -> dict[str, str]:
    return {
        "key": values.key,
        "project_id": values.project_id,
        "issue_type": values.issue_type,
        "jira_status": values.status_name,
    }


def _lines(task_id: int, subtasks: Iterable[Subtask]) -> list[ChecklistItem]:
    return [
        ChecklistItem(
            task_id=task_id,
            title=each.title,
            done=each.done,
            position=position,
            ref=each.issue_id,
            label=each.key,
        )
        for position, each in enumerate(subtasks)
    ]


def _renew_lines(task_id: int, subtasks: Iterable[Subtask]) -> None:
    """Replace the mirrored lines; the person's own lines are not touched."""
    ChecklistItem.objects.filter(task_id=task_id).exclude(ref="").delete()
    ChecklistItem.objects.bulk_create(_lines(task_id, subtasks))
