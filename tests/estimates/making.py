"""Finished tasks with the work measured on them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from ekachit.accounts.models import User
from ekachit.tasks.models import Ending, FocusSession, SessionSource, Status, Task

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
SEED = 7


def make_finished(
    user: User, *, points: float | None = 3, hours: float = 6.0, day: int = 0, **fields: Any
) -> Task:
    """A task that took `hours` in one go or in sessions of 3 hours, done so many days after `MORNING`."""
    source = fields.pop("source_of_time", SessionSource.TIMER)
    whole = fields.pop("whole", False)
    begins = fields.pop("begins", MORNING + timedelta(days=day))
    settled = fields.pop("settled", "")
    left, parts = hours, []
    while left > 0:
        part = left if whole else min(left, 3.0)
        parts.append(part)
        left -= part
    task = Task.objects.create(
        user=user,
        **{"title": f"Task of day {day}", "issue_type": "Story", "project_key": "PAY", **fields},
        points=points,
        status=Status.DONE,
        started_at=begins,
        started_points=points,
        done_at=begins + timedelta(days=0, hours=hours + 1),
    )
    for number, part in enumerate(parts):
        start = begins if whole else begins - timedelta(days=len(parts) - 1 - number)
        end = start + timedelta(hours=part)
        FocusSession.objects.create(
            user=user,
            task=task,
            started_at=start,
            ended_at=end,
            seconds=part * 3600,
            last_sign_at=end,
            source=source,
            settled=settled,
            ending=Ending.TYPED if source == SessionSource.MANUAL else Ending.DONE,
        )
    return task


def make_history(
    user: User, count: int, *, per_point: float = 3.0, first: int = 0, **fields: Any
) -> list[Task]:
    """Finished tasks of a person whose points take so many hours, give or take a third; the same each time."""
    dice = random.Random(SEED)  # noqa: S311 - believable work, not secrets
    tasks = []
    for place in range(first + count):
        points = dice.choice([1.0, 2.0, 3.0, 5.0])
        hours = round(points * per_point * dice.lognormvariate(0, 0.3), 3)
        if place >= first:
            tasks.append(make_finished(user, points=points, hours=hours, day=place, **fields))
    return tasks


def make_open(user: User, title: str = "To do", **fields: Any) -> Task:
    points = fields.get("points")
    if points is not None:
        fields.setdefault("estimate_hours", points * float(user.multiplier))
    return Task.objects.create(
        user=user, title=title, **{"issue_type": "Story", "project_key": "PAY", **fields}
    )
