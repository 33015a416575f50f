"""The order that a person gives open tasks.

What they put somewhere stays there, with all that stands above it. What they never moved follows by priority, and
what is new from Jira joins it there; what they write themselves comes on top.
"""

from __future__ import annotations

from enum import Enum

from django.db import connection, transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from ekachit.accounts.models import User
from ekachit.domain.work.order import GAP, places_for
from ekachit.tasks.actions import TaskError, one_at_a_time
from ekachit.tasks.models import Status, Task


class Side(Enum):
    """On which side of another row a row is put."""

    BEFORE = "before"
    AFTER = "after"


def in_order(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks in the order they are shown: the person's; among those never moved, the most urgent first."""
    return tasks.order_by("position", F("priority_rank").asc(nulls_last=True), "id")


def top_of(user: User) -> int:
    """Return the position of a task that stands before all the person's open ones."""
    lowest = open_tasks(user).aggregate(lowest=Min("position"))["lowest"]
    return min(lowest or 0, 0) - GAP


def open_tasks(user: User) -> QuerySet[Task]:
    """Return the person's tasks that are not done."""
    return Task.objects.filter(is_open(), user=user)


def is_open() -> Q:
    """Return the condition that a task is not done, in a form that an index can answer."""
    return Q(status__in=[Status.TODO, Status.IN_PROGRESS])


@transaction.atomic
def move(user: User, task: Task, side: Side, other: Task) -> bool:
    """Put an open task before or after another one; returns whether its place is another now.

    The others stay in their order. Two moves at once are done one after the other.

    Raises:
        TaskError: `order_gone`: one of them is done or deleted.
    """
    one_at_a_time(user.pk)
    listed = list(in_order(open_tasks(user)).values_list("pk", "position"))
    keys = [key for key, _position in listed]
    if task.pk not in keys or other.pk not in keys:
        text = _("One of the two tasks is done or deleted meanwhile. The order is as it was.")
        raise TaskError("order_gone", text)
    was = keys.index(task.pk)
    rest = [pair for pair in listed if pair[0] != task.pk]
    if task.pk == other.pk:
        return False
    index = next(number for number, pair in enumerate(rest) if pair[0] == other.pk) + (side is Side.AFTER)
    if index == was:
        return False
    places = places_for([position for _key, position in rest], index)
    order = [*(key for key, _position in rest[:index]), task.pk, *(key for key, _position in rest[index:])]
    _store([(position, order[place]) for place, position in places.items()])
    return True


def _store(pairs: list[tuple[int, int]]) -> None:
    """Write positions: one statement prepared once, since the first move of all may touch every row."""
    table = connection.ops.quote_name(Task._meta.db_table)  # noqa: SLF001 # Django's documented name
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET position = %s WHERE id = %s", pairs)  # noqa: S608 # our own table
