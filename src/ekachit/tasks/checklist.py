"""The person's own lines of a checklist; those that mirror Jira's sub-tasks are read-only here."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ekachit.domain.work.order import places_for
from ekachit.tasks.actions import TaskError, locked_task
from ekachit.tasks.editing import title_from
from ekachit.tasks.models import ChecklistItem, Task
from ekachit.tasks.ordering import Side

# Mirrored lines stand first: a sync gives them positions from 0 on, and there are at most 30.
FIRST_OWN, LAST_OWN = 1000, 1 << 30
STEP = 1000
LINES_AT_MOST = 200


@transaction.atomic
def add_line(task: Task, title: str) -> ChecklistItem:
    """Add a line of the person's own at the end, and return it.

    Raises:
        TaskError: `title_missing`, `title_long`, `checklist_full`, `task_gone`.
    """
    row = locked_task(task.pk)
    own = ChecklistItem.objects.filter(task=row, ref="")
    if own.count() >= LINES_AT_MOST:
        text = _("A checklist can have %(most)d lines. Make a task of its own for what is more.")
        raise TaskError("checklist_full", text % {"most": LINES_AT_MOST})
    last = own.aggregate(last=Max("position"))["last"]
    position = FIRST_OWN if last is None else max(last + STEP, FIRST_OWN)
    return ChecklistItem.objects.create(task=row, title=title_from(title), position=position)


@transaction.atomic
def tick(item: ChecklistItem, *, done: bool) -> ChecklistItem:
    """Mark a line as done or not, and return it.

    Raises:
        TaskError: `line_of_jira`, `line_gone`.
    """
    row = _own(item)
    row.done = done
    row.save(update_fields=["done"])
    return row


@transaction.atomic
def rename(item: ChecklistItem, title: str, *, was: str) -> ChecklistItem:
    """Give a line another title, and return it; `was` is the title that the person looked at.

    Raises:
        TaskError: `title_missing`, `title_long`, `line_of_jira`, `line_gone`, `changed_meanwhile`.
    """
    row, wanted = _own(item), title_from(title)
    if row.title not in {was, wanted}:
        text = _("This line says “%(title)s” now. Look at it, then save again.")
        raise TaskError("changed_meanwhile", text % {"title": row.title})
    row.title = wanted
    row.save(update_fields=["title"])
    return row


@transaction.atomic
def delete_line(item: ChecklistItem) -> None:
    """Delete a line. Deleted already is deleted.

    Raises:
        TaskError: `line_of_jira`.
    """
    _refuse_mirrored(item)
    ChecklistItem.objects.filter(pk=item.pk, ref="").delete()


@transaction.atomic
def move_line(item: ChecklistItem, side: Side, other: ChecklistItem) -> bool:
    """Put a line before or after another one of the same task; returns whether its place is another now.

    Raises:
        TaskError: `line_of_jira`, `line_gone`.
    """
    for each in (item, other):
        _refuse_mirrored(each)
    locked_task(item.task_id)
    lines = list(ChecklistItem.objects.filter(task_id=item.task_id, ref=""))
    known = {line.pk: line for line in lines}
    if item.pk not in known or other.pk not in known:
        raise TaskError("line_gone", _line_gone())
    if item.pk == other.pk:
        return False
    rest = [line for line in lines if line.pk != item.pk]
    index = rest.index(known[other.pk]) + (side is Side.AFTER)
    if lines.index(known[item.pk]) == index:
        return False
    order = [*rest[:index], known[item.pk], *rest[index:]]
    positions = [line.position for line in rest]
    for place, position in _roomy(positions, index).items():
        order[place].position = position
        order[place].save(update_fields=["position"])
    return True


def _roomy(positions: list[int], index: int) -> dict[int, int]:
    """Return the places for a line; all anew where one would leave those meant for own lines."""
    places = places_for(positions, index)
    if min(places.values()) >= FIRST_OWN and max(places.values()) <= LAST_OWN:
        return places
    return {place: FIRST_OWN + STEP * (place + 1) for place in range(len(positions) + 1)}


def _own(item: ChecklistItem) -> ChecklistItem:
    _refuse_mirrored(item)
    row = ChecklistItem.objects.select_for_update().filter(pk=item.pk).first()
    if row is None:
        raise TaskError("line_gone", _line_gone())
    return row


def _refuse_mirrored(item: ChecklistItem) -> None:
    if item.ref:
        text = _("This line is a sub-task in Jira. Change it there.")
        raise TaskError("line_of_jira", text)


def _line_gone() -> str:
    return _("This line was deleted meanwhile, in another window. Nothing was changed.")
