"""Half a year of believable work for a person, for the pictures: `python -m tests.browser.half_a_year E-MAIL`."""

from __future__ import annotations

import os
import random
import sys
from datetime import datetime, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekachit.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402 # Django had to be ready first

from ekachit.accounts.models import User  # noqa: E402 # likewise
from ekachit.tasks.models import Ending, FocusSession, Status, Task  # noqa: E402 # likewise
from tests.estimates.making import make_finished  # noqa: E402 # likewise

DAYS = 182
HOURS_A_POINT = 2.6
SEED = 11


def main() -> None:
    """Give the person of the command line their work."""
    user = User.objects.get(email=sys.argv[1])
    now = timezone.now()
    finished_work(user, now)
    work_under_way(user, now)


def finished_work(user: User, now: datetime) -> None:
    """A task or two finished on most working days; hours scatter as hours do, by a factor."""
    dice = random.Random(SEED)  # noqa: S311 # believable work, not secrets
    for day in range(DAYS, 0, -1):
        morning = (now - timedelta(days=day)).replace(hour=8, minute=dice.randrange(60))
        if morning.weekday() > 4 or dice.random() < 0.25:
            continue
        points = dice.choice((1, 1, 2, 2, 3, 3, 5))
        hours = min(7.5, points * HOURS_A_POINT * dice.lognormvariate(0, 0.35))
        project, kind = dice.choice(("PAY", "WEB", "OPS")), dice.choice(("Story", "Story", "Bug", "Task"))
        make_finished(
            user,
            points=points,
            hours=max(0.3, round(hours, 1)),
            begins=morning,
            whole=True,
            title=f"Finished on day {DAYS - day}",
            project_key=project,
            issue_type=kind,
            estimate_hours=points * 2.0,
        )


def work_under_way(user: User, now: datetime) -> None:
    """Two open tasks are in progress; the timer runs on one, the other has taken longer than it should."""
    tasks = list(Task.objects.filter(user=user, points__isnull=False).exclude(status=Status.DONE)[:2])
    Task.objects.filter(pk__in=[each.pk for each in tasks]).update(status=Status.IN_PROGRESS)
    for task, hours, days in ((tasks[0], 0.9, 1), (tasks[1], (tasks[1].estimate_hours or 2) + 0.5, 2)):
        began = now - timedelta(days=days)
        _session(task, began, began + timedelta(hours=hours))
    _session(tasks[0], now - timedelta(minutes=72, seconds=40), None)


def _session(task: Task, began: datetime, ended: datetime | None) -> None:
    FocusSession.objects.create(
        user=task.user,
        task=task,
        started_at=began,
        ended_at=ended,
        seconds=None if ended is None else (ended - began).total_seconds(),
        last_sign_at=ended or timezone.now(),
        ending="" if ended is None else Ending.PAUSED,
    )


if __name__ == "__main__":
    main()
