"""The likely range in each row of a list, what is kept of it, and the mark of a task that runs over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ekachit.accounts.models import User
from ekachit.domain.work.duration import HOUR
from ekachit.estimates.ranges import Likely, likely, state
from ekachit.estimates.recall import recall, recalled
from ekachit.tasks.models import Task
from ekachit.web.task_row import Row
from ekachit.web.templatetags.estimates import span


def say(user: User, rows: Sequence[Row], *, now: datetime, learn: bool = True) -> dict[int, Likely]:
    """Put the likely range and the mark of overrun into the rows of open tasks; returns the ranges by task.

    What is shown is kept as it was said, and the suggestions follow what was finished meanwhile. One query, and more
    only where there is news; none to learn where `learn` is false: rows then say what those around them were told
    by. The tasks have to come from `task_row.listed`.
    """
    tasks = [row.task for row in rows if row.task.done_at is None]
    known = recall(user, now=now) if learn else recalled(user, now=now)
    found = likely(known, tasks)
    if found:
        state(tasks, found, now=now)
    for row in rows:
        each = found.get(row.task.pk)
        if each is not None:
            row.range = span(each.low, each.high)
            row.compared = each.compared
            row.overrun = each.overrun(row.seconds / HOUR, row.task.estimate_hours).value
    return found


def range_of(user: User, task: Task, *, now: datetime) -> str:
    """Return the likely range of one task in words, empty without an estimate: one query."""
    each = likely(recall(user, now=now), [task]).get(task.pk) if task.estimate_hours is not None else None
    return "" if each is None or each.compared else span(each.low, each.high)
